"""Content hashes of the files and folders that a task names: changed code is another task."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.spec.folder import display, is_inside
from reconciler.spec.issues import shorten

MOST_FILES = 5_000
MOST_BYTES = 300_000_000
"""As much as AzureML takes as a job's code."""

_SKIPPED = frozenset({".git", "__pycache__", ".amlignore", ".DS_Store"})
_BLOCK = 1 << 20


@dataclass(slots=True)
class Contents:
    """Hashes of what was asked for already, by real path."""

    known: dict[str, str] = field(default_factory=dict)

    def of(self, path: Path, root: str) -> str:
        """`sha256:` and 32 hexadecimal digits over a file, or over a folder with all under it.

        `root` is the real path of the folder that nothing may lead out of. Names, order and bytes
        count; `.git` and `__pycache__` are passed over, times and rights don't count. Raises
        ValueError, with a sentence for the user, for what isn't there, leads out or is too much.
        """
        real = os.path.realpath(path)
        if real not in self.known:
            try:
                self.known[real] = _Reading(root).of(path)
            except OSError as error:
                name = shorten(display(Path(error.filename or path)))
                if isinstance(error, FileNotFoundError):
                    raise ValueError(f"there is no file or folder {name}") from error
                reason = (error.strerror or "it failed").lower()
                raise ValueError(f"{name} can't be read: {reason}") from error
        return self.known[real]


@dataclass(slots=True)
class _Reading:
    root: str
    files: int = 0
    bytes: int = 0

    def of(self, path: Path) -> str:
        digest = hashlib.sha256()
        if not path.is_dir():
            digest.update(b"file\0")
            self._file(path, digest)
            return f"sha256:{digest.hexdigest()[:32]}"
        digest.update(b"folder\0")
        waiting, seen = [path], {os.path.realpath(path)}
        while waiting:
            folder = waiting.pop()
            for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
                if entry.name in _SKIPPED:
                    continue
                one = Path(entry.path)
                real = os.path.realpath(one)
                if not is_inside(real, self.root):
                    raise ValueError(f"the link {shorten(display(one))} leads out of the folder")
                if entry.is_dir():
                    if real not in seen:
                        seen.add(real)
                        waiting.append(one)
                    continue
                digest.update(os.fsencode(one.relative_to(path).as_posix()) + b"\0")
                self._file(one, digest)
        return f"sha256:{digest.hexdigest()[:32]}"

    def _file(self, path: Path, digest: hashlib._Hash) -> None:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{shorten(display(path))} is neither a file nor a folder: remove it")
        self.files += 1
        if self.files > MOST_FILES:
            raise ValueError(f"holds over {MOST_FILES:,} files: name a smaller folder")
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                self.bytes += len(block)
                if self.bytes > MOST_BYTES:
                    most = MOST_BYTES // 1_000_000
                    raise ValueError(f"holds over {most} MB: name a smaller folder")
                digest.update(block)
        digest.update(b"\0")
