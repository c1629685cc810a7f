"""Reading a target's folder: which workers there are, and what they truly are by now.

A record says what its supervisor wrote last. Whether that still holds is seen from the living
processes: a worker whose supervisor is gone has failed, whatever its record says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase, phase_of
from reconciler.processes import table
from reconciler.processes.identity import Life, ProcessIdentity, life_of, this_machine
from reconciler.targets.local import records, requests
from reconciler.targets.local.folder import TargetFolder
from reconciler.targets.local.records import Record, RecordDamagedError
from reconciler.targets.local.verdict import describe_exit

_RECORD_FILE = re.compile(r"(?P<prefix>.+-)\d{6,}\.json")
_NOT_RESPONDING = "NotResponding"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a target's folder holds. `damaged`: one line each, by the file's name."""

    records: tuple[Record, ...] = ()
    damaged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Truth:
    """What a worker is: a status of AzureML's, and a line for people."""

    status: str
    note: str | None = None

    @property
    def phase(self) -> Phase:
        return phase_of(self.status)


def read_folder(folder: TargetFolder) -> Contents:
    """All records of a target. A folder that isn't there holds none. Raises OSError."""
    try:
        with os.scandir(folder.workers) as entries:
            names = sorted(entry.name for entry in entries)
    except FileNotFoundError:
        return Contents()
    found: list[Record] = []
    damaged: dict[str, str] = {}
    for name in names:
        if _RECORD_FILE.fullmatch(name) is None:
            continue
        path = folder.workers / name
        try:
            found.append(records.read(path))
        except FileNotFoundError:  # an old one, removed meanwhile
            continue
        except (OSError, RecordDamagedError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            damaged[name] = damage(folder, name.removesuffix(".json"), reason)
    return Contents(tuple(found), damaged)


def damage(folder: TargetFolder, name: str, reason: str | None) -> str:
    """The line that says that a worker's record can't be read, and what to do about it."""
    return (
        f"the record {folder.record(name)} can't be read: {reason} "
        f"(mend it, or delete it once no process of {name} is left)"
    )


def prefix_of(file_name: str) -> str:
    """What the names of the workers of a record's region share, from the record's file name."""
    match = _RECORD_FILE.fullmatch(file_name)
    return match["prefix"] if match is not None else ""


class Survivors:
    """Processes of workers whose supervisors are gone, by the id of the hire.

    A process is a worker's if it was started with the worker's own `RECONCILER_HIRE`: a random id
    that no foreign process has, whatever pid it was given.
    """

    def of(self, record: Record) -> list[table.Process]:
        return self._by_hire.get(record.hire, [])

    @cached_property
    def _by_hire(self) -> dict[str, list[table.Process]]:
        # Read when the first dead supervisor is found: most of the time there is none.
        return table.with_environment("RECONCILER_HIRE")


def truth_of(folder: TargetFolder, record: Record, survivors: Survivors) -> Truth:
    """What has become of a worker."""
    if record.has_ended:
        return Truth(record.status, _note_of_ended(record))
    life = _life_of_supervisor(folder, record)
    if life is Life.OUT_OF_SIGHT:
        host = record.supervisor.machine.host
        return Truth(
            _NOT_RESPONDING,
            f"it was hired on another machine or in another container ({host}) and can't be seen "
            f"from here; if that is gone for good, delete {folder.record(record.name)}",
        )
    if life is Life.ENDED:
        left = survivors.of(record)
        if left:
            pids = ", ".join(str(process.pid) for process in left[:5])
            return Truth(_NOT_RESPONDING, f"its supervisor died, its processes live on: {pids}")
        return Truth("Failed", "its supervisor died")
    return Truth(record.status, _note_of_live(record))


def as_worker(record: Record, truth: Truth, compute: str) -> Worker:
    """A worker as observations show it."""
    tags = record.tags
    return Worker(
        id=record.name,
        phase=truth.phase,
        status=truth.status,
        created=record.created,
        number=record.number,
        project=tags.get("reconciler.project"),
        workforce=tags.get("reconciler.workforce"),
        region=tags.get("reconciler.region"),
        digest=tags.get("reconciler.digest"),
        layoffs=tags.get("reconciler.layoffs"),
        draining_since=record.draining_since,
        compute=compute,
        note=truth.note,
    )


def _life_of_supervisor(folder: TargetFolder, record: Record) -> Life:
    identity: ProcessIdentity = record.supervisor
    life = life_of(identity)
    here = this_machine()
    if life is Life.OUT_OF_SIGHT and here.boot and identity.machine.boot == here.boot:
        # Another container on this very kernel: the pipe tells what the pid can't.
        try:
            listens = requests.has_listener(folder.requests_of(record.hire))
        except OSError:
            return Life.OUT_OF_SIGHT
        return Life.ALIVE if listens else Life.ENDED
    return life


def _note_of_ended(record: Record) -> str | None:
    if record.note is None and record.status == "Failed" and record.exit_code is not None:
        return describe_exit(record.exit_code)
    return record.note


def _note_of_live(record: Record) -> str | None:
    if record.status == "Queued":
        return "waiting for a slot"
    if record.status == "Running" and record.exit_code is not None:
        ended = describe_exit(record.exit_code)
        return f"its command ended ({ended}), but processes that it started still run"
    return record.note
