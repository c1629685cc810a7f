"""Removing records of workers that ended long ago, with their logs."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from reconciler.targets.local import requests
from reconciler.targets.local.folder import DRAFT_SUFFIX, TargetFolder
from reconciler.targets.local.reading import Survivors, prefix_of, read_folder, truth_of
from reconciler.targets.local.records import Record

KEEP_SECONDS = 7 * 86_400


def prune(folder: TargetFolder, now: float | None = None) -> None:
    """Remove what ended more than a week ago. Raises OSError where the folder can't be read.

    The highest number of each region stays, because it says which numbers have been used. `now`
    is the time in seconds since 1970.
    """
    before = (time.time() if now is None else now) - KEEP_SECONDS
    lock = os.open(folder.pruning, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for record in _old_records(folder, before):
            folder.log(record.name).unlink(missing_ok=True)
            folder.record(record.name).unlink(missing_ok=True)
        _remove_leftovers(folder, before)
    except BlockingIOError:
        return  # another apply is at it
    finally:
        os.close(lock)


def _old_records(folder: TargetFolder, before: float) -> list[Record]:
    found = read_folder(folder).records
    highest: dict[str, int] = {}
    for record in found:
        prefix = prefix_of(f"{record.name}.json")
        highest[prefix] = max(highest.get(prefix, 0), record.number)
    survivors = Survivors()
    return [
        record
        for record in found
        if record.number < highest[prefix_of(f"{record.name}.json")]
        and _is_older(folder.record(record.name), before)
        and not truth_of(folder, record, survivors).phase.occupies_capacity
    ]


def _remove_leftovers(folder: TargetFolder, before: float) -> None:
    """What a kill -9 in the wrong moment leaves: half-written files, pipes that nobody reads."""
    for draft in folder.path.glob(f"*/.*{DRAFT_SUFFIX}"):
        if _is_older(draft, before):
            draft.unlink(missing_ok=True)
    for pipe in folder.requests.iterdir():
        if _is_older(pipe, before) and not requests.has_listener(pipe):
            pipe.unlink(missing_ok=True)


def _is_older(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:
        return False
