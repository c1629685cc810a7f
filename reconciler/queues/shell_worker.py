"""What `queue work` does: take commands from a local queue and run them, until asked to end.

- SIGINT, a drain: nothing new is taken, what runs is finished, exit code 0. Repeating it changes
  nothing, but at a terminal, where the second Ctrl-C means "now": as SIGTERM, exit code 130.
- SIGTERM: what runs gets SIGTERM, and SIGKILL after STOP_SECONDS; its messages go back to the
  queue, whatever the tasks ended with; exit code 143.
- SIGKILL, or the machine fails: the queue sees by itself that the worker is gone.

A task that fails is counted and logged, and its message is removed all the same: running it again
is the business of whoever knows whether that helps. A queue that stops working ends the worker,
after what runs is finished.

One thread runs everything, woken by the signals that it waits for.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import TypeVar

from reconciler.queues import shell_task
from reconciler.queues.local import CLAIM_SECONDS, Claim, LocalQueue
from reconciler.values.errors import UserError

STOP_SECONDS = 3.0
"""How long tasks have between SIGTERM and SIGKILL when the worker is stopped: less than a local
target gives the worker itself, so that it still puts them back."""

HEARTBEAT_SECONDS = CLAIM_SECONDS / 4
"""How often claims are extended: three heartbeats may fail before a claim can run out."""

FIRST_POLL_SECONDS = 0.1
LONGEST_POLL_SECONDS = 1.0
"""An empty queue is asked less and less often, from the first of these to the second."""

_SHOWN_CHARACTERS = 50

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class WorkSummary:
    """What a worker did. `put_back` tasks were stopped and wait in the queue again."""

    done: int
    failed: int
    put_back: int
    exit_code: int

    def __str__(self) -> str:
        text = f"done {self.done}, failed {self.failed}"
        return f"{text}, put back {self.put_back}" if self.put_back else text


@dataclass(slots=True)
class _Requests:
    """What signals have asked for so far. `stop` is the exit code of stopping at once."""

    at_terminal: bool
    finish: bool = False
    stop: int | None = None

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal; a signal handler must do no more than this."""
        if number == signal.SIGTERM:
            self.stop = 128 + number
        elif number == signal.SIGINT:
            if self.finish and self.at_terminal and self.stop is None:
                self.stop = 128 + number
            self.finish = True


@dataclass(frozen=True, slots=True)
class _Running:
    claim: Claim
    task: subprocess.Popen[bytes]
    since: float


def work(
    queue: LocalQueue,
    *,
    parallel: int = 1,
    idle_seconds: float | None = None,
    say: Callable[[str], None],
) -> WorkSummary:
    """Run the queue's commands, up to `parallel` at a time, and `say` a line for each event.

    Ends when asked to, or once nothing was visible or running for `idle_seconds` (None: never).
    To be called from the main thread; the signal handlers of before are put back at the end.
    Raises UserError where the queue can't be used; what ran by then has been finished.
    """
    with _signals() as (requests, wakeup):
        worker = _Worker(queue, parallel, idle_seconds, say, requests, wakeup)
        return worker.run()


@contextmanager
def _signals() -> Iterator[tuple[_Requests, int]]:
    """Have signals noted, and a file descriptor made readable by each of them.

    Handlers are set even where this process was started with the signals ignored or blocked, as
    shells start background jobs and supervisors their children.
    """
    requests = _Requests(at_terminal=sys.stdin is not None and sys.stdin.isatty())
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    os.set_blocking(writable, False)
    earlier_wakeup = signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    earlier = {number: signal.signal(number, requests.receive) for number in numbers}
    earlier_mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    try:
        yield requests, readable
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier_mask)
        for number, handler in earlier.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        signal.set_wakeup_fd(earlier_wakeup)
        os.close(readable)
        os.close(writable)


@dataclass(slots=True)
class _Worker:
    queue: LocalQueue
    parallel: int
    idle_seconds: float | None
    say: Callable[[str], None]
    requests: _Requests
    wakeup: int
    running: list[_Running] = field(default_factory=list)
    done: int = 0
    failed: int = 0
    put_back: int = 0
    trouble: UserError | None = None
    """The first failure of the queue; the worker ends because of it."""
    poll_seconds: float = FIRST_POLL_SECONDS
    next_poll: float = 0.0
    next_heartbeat: float = 0.0
    idle_since: float | None = None

    def run(self) -> WorkSummary:
        told = False
        while True:
            self._finish_ended()
            if self.requests.stop is not None:
                self._stop()
                break
            if self.requests.finish or self.trouble is not None:
                if not self.running:
                    break
                if not told:
                    self.say(f"taking nothing new, finishing {_tasks(len(self.running))}")
                    told = True
            else:
                self._take()
                if self._has_idled():
                    break
            self._beat()
            self._wait()
        summary = WorkSummary(self.done, self.failed, self.put_back, self.requests.stop or 0)
        self.say(str(summary))
        if self.trouble is not None:
            raise self.trouble
        return summary

    def _take(self) -> None:
        """Start tasks as long as there are messages and room for them."""
        while len(self.running) < self.parallel and time.monotonic() >= self.next_poll:
            claim = self._ask(self.queue.claim)
            if claim is None:
                self.next_poll = time.monotonic() + self.poll_seconds
                self.poll_seconds = min(2 * self.poll_seconds, LONGEST_POLL_SECONDS)
                return
            self.poll_seconds = FIRST_POLL_SECONDS
            if self.requests.finish or self.requests.stop is not None:
                # Asked to end while the message was on its way: nothing was begun.
                self._ask(partial(self.queue.release, claim))
                return
            self._start(claim)

    def _start(self, claim: Claim) -> None:
        again = f" (attempt {claim.attempt})" if claim.attempt > 1 else ""
        self.say(f"task {claim.message} begins{again}: {_shown(claim.command)}")
        since = time.monotonic()
        if not self.running:
            self.next_heartbeat = since + HEARTBEAT_SECONDS
        try:
            task = shell_task.start(claim.command)
        except OSError as error:
            self.trouble = UserError(
                f"task {claim.message} can't be started: {error.strerror}",
                "see whether this machine has memory and processes left; the task was put back",
            )
            with suppress(UserError):
                self.queue.release(claim)
            return
        self.running.append(_Running(claim, task, since))
        self.idle_since = None

    def _finish_ended(self) -> None:
        for one in list(self.running):
            code = one.task.poll()
            # A task that ends after a request to stop may have ended because of it: `_stop` puts
            # it back. Where the whole group was signalled, the kernel tells this process so
            # before it tells of the task's end.
            if code is None or self._is_stopping():
                continue
            self.running.remove(one)
            self.next_poll = 0.0
            self._settle(one, code)

    def _settle(self, one: _Running, code: int) -> None:
        self.done += code == 0
        self.failed += code != 0
        seconds = time.monotonic() - one.since
        word = "done" if code == 0 else "failed"
        self.say(f"task {one.claim.message} {word}: {_exit(code)} after {seconds:.1f}s")
        if self._ask(partial(self.queue.complete, one.claim)) is False:
            self.say(f"task {one.claim.message} was given to another worker meanwhile")

    def _stop(self) -> None:
        """End what runs and give its messages back, once nothing of it runs any more."""
        for one in self.running:
            shell_task.send(one.task, signal.SIGTERM)
        latest = time.monotonic() + STOP_SECONDS
        for one in self.running:
            try:
                one.task.wait(max(0.0, latest - time.monotonic()))
            except subprocess.TimeoutExpired:
                shell_task.send(one.task, signal.SIGKILL)
                one.task.wait()
            self._ask(partial(self.queue.release, one.claim))
            self.put_back += 1
            self.say(f"task {one.claim.message} stopped and put back")
        self.running.clear()

    def _beat(self) -> None:
        if not self.running or time.monotonic() < self.next_heartbeat:
            return
        self.next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS
        for one in self.running:
            self._ask(partial(self.queue.extend, one.claim))

    def _has_idled(self) -> bool:
        if self.running or self.idle_seconds is None:
            return False
        now = time.monotonic()
        if self.idle_since is None:
            self.idle_since = now
        return now - self.idle_since >= self.idle_seconds

    def _wait(self) -> None:
        """Sleep until a signal comes or the next thing is due."""
        due = []
        if not (self.requests.finish or self.trouble) and len(self.running) < self.parallel:
            due.append(self.next_poll)
        if self.running:
            due.append(self.next_heartbeat)
        elif self.idle_seconds is not None and self.idle_since is not None:
            due.append(self.idle_since + self.idle_seconds)
        timeout = max(0.0, min(due) - time.monotonic()) if due else None
        select.select([self.wakeup], [], [], timeout)
        with suppress(BlockingIOError):
            while os.read(self.wakeup, 512):
                pass

    def _is_stopping(self) -> bool:
        return self.requests.stop is not None

    def _ask(self, operation: Callable[[], Answer]) -> Answer | None:
        """What the queue answers; None, and trouble noted, where it can't be used."""
        try:
            return operation()
        except UserError as error:
            self.trouble = self.trouble or error
            return None


def _shown(command: str) -> str:
    """The beginning of a command's first line, with nothing that moves a terminal's cursor."""
    first, *more = command.strip().splitlines()
    plain = "".join(character if character.isprintable() else "?" for character in first)
    if more or len(plain) > _SHOWN_CHARACTERS:
        return f"{plain[: _SHOWN_CHARACTERS - 1]}…"
    return plain


def _exit(code: int) -> str:
    """An exit code as shells give it, 128 and the signal's number for a death by signal."""
    if code >= 0:
        return f"exit {code}"
    try:
        return f"exit {128 - code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"exit {128 - code}"


def _tasks(count: int) -> str:
    return "the task that runs" if count == 1 else f"the {count} tasks that run"
