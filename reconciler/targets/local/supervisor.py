"""The supervisor of one worker: takes a slot, starts the command, and writes the worker's record.

    Queued ──slot──▶ Running ──▶ Completed | Failed | Canceled
       └──cancel──▶ Canceled    └──cancel──▶ CancelRequested ──▶ Canceled

It sleeps until the command ends, a request comes or a time is up. Standard library only.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from reconciler.processes import identity, linux, signals
from reconciler.targets.local import keeper, records
from reconciler.targets.local.folder import TargetFolder
from reconciler.targets.local.records import Record, RecordDamagedError
from reconciler.targets.local.requests import Inbox, Request, Wish
from reconciler.targets.local.slots import Waiting
from reconciler.targets.local.verdict import Ending, Reason, judge

_NEXT_LOOKS_EVERY_SECONDS = 0.1
_OTHERS_LOOK_EVERY_SECONDS = 1.0
_FIRST_LOOK_AGAIN_SECONDS = 0.02
_RETRY_SECONDS = 1.0
_KEEP_TRYING_TO_WRITE_SECONDS = 30.0
_LEFTOVERS_SHOW_AFTER_SECONDS = 1.0
_LONGEST_SLEEP_SECONDS = 3600.0
"""poll(2) can't sleep for longer than 24 days."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a hire tells its supervisors. `slots` holds where no number was put in force."""

    arguments: tuple[str, ...]
    working_directory: str
    environment: Mapping[str, str]
    slots: int
    grace_seconds: float
    """Between SIGTERM and SIGKILL."""
    timeout_seconds: int | None = None
    timeout: str | None = None
    """The same, as people write it."""


class Supervisor:
    """Sees one worker from its slot to its end. The record has been created, and says Queued."""

    def __init__(
        self,
        folder: TargetFolder,
        instruction: Instruction,
        record: Record,
        inbox: Inbox,
        log: int,
    ) -> None:
        self._folder = folder
        self._instruction = instruction
        self._record = record
        self._inbox = inbox
        self._log = log
        self._reason: Reason | None = None
        self._keeper = 0
        self._orders = -1
        self._reports = -1
        self._reported = b""
        self._exit_code: int | None = None
        self._nothing_left = False
        self._not_started_because: str | None = None
        self._times_out_at: float | None = None
        self._kill_at: float | None = None
        self._show_leftovers_at: float | None = None
        linux.become_subreaper()  # inherits the work, should the keeper be killed
        self._awake, self._wake = os.pipe()
        self._listen_to_sigterm()

    def run(self) -> None:
        """Do it all; returns when the worker has ended and its record says so."""
        if self._wait_and_start():
            self._watch()
        self._finish()
        self._inbox.remove()

    # While it is queued

    def _wait_and_start(self) -> bool:
        """Whether the command was started; False where the worker was ended before."""
        waiting = Waiting(self._folder, self._instruction.slots)
        patience = _FIRST_LOOK_AGAIN_SECONDS
        while self._reason is None:
            try:
                slot = waiting.take()
            except OSError as error:
                _complain(f"{self._record.name} can't look for a slot", error)
                slot, patience = None, _RETRY_SECONDS
            if slot is not None:
                waiting.close()
                started = self._start(slot)
                os.close(slot)
                if started:
                    return True
                patience = _RETRY_SECONDS
            self._take_requests(self._poll(patience))
            # One of those that wait is to be quick; a thousand others must not be busy.
            slowest = _NEXT_LOOKS_EVERY_SECONDS if waiting.is_next else _OTHERS_LOOK_EVERY_SECONDS
            patience = min(patience * 1.5, slowest)
        waiting.close()
        return False

    def _start(self, slot: int) -> bool:
        """Start the command in a slot; False, with nothing started, where no record can say so."""
        orders, self._orders = os.pipe()
        self._reports, reports = os.pipe()
        try:
            self._keeper = os.fork()
        except OSError as error:  # no more processes for now
            _complain(f"{self._record.name} can't start its keeper", error)
            for file in (orders, self._orders, self._reports, reports):
                os.close(file)
            return False
        if self._keeper == 0:
            try:
                self._become_keeper(slot, orders, reports)
            finally:
                os._exit(1)  # whatever happens, there is one supervisor
        os.close(orders)
        os.close(reports)
        # The record goes first: nothing may run that no record tells of.
        if not self._save(
            status="Running", started=records.now(), keeper=identity.identify(self._keeper)
        ):
            os.close(self._orders)
            os.close(self._reports)
            os.waitpid(self._keeper, 0)
            return False
        self._order(keeper.START)
        os.close(self._log)
        if self._instruction.timeout_seconds is not None:
            self._times_out_at = time.monotonic() + self._instruction.timeout_seconds
        return True

    def _become_keeper(self, slot: int, orders: int, reports: int) -> NoReturn:
        # Held open in the keeper, the first would hide its supervisor's death from it, and the
        # inbox would seem to have a listener still.
        for file in (self._orders, self._reports, self._awake, self._wake):
            os.close(file)
        self._inbox.close()
        command = keeper.Command(
            arguments=self._instruction.arguments,
            working_directory=self._instruction.working_directory,
            environment=self._instruction.environment,
            log=self._log,
            slot=slot,
        )
        keeper.keep(command, orders, reports)

    # While it runs

    def _watch(self) -> None:
        """Returns when nothing is left of what the command started."""
        while True:
            ready = self._poll(self._seconds_to_next_deadline(), self._reports)
            if self._reports in ready and not self._hear_keeper():
                break
            self._take_requests(ready)
            self._keep_deadlines()
        # Should the keeper have been killed, its group is still there. The number is that group's
        # own for as long as the keeper, a child, has not been waited for.
        signals.kill_group(self._keeper)
        signals.end_descendants()

    def _hear_keeper(self) -> bool:
        """Whether the keeper still lives."""
        said = os.read(self._reports, 4096)
        *lines, self._reported = (self._reported + said).split(b"\n")
        for line in lines:
            word, _, rest = line.decode(errors="replace").partition(" ")
            if word == keeper.COMMAND_ENDED:
                self._exit_code = int(rest)
                self._show_leftovers_at = time.monotonic() + _LEFTOVERS_SHOW_AFTER_SECONDS
            elif word == keeper.NOTHING_LEFT:
                self._nothing_left = True
            elif word == keeper.NOT_STARTED:
                self._not_started_because = rest
        return bool(said)

    def _keep_deadlines(self) -> None:
        now = time.monotonic()
        if self._times_out_at is not None and now >= self._times_out_at:
            self._times_out_at = None
            self._end_command(Reason.TIMEOUT)
        if self._kill_at is not None and now >= self._kill_at:
            self._kill_at = None
            self._order(keeper.KILL)
        if self._show_leftovers_at is not None and now >= self._show_leftovers_at:
            self._show_leftovers_at = None
            self._save(exit_code=self._exit_code)

    def _seconds_to_next_deadline(self) -> float | None:
        deadlines = (self._times_out_at, self._kill_at, self._show_leftovers_at)
        known = [deadline for deadline in deadlines if deadline is not None]
        if not known:
            return None
        return min(max(0.0, min(known) - time.monotonic()), _LONGEST_SLEEP_SECONDS)

    def _end_command(self, reason: Reason) -> None:
        if self._reason is None:
            self._reason = reason
            self._times_out_at = None
            self._kill_at = time.monotonic() + self._instruction.grace_seconds
            self._order(keeper.TERMINATE)

    def _order(self, order: bytes) -> None:
        try:
            os.write(self._orders, order)
        except BrokenPipeError:  # the keeper has just ended
            return

    # Requests

    def _poll(self, seconds: float | None, *files: int) -> set[int]:
        poll = select.poll()
        for file in (self._awake, self._inbox.fileno(), *files):
            poll.register(file, select.POLLIN)
        return {file for file, _ in poll.poll(None if seconds is None else seconds * 1000)}

    def _take_requests(self, ready: set[int]) -> None:
        if self._awake in ready:
            os.read(self._awake, 4096)
            self._end(Reason.SIGTERM)
        if self._inbox.fileno() in ready:
            for request in self._inbox.take():
                self._carry_out(request)

    def _carry_out(self, request: Request) -> None:
        if self._reason is not None:
            return
        is_queued = self._record.status == "Queued"
        match request.wish:
            case Wish.CANCEL:
                self._cancel(request)
            case Wish.CANCEL_WHILE_QUEUED if is_queued:
                self._cancel(request)
            case Wish.DRAIN if not is_queued and self._record.draining_since is None:
                # The record goes first: a second drain of the same surplus is worse than none.
                if self._save(draining_since=records.now(), drain_request=request.id):
                    self._order(keeper.INTERRUPT)
            case _:
                pass  # the record says why: it has started, it is draining, or it still waits

    def _cancel(self, request: Request) -> None:
        self._record = replace(
            self._record, cancel_requested=records.now(), cancel_request=request.id
        )
        if self._record.status != "Queued":
            # Where the disk is full, ending the worker is still the right thing to do.
            self._save(status="CancelRequested")
        self._end(Reason.CANCEL)

    def _end(self, reason: Reason) -> None:
        if self._record.status == "Queued":
            self._reason = self._reason or reason
        else:
            self._end_command(reason)

    # The end

    def _finish(self) -> None:
        status, note = judge(
            Ending(
                reason=self._reason,
                # Without a keeper's word, part of the work may have been killed with it.
                exit_code=self._exit_code if self._nothing_left else None,
                was_draining=self._record.draining_since is not None,
                not_started_because=self._not_started_because,
                timeout=self._instruction.timeout,
            )
        )
        ended = records.now()
        give_up_at = time.monotonic() + _KEEP_TRYING_TO_WRITE_SECONDS
        while not self._save(status=status, note=note, ended=ended, exit_code=self._exit_code):
            if time.monotonic() >= give_up_at:
                return  # it shows as Failed then, because its supervisor is gone
            time.sleep(_RETRY_SECONDS)

    def _save(self, **changes: Any) -> bool:
        """Change the record, on disk and then here. False, with both as before, where it can't."""
        changed = replace(self._record, **changes)
        path = self._folder.record(changed.name)
        try:
            if _belongs_to_another(path, changed.hire):
                raise OSError(f"{path} was deleted and its name given to another worker")
            records.replace(path, changed)
        except OSError as error:
            _complain(f"{changed.name} can't write its record", error)
            return False
        self._record = changed
        return True

    def _listen_to_sigterm(self) -> None:
        for end in (self._awake, self._wake):
            os.set_blocking(end, False)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)


def _belongs_to_another(path: Path, hire: str) -> bool:
    try:
        return records.read(path).hire != hire
    except FileNotFoundError:
        return False
    except RecordDamagedError:
        return False  # writing it anew mends it


def _complain(what: str, error: OSError) -> None:
    """Say to the log of the supervisors what went wrong; a full disk may swallow it."""
    try:
        print(f"{records.now().isoformat()} {what}: {error}", file=sys.stderr, flush=True)  # noqa: T201
    except OSError:
        return
