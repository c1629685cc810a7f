"""Slots: how many workers of a target run at once.

A running worker holds a lock on a slot's file; its processes inherit the lock, so that the slot
stays taken while any of them lives, and is free as soon as none does, however they ended.
Standard library only: supervisors import it.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from reconciler.targets.local.folder import TargetFolder, replace_file


def put_limit_in_force(folder: TargetFolder, limit: int) -> None:
    """Let `limit` workers run at once from now on; more that run already stay. Raises OSError."""
    if limit_in_force(folder) != limit:
        folder.create()
        replace_file(folder.slots / "limit", f"{limit}\n")


def limit_in_force(folder: TargetFolder) -> int | None:
    """The number that was put in force last; None where it can't be told."""
    try:
        return int((folder.slots / "limit").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


class Waiting:
    """A worker's wait for a slot.

    Of all that wait, one is next: it alone looks for slots, so that counting the taken ones and
    taking a free one is one step.
    """

    def __init__(self, folder: TargetFolder, limit: int) -> None:
        """`limit` holds where no number was put in force."""
        self._folder = folder
        self._limit = limit
        self._turn: int | None = None

    @property
    def is_next(self) -> bool:
        return self._turn is not None

    def take(self) -> int | None:
        """The locked file of a slot, or None where there is none yet. Raises OSError."""
        if self._turn is None:
            self._turn = _lock(self._folder.slots / "turn")
        return None if self._turn is None else self._take_free_slot()

    def close(self) -> None:
        """Stop waiting, and let another be next."""
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None

    def _take_free_slot(self) -> int | None:
        limit = limit_in_force(self._folder) or self._limit
        with os.scandir(self._folder.slots) as entries:
            numbers = [int(entry.name) for entry in entries if entry.name.isdecimal()]
        # Each slot beyond a lowered limit that is still taken stands for one below it.
        too_many = sum(self._is_taken(number) for number in numbers if number >= limit)
        for number in range(limit):
            slot = _lock(self._folder.slots / str(number))
            if slot is not None and too_many == 0:
                return slot
            if slot is not None:
                too_many -= 1
                os.close(slot)
        return None

    def _is_taken(self, number: int) -> bool:
        slot = _lock(self._folder.slots / str(number))
        if slot is not None:
            os.close(slot)
        return slot is None


def _lock(path: Path) -> int | None:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    except OSError:
        os.close(file)
        raise
    return file
