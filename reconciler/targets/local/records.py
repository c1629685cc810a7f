"""Records: what is known of one worker, in a JSON file that people can read too.

A record is created once, by the worker's supervisor, under a name that no other record has; from
then on that supervisor alone writes it. Standard library only: supervisors import it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.processes.identity import Machine, ProcessIdentity
from reconciler.targets.local.folder import replace_file, write_draft

FORMAT = 1


class RecordDamagedError(Exception):
    """A record that can't be read as one. The message says what is wrong with its content."""


@dataclass(frozen=True, slots=True)
class Record:
    """One worker. Times are UTC; statuses are those of AzureML jobs.

    `hire` is the random id of the hire that made the worker. `note` is one line for people on how
    the worker ended. `exit_code` is that of the command; -9 means that signal 9 killed it.
    `draining_since` and `cancel_requested` are when the supervisor acted on a request, and
    `drain_request` and `cancel_request` the ids of those requests.
    """

    name: str
    number: int
    experiment: str
    hire: str
    status: str
    created: datetime
    supervisor: ProcessIdentity
    tags: Mapping[str, str]
    task: Mapping[str, object]
    keeper: ProcessIdentity | None = None
    started: datetime | None = None
    ended: datetime | None = None
    exit_code: int | None = None
    note: str | None = None
    draining_since: datetime | None = None
    drain_request: str | None = None
    cancel_requested: datetime | None = None
    cancel_request: str | None = None

    @property
    def has_ended(self) -> bool:
        return self.status in ("Completed", "Failed", "Canceled")


def now() -> datetime:
    """The time, as records write it: UTC, whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def create(path: Path, record: Record) -> bool:
    """Write a new record; False where its name is taken. Raises OSError, nothing is left then.

    The name is taken by a hard link, which the file system gives to one asker only, and behind
    the name stands the whole record from the first moment on.
    """
    draft = write_draft(path, encode(record))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True


def replace(path: Path, record: Record) -> None:
    """Write a record anew: all of it, or none. Raises OSError."""
    replace_file(path, encode(record))


def read(path: Path) -> Record:
    """The record in a file. Raises OSError and RecordDamagedError."""
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RecordDamagedError("it isn't text") from error
    record = decode(content)
    if record.name != path.stem:
        raise RecordDamagedError(f"it is the record of {record.name}")
    return record


def encode(record: Record) -> str:
    """A record as text."""
    content: dict[str, object] = {
        "format": FORMAT,
        "name": record.name,
        "number": record.number,
        "experiment": record.experiment,
        "hire": record.hire,
        "status": record.status,
        "note": record.note,
        "created": record.created.isoformat(),
        "started": _as_text(record.started),
        "ended": _as_text(record.ended),
        "exit_code": record.exit_code,
        "draining_since": _as_text(record.draining_since),
        "drain_request": record.drain_request,
        "cancel_requested": _as_text(record.cancel_requested),
        "cancel_request": record.cancel_request,
        "tags": dict(record.tags),
        "task": dict(record.task),
        "supervisor": _identity_as_mapping(record.supervisor),
        "keeper": record.keeper and _identity_as_mapping(record.keeper),
    }
    return json.dumps(content, indent=2) + "\n"


def decode(content: str) -> Record:
    """The record that a text stands for. Raises RecordDamagedError."""
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RecordDamagedError("it isn't whole JSON") from error
    if not isinstance(fields, dict):
        raise RecordDamagedError("it isn't a JSON object")
    if fields.get("format") != FORMAT:
        raise RecordDamagedError(f"its format is {fields.get('format')!r}, and not {FORMAT}")
    try:
        return _from_fields(fields)
    except KeyError as error:
        raise RecordDamagedError(f"it has no {error.args[0]!r}") from error


def _from_fields(fields: Mapping[str, object]) -> Record:
    tags = _mapping(fields, "tags")
    if not all(isinstance(value, str) for value in tags.values()):
        raise RecordDamagedError("a value of its 'tags' is no text")
    return Record(
        name=_text(fields, "name"),
        number=_number(fields, "number"),
        experiment=_text(fields, "experiment"),
        hire=_text(fields, "hire"),
        status=_text(fields, "status"),
        note=_optional_text(fields, "note"),
        created=_time(fields, "created"),
        started=_optional_time(fields, "started"),
        ended=_optional_time(fields, "ended"),
        exit_code=None if fields["exit_code"] is None else _number(fields, "exit_code"),
        draining_since=_optional_time(fields, "draining_since"),
        drain_request=_optional_text(fields, "drain_request"),
        cancel_requested=_optional_time(fields, "cancel_requested"),
        cancel_request=_optional_text(fields, "cancel_request"),
        tags={key: str(value) for key, value in tags.items()},
        task=_mapping(fields, "task"),
        supervisor=_identity(_mapping(fields, "supervisor")),
        keeper=None if fields["keeper"] is None else _identity(_mapping(fields, "keeper")),
    )


def _as_text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _identity_as_mapping(identity: ProcessIdentity) -> dict[str, object]:
    machine = identity.machine
    return {
        "pid": identity.pid,
        "start": identity.start,
        "boot": machine.boot,
        "pid_namespace": machine.pid_namespace,
        "machine": machine.id,
        "host": machine.host,
    }


def _identity(fields: Mapping[str, object]) -> ProcessIdentity:
    machine = Machine(
        id=_text(fields, "machine"),
        host=_text(fields, "host"),
        boot=_text(fields, "boot"),
        pid_namespace=_text(fields, "pid_namespace"),
    )
    return ProcessIdentity(_number(fields, "pid"), _text(fields, "start"), machine)


def _text(fields: Mapping[str, object], key: str) -> str:
    value = fields[key]
    if not isinstance(value, str):
        raise RecordDamagedError(f"its {key!r} is no text")
    return value


def _optional_text(fields: Mapping[str, object], key: str) -> str | None:
    return None if fields[key] is None else _text(fields, key)


def _number(fields: Mapping[str, object], key: str) -> int:
    value = fields[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise RecordDamagedError(f"its {key!r} is no whole number")
    return value


def _time(fields: Mapping[str, object], key: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(fields, key))
    except ValueError as error:
        raise RecordDamagedError(f"its {key!r} is no time") from error
    if moment.tzinfo is None:
        raise RecordDamagedError(f"its {key!r} has no time zone")
    return moment


def _optional_time(fields: Mapping[str, object], key: str) -> datetime | None:
    return None if fields[key] is None else _time(fields, key)


def _mapping(fields: Mapping[str, object], key: str) -> dict[str, object]:
    value = fields[key]
    if not isinstance(value, dict):
        raise RecordDamagedError(f"its {key!r} is no JSON object")
    return value
