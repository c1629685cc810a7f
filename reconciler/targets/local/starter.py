"""The starter: forks a supervisor for each worker that a hire asks for, one after the other.

Started once per hire of any size, so that a hundred workers cost one start of an interpreter, and
share its memory. It reads JSON lines: first the `Instruction` and what all records have in common,
then a line for each worker; to each of those it answers with one line. When its input ends, even
because the asker was killed, it ends, and the supervisors go on.

A number is asked for only when the one before is settled, so that at most one worker can come
into being unseen: the one whose number follows the highest on record.

Standard library only.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from reconciler.processes import identity, linux
from reconciler.targets.local import records
from reconciler.targets.local.folder import TargetFolder, describe
from reconciler.targets.local.records import Record
from reconciler.targets.local.requests import Inbox
from reconciler.targets.local.supervisor import Instruction, Supervisor

CREATED = "created"
EXISTS = "exists"
FAILED = "failed"


def main() -> None:
    """Serve the hire at the other end of stdin and stdout until it closes its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whoever hired may have signals blocked; keepers need theirs.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    common = json.loads(sys.stdin.buffer.readline())
    gc.freeze()  # what is here now is never collected, so its pages stay shared
    for line in sys.stdin.buffer:
        answer = _start_supervisor(common, json.loads(line))
        _reap()
        try:
            os.write(1, answer.encode() + b"\n")
        except BrokenPipeError:
            return


def _start_supervisor(common: Mapping[str, Any], worker: Mapping[str, Any]) -> str:
    reader, writer = os.pipe()
    try:
        is_supervisor = os.fork() == 0
    except OSError as error:
        os.close(reader)
        os.close(writer)
        return f"{FAILED} no process can be started: {error.strerror}"
    if is_supervisor:
        os.close(reader)
        _become_supervisor(common, worker, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        said = answer.read().decode(errors="replace")
    return said or f"{FAILED} its supervisor ended at once"


def _become_supervisor(
    common: Mapping[str, Any], worker: Mapping[str, Any], answer: int
) -> NoReturn:
    try:
        folder = TargetFolder(Path(common["folder"]))
        os.setsid()
        os.chdir("/")  # so that no file system is kept busy
        linux.set_title(f"worker-{worker['number']}")
        _leave_standard_streams(folder)
        supervisor = _create(folder, common, worker, answer)
        if supervisor is not None:
            supervisor.run()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _create(
    folder: TargetFolder, common: Mapping[str, Any], worker: Mapping[str, Any], answer: int
) -> Supervisor | None:
    """Create the record, and answer. A supervisor for it, or None where it was not created."""
    record = _record(common, worker)
    path = folder.record(record.name)
    inbox: Inbox | None = None
    try:
        inbox = Inbox(folder.requests_of(record.hire))
        if not records.create(path, record):
            _reply(answer, EXISTS)
            inbox.remove()
            return None
        try:
            log = os.open(
                folder.log(record.name),
                os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC,
                0o600,
            )
        except OSError:
            path.unlink()
            raise
    except OSError as error:
        _reply(answer, f"{FAILED} the worker can't be recorded: {describe(error, path)}")
        if inbox is not None:
            inbox.remove()
        return None
    supervisor = Supervisor(folder, _instruction(common, worker), record, inbox, log)
    _reply(answer, CREATED)
    return supervisor


def _reply(answer: int, text: str) -> None:
    with os.fdopen(answer, "wb") as file:
        file.write(" ".join(text.split()).encode())


def _record(common: Mapping[str, Any], worker: Mapping[str, Any]) -> Record:
    return Record(
        name=worker["name"],
        number=worker["number"],
        experiment=common["experiment"],
        hire=worker["hire"],
        status="Queued",
        created=records.now(),
        supervisor=identity.own_identity(),
        tags=common["tags"],
        task=common["task"],
    )


def _instruction(common: Mapping[str, Any], worker: Mapping[str, Any]) -> Instruction:
    given = common["instruction"]
    own = {"RECONCILER_WORKER": worker["name"], "RECONCILER_HIRE": worker["hire"]}
    return Instruction(
        **{
            **given,
            "arguments": tuple(given["arguments"]),
            "environment": {**given["environment"], **own},
        }
    )


def _leave_standard_streams(folder: TargetFolder) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        log = os.open(
            folder.supervisors_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
    except OSError:
        log = nothing
    for source, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, number)
    for file in {nothing, log}:
        os.close(file)


def _reap() -> None:
    """Take notice of supervisors that have ended."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


if __name__ == "__main__":
    main()
