"""The keeper of a worker: leader of the process group in which the command runs.

A fork of the supervisor. It starts the command, passes signals on, and ends when nothing that the
command started is left. Its supervisor holds the other end of a pipe: when that end is closed,
even by kill -9, the keeper kills everything that it keeps. Standard library only.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from reconciler.processes import linux, signals, table

# What the supervisor can say: one byte each.
START = b"s"
INTERRUPT = b"i"
TERMINATE = b"t"
KILL = b"k"

# What the keeper can say: a line each, the word and then the rest.
NOT_STARTED = "not-started"
COMMAND_ENDED = "command-ended"
NOTHING_LEFT = "nothing-left"

# A Ctrl-C or a drain is meant for the work; the keeper stays until that has ended.
_IGNORED = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGPIPE,
    signal.SIGTSTP,
    signal.SIGTTIN,
    signal.SIGTTOU,
)

_KILL_AGAIN_MILLISECONDS = 20
_LOOK_AGAIN_MILLISECONDS = 500


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: a program with its arguments, where, with which variables, logging to what."""

    arguments: tuple[str, ...]
    working_directory: str
    environment: Mapping[str, str]
    log: int
    slot: int
    """The lock that everything that is started inherits."""


def keep(command: Command, orders: int, reports: int) -> NoReturn:
    """Be the keeper. `orders` and `reports` are the ends of pipes from and to the supervisor."""
    try:
        _Keeper(command, orders, reports).run()
    finally:
        os._exit(0)


class _Keeper:
    def __init__(self, command: Command, orders: int, reports: int) -> None:
        self._command = command
        self._orders = orders
        self._reports = reports
        self._main: int | None = None
        self._main_has_ended = False
        self._is_killing = False
        os.setsid()
        self._adopts = linux.become_subreaper()
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        self._awake = _wake_on_child()

    def run(self) -> None:
        if os.read(self._orders, 1) != START:
            return
        self._main = start(self._command, self._reports)
        if self._main is None:
            return
        while not self._nothing_is_left():
            self._wait()
            if self._is_killing:
                self._kill()
        report(self._reports, NOTHING_LEFT, "")

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self._awake, select.POLLIN)
        if not self._is_killing:
            poll.register(self._orders, select.POLLIN)
        ready = {file for file, _ in poll.poll(self._patience())}
        if self._awake in ready:
            os.read(self._awake, 4096)
        if self._orders in ready:
            self._obey(os.read(self._orders, 1))

    def _patience(self) -> int | None:
        if self._is_killing:
            return _KILL_AGAIN_MILLISECONDS
        # Without adoption nobody is told when the group's last member ends.
        return _LOOK_AGAIN_MILLISECONDS if self._main_has_ended and not self._adopts else None

    def _obey(self, order: bytes) -> None:
        if order == INTERRUPT:
            signals.send_to_own_group_and_descendants(signal.SIGINT)
        elif order == TERMINATE:
            signals.send_to_own_group_and_descendants(signal.SIGTERM)
        elif order in (KILL, b""):  # at the end of the pipe the supervisor is gone
            self._is_killing = True

    def _kill(self) -> None:
        for process in table.descendants(os.getpid()):
            signals.send_to(process, signal.SIGKILL)
        if not self._adopts:
            os.killpg(os.getpid(), signal.SIGKILL)  # the keeper is one of them

    def _nothing_is_left(self) -> bool:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return self._adopts or len(table.group_members(os.getpid())) <= 1
            if pid == 0:
                return False
            if pid == self._main:
                self._main_has_ended = True
                report(self._reports, COMMAND_ENDED, str(os.waitstatus_to_exitcode(status)))


def start(command: Command, reports: int) -> int | None:
    """Start the command in the caller's process group; its pid, or None after reporting why not.

    Returns when the command's own program runs, so that a signal sent from now on finds it.
    """
    failure, failure_writer = os.pipe()
    keeper = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(failure)
        os.close(failure_writer)
        report(reports, NOT_STARTED, str(error))
        return None
    if pid == 0:
        try:
            _become(command, keeper)
        except BaseException as error:
            os.write(failure_writer, str(error).encode()[:4000] or b"unknown reason")
        finally:
            os._exit(127)
    os.close(failure_writer)
    os.close(command.log)
    with os.fdopen(failure, "rb") as file:
        reason = file.read().decode(errors="replace")
    if reason:
        os.waitpid(pid, 0)
        report(reports, NOT_STARTED, reason)
        return None
    return pid


def report(reports: int, word: str, rest: str) -> None:
    """Say a line to the supervisor, if it still listens."""
    with suppress(BrokenPipeError):
        os.write(reports, f"{word} {' '.join(rest.split())}\n".encode())


def _become(command: Command, keeper: int) -> NoReturn:
    linux.die_with_parent(keeper)
    signal.set_wakeup_fd(-1)
    # The command that hired may have been started with signals ignored or blocked (`… &` in a
    # script, nohup), and Python ignores some itself; the work starts as from a fresh shell.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError):  # kept by the C library for itself
            continue
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.chdir(command.working_directory)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, stream in ((nothing, 0), (command.log, 1), (command.log, 2)):
        os.dup2(source, stream)
    os.set_inheritable(command.slot, True)
    os.execve(command.arguments[0], command.arguments, command.environment)


def _wake_on_child() -> int:
    """A file that becomes readable when a child ends."""
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader
