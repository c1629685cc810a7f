"""Hires: exactly once by number.

A worker is its record, and a record's name is given once: by a hard link, to the first that asks.
The walk goes upwards from the number after the highest that the observation saw, so every live
worker that it meets is one that the observation had not counted.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from reconciler.model.plan import ActionKind
from reconciler.model.report import Outcome, WorkerOutcome
from reconciler.model.workforce import Region, Task
from reconciler.targets.local import records, slots, starter
from reconciler.targets.local.folder import TargetFolder, describe
from reconciler.targets.local.pruning import prune
from reconciler.targets.local.reading import Survivors, damage, prefix_of, read_folder, truth_of
from reconciler.targets.local.records import RecordDamagedError
from reconciler.targets.protocol import Order, Tell
from reconciler.values.errors import UserError
from reconciler.values.names import worker_name, worker_prefix

GRACE_VARIABLE = "RECONCILER_LOCAL_GRACE"
_GRACE_SECONDS = 5.0
_LONGEST_ANSWER_BYTES = 1 << 20


class _CannotHireError(Exception):
    """Why nothing can be hired, or no more. One line for people."""


async def hire(folder: TargetFolder, order: Order, limit: int, tell: Tell) -> None:
    """Fill the order's deficit. `limit` is the number of slots, put in force along the way."""
    walk = _Walk(folder, order, tell)
    try:
        region = order.region
        if region is None:
            raise _CannotHireError("no spec says what these workers would run")
        common = _common(folder, order, region, limit)
        try:
            folder.create()
            slots.put_limit_in_force(folder, limit)
            prune(folder)
            number = order.action.first_number or _next_number(folder, order)
        except OSError as error:
            raise _CannotHireError(
                f"the state folder can't be used: {describe(error, folder.path)}"
            ) from error
        walk.begin_at(number)
        async with _Starter(common) as supervisors:
            await walk.go(supervisors)
    except (_CannotHireError, UserError) as error:
        walk.fail_rest(str(error))


class _Walk:
    """The way upwards through the numbers, until the deficit is filled."""

    def __init__(self, folder: TargetFolder, order: Order, tell: Tell) -> None:
        self._folder = folder
        self._order = order
        self._tell = tell
        self._missing = order.action.count
        self._number = order.action.first_number or 1

    def begin_at(self, number: int) -> None:
        self._number = number

    async def go(self, supervisors: _Starter) -> None:
        while self._missing:
            if self._order.stopping():
                self._tell_rest(Outcome.SKIPPED, "the apply was stopped")
                return
            name = self._name
            answer, detail = await supervisors.start(self._number, name)
            if answer == starter.CREATED:
                self._settle(Outcome.DONE)
            elif answer == starter.EXISTS:
                self._look_at(name)
            else:
                raise _CannotHireError(detail)
            self._number += 1

    def fail_rest(self, reason: str) -> None:
        self._tell_rest(Outcome.FAILED, reason)

    def _look_at(self, name: str) -> None:
        """A worker that was hired since the observation counts if it lives."""
        try:
            record = records.read(self._folder.record(name))
        except RecordDamagedError as error:
            self._settle(Outcome.FAILED, damage(self._folder, name, str(error)))
        except FileNotFoundError:
            return
        except OSError as error:
            self._settle(Outcome.FAILED, damage(self._folder, name, error.strerror))
        else:
            if truth_of(self._folder, record, Survivors()).phase.is_live:
                self._settle(Outcome.ALREADY, "another apply has hired it")

    def _settle(self, outcome: Outcome, detail: str = "") -> None:
        self._tell(WorkerOutcome(ActionKind.HIRE, outcome, self._name, detail))
        self._missing -= 1

    def _tell_rest(self, outcome: Outcome, detail: str) -> None:
        while self._missing:
            self._settle(outcome, detail)
            self._number += 1

    @property
    def _name(self) -> str:
        return worker_name(self._order.key.workspace, self._order.key.experiment, self._number)


class _Starter:
    """The asker's end of a starter process."""

    def __init__(self, common: Mapping[str, object]) -> None:
        self._common = common
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> _Starter:
        package_root = Path(starter.__file__).parents[3]
        # Isolated, so that no variable of the user's Python and no site package slows or breaks
        # it; with the same text encoding, so that names and values arrive as they were.
        code = "import sys; sys.path.append(sys.argv[1]); import reconciler.targets.local.starter"
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-X", f"utf8={sys.flags.utf8_mode}"),
                *("-c", f"{code} as starter; starter.main()"),
                *(str(package_root), str(self._common["folder"])),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_LONGEST_ANSWER_BYTES,
                start_new_session=True,  # a Ctrl-C is for the one who typed the command
                env=dict(_without_own_marks(os.environ)),
                cwd="/",
            )
        except OSError as error:
            raise _CannotHireError(
                f"no process can be started: {describe(error, Path(sys.executable))}"
            ) from error
        await self._say(self._common)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(BrokenPipeError, ConnectionResetError):
            await self._process.stdin.wait_closed()
        await self._process.wait()

    async def start(self, number: int, name: str) -> tuple[str, str]:
        """Have a worker created: one of the starter's words, and its reason where it failed."""
        assert self._process is not None
        assert self._process.stdout is not None
        await self._say({"number": number, "name": name, "hire": uuid.uuid4().hex})
        answer = (await self._process.stdout.readline()).decode(errors="replace").strip()
        word, _, detail = answer.partition(" ")
        if not word:
            raise _CannotHireError("the process that starts supervisors ended before it answered")
        return word, detail

    async def _say(self, message: Mapping[str, object]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        with suppress(BrokenPipeError, ConnectionResetError):  # the missing answer tells
            await self._process.stdin.drain()


def _common(folder: TargetFolder, order: Order, region: Region, limit: int) -> dict[str, object]:
    """What the starter has to know. Raises _CannotHireError and UserError."""
    from reconciler.task.declared import declared

    task = region.task
    if not Path(task.working_directory).is_dir():
        raise _CannotHireError(f"the working directory {task.working_directory} is not there")
    environment = {**dict(_without_own_marks(os.environ)), **order.environment}
    # The very `reconciler` that hired, for commands like `reconciler queue work`.
    own_programs = str(Path(sys.executable).parent)
    environment["PATH"] = os.pathsep.join(filter(None, [environment.get("PATH"), own_programs]))
    return {
        "folder": str(folder.path),
        "experiment": order.key.experiment,
        "tags": dict(order.tags),
        "task": declared(task),
        "instruction": {
            "arguments": _shell(task, environment["PATH"]),
            "working_directory": task.working_directory,
            "environment": environment,
            "slots": limit,
            "grace_seconds": _grace_seconds(),
            "timeout_seconds": None if task.timeout is None else task.timeout.seconds,
            "timeout": None if task.timeout is None else str(task.timeout),
        },
    }


def _shell(task: Task, path: str) -> list[str]:
    """The command's arguments, with the shell that AzureML would take where there is one."""
    for name in ("bash", "sh"):
        shell = shutil.which(name, path=path)
        if shell is not None:
            return [shell, "-c", task.command]
    raise _CannotHireError(f"there is neither bash nor sh on the worker's PATH, {path}")


def _without_own_marks(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables without those that mark a worker's processes: this may be a worker itself."""
    marks = ("RECONCILER_WORKER", "RECONCILER_HIRE")
    return ((name, value) for name, value in environment.items() if name not in marks)


def _grace_seconds() -> float:
    text = os.environ.get(GRACE_VARIABLE)
    if text is None:
        return _GRACE_SECONDS
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise UserError(
            f"{GRACE_VARIABLE} is {text!r}",
            "write the seconds between SIGTERM and SIGKILL, from 0 to 3600",
        )
    return seconds


def _next_number(folder: TargetFolder, order: Order) -> int:
    prefix = worker_prefix(order.key.workspace, order.key.experiment)
    contents = read_folder(folder)
    names = [f"{record.name}.json" for record in contents.records]
    names.extend(contents.damaged)
    return 1 + max(
        (
            int(name.removeprefix(prefix).removesuffix(".json"))
            for name in names
            if prefix_of(name) == prefix
        ),
        default=0,
    )
