"""Puts a file's new content in the place of the old, at once or not at all."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from reconciler.values.errors import UserError


def require_inside(path: Path, roots: Sequence[Path]) -> None:
    """Refuse a link that leads out of the given paths, its own folder and the current one.

    A file of a pull request may be a link to a file of whoever formats it. Raises UserError.
    """
    real = Path(os.path.realpath(path))
    folders = [root if root.is_dir() else root.parent for root in (*roots, path)]
    allowed = [Path(os.path.realpath(one)) for one in (*folders, Path.cwd())]
    if not any(real.is_relative_to(one) for one in allowed):
        raise UserError(
            f"{path} is a link that leads out of its folder, and is not written",
            "name the file that it leads to",
        )


def replace_file(path: Path, before: bytes, after: bytes, *, name: str) -> None:
    """Replace the content `before` of a file by `after`. Whoever reads it sees one or the other.

    A link stays, and what it leads to is replaced. Mode, owner and extended attributes are kept as
    far as the system lets them; a second hard link keeps the old content. `name` is the file's
    name for messages. Raises UserError where the file may not be written, or no longer holds
    `before`; it is untouched then.
    """
    target = Path(os.path.realpath(path))
    try:
        status = target.stat()
        # A new file can take the place of one that nobody may write to: that has to be asked.
        if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
            raise UserError(f"{name} is read-only, and was not changed", "make it writable first")
        descriptor, temporary = tempfile.mkstemp(
            prefix=f".{target.name[:100]}.", suffix=".tmp", dir=target.parent
        )
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(after)
                stream.flush()
                _keep_access(target, status, stream.fileno())
                os.fsync(stream.fileno())
            if target.read_bytes() != before:
                raise UserError(
                    f"{name} was changed by someone else meanwhile, and was left as it is",
                    "run the command again",
                )
            Path(temporary).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        reason = (error.strerror or "it failed").lower()
        raise UserError(f"{name} can't be written: {reason}", "nothing was changed") from error
    _settle(target.parent)


def _keep_access(target: Path, status: os.stat_result, descriptor: int) -> None:
    with suppress(OSError):
        # Only a privileged user may give a file away; the group may be one of one's own.
        os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    if sys.platform == "linux":
        with suppress(OSError):
            for attribute in os.listxattr(target):
                with suppress(OSError):
                    os.setxattr(descriptor, attribute, os.getxattr(target, attribute))


def _settle(folder: Path) -> None:
    """Make the rename last through a power cut, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
