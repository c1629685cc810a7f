"""Finding the spec files: which files there are, in what order, and their bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.model.positions import Position
from reconciler.spec.issues import SpecIssue
from reconciler.spec.parsing import LARGEST_FILE, too_large
from reconciler.values.errors import UserError

DEFAULT_FOLDER = "specs"
"""What commands read where no path is given: a whole project, also without a Project document."""

_SUFFIXES = (".yaml", ".yml")
_SKIPPED = (".", "_")


@dataclass(frozen=True, slots=True)
class SpecFile:
    """A file to read. `name` is what positions call it, `path` leads to it.

    `root` is the real path of the folder that it may refer into: the one that was given, or for a
    file that was given itself the one that holds it.
    """

    name: str
    path: Path
    root: str


@dataclass(frozen=True, slots=True)
class Found:
    """The spec files under the given paths, in a fixed order, and those that may not be read.

    `is_whole`: only folders were given, so that no file beside a given one was left out.
    """

    files: tuple[SpecFile, ...]
    issues: tuple[SpecIssue, ...]
    is_whole: bool


def find(paths: Sequence[str]) -> Found:
    """The spec files in `paths`: files, and folders with all that is under them.

    Names that begin with `.` or `_` are skipped. A link inside a folder may lead elsewhere in that
    folder, not out of it. Raises UserError where a path isn't there or no file is found.
    """
    files: dict[str, SpecFile] = {}
    issues: list[SpecIssue] = []
    is_whole = True
    for given in paths:
        root = Path(given)
        if not _exists(root):
            raise UserError(
                f"there is no {display(root)}",
                "name the folder or file of the specs; `reconciler init` writes a first one",
            )
        if root.is_dir():
            found: Iterator[SpecFile | SpecIssue] = _walk(root)
        else:
            holder = os.path.realpath(root.parent)
            found, is_whole = iter([SpecFile(display(root), root, holder)]), False
        for one in found:
            if isinstance(one, SpecIssue):
                issues.append(one)
            else:
                # The same file by two ways is one file.
                files.setdefault(os.path.realpath(one.path), one)
    if not files and not issues:
        where = ", ".join(f"{display(Path(path)).rstrip('/')}/" for path in paths) or "no folder"
        raise UserError(f"no spec files in {where}", "`reconciler init` writes a first one")
    return Found(tuple(files.values()), tuple(issues), is_whole)


def read(file: SpecFile) -> bytes | SpecIssue:
    """The bytes of a spec file, or why they can't be had. Large files are not read."""
    try:
        status = file.path.stat()
        if not stat.S_ISREG(status.st_mode):
            return _issue(file.name, "this is no regular file: a spec is read from a file")
        if status.st_size > LARGEST_FILE:
            return too_large(file.name)
        with file.path.open("rb") as stream:
            # One byte more than is allowed shows a file that has grown since.
            return stream.read(LARGEST_FILE + 1)
    except OSError as error:
        return _issue(file.name, f"the file can't be read: {_reason(error)}")


def _walk(root: Path) -> Iterator[SpecFile | SpecIssue]:
    real_root = os.path.realpath(root)
    waiting, seen = [root], {real_root}
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield _issue(display(folder), f"the folder can't be read: {_reason(error)}")
            continue
        folders: list[Path] = []
        for entry in entries:
            if entry.name.startswith(_SKIPPED):
                continue
            path = Path(entry.path)
            is_folder = _is_folder(entry)
            if not is_folder and not entry.name.endswith(_SUFFIXES):
                continue
            real = os.path.realpath(path)
            if not entry.name.isprintable():
                yield _issue(display(path), "a file's name holds only characters that print")
            elif entry.is_symlink() and not is_inside(real, real_root):
                yield _issue(
                    display(path),
                    f"this link leads out of {display(root)}: copy what it leads to, "
                    "or begin its name with '_' to skip it",
                )
            elif not is_folder:
                yield SpecFile(display(path), path, real_root)
            elif real not in seen:
                seen.add(real)
                folders.append(path)
        waiting.extend(reversed(folders))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def is_inside(real: str, real_root: str) -> bool:
    """Whether a real path is a folder, or in it."""
    return real == real_root or real.startswith(real_root.rstrip(os.sep) + os.sep)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return False


def display(path: Path) -> str:
    """A path as the user named it, from the current folder where it lies under that."""
    text = os.path.normpath(path)
    if path.is_absolute():
        here = str(Path.cwd())
        if text != here and is_inside(text, here):
            text = os.path.relpath(text, here)
    return text if text.isprintable() else ascii(text)[1:-1]


def _issue(name: str, message: str) -> SpecIssue:
    return SpecIssue(Position(name, 1, 1), "", message)


def _reason(error: OSError) -> str:
    return (error.strerror or "it failed").lower()
