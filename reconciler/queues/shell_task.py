"""One shell command as a child process: started so that it outlives a drain but not its worker.

A task stays in its worker's process group, so that whoever ends the group ends the task with it,
SIGKILL included. A drain sends SIGINT to that same group, and to the groups within. Therefore
tasks begin with SIGINT ignored and blocked as well, and what they start inherits both: ignored,
because shells, Python and most others then leave it so; blocked, because some install a handler
all the same, like coreutils' timeout, whose command a drain would otherwise end. The price is that
a task can't use SIGINT among its own processes (`timeout -s INT`): other signals work.

Everything here is for a process with one thread: the code between fork and exec would not be safe
with more.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from functools import partial

from reconciler.processes import linux, signals, table

_HELD_BACK = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)


def start(command: str) -> subprocess.Popen[bytes]:
    """Start `command` in bash, or in sh where there is no bash; raises OSError as Popen does.

    It reads nothing and writes where this process writes. On Linux the kernel kills it when this
    process dies; what it started in turn dies with the process group alone.
    """
    shell = shutil.which("bash") or "/bin/sh"
    # A signal between fork and exec would meet this process's handlers in the child.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
    try:
        return subprocess.Popen(
            [shell, "-c", command],
            stdin=subprocess.DEVNULL,
            preexec_fn=partial(_prepare_child, os.getpid()),
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _prepare_child(parent: int) -> None:
    """Between fork and exec: set the signals as the task shall have them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    linux.die_with_parent(parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGCHLD})


def send(task: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a task, unless it has been waited for, and to all that it started."""
    if task.returncode is not None:
        return
    for process in reversed(table.descendants(task.pid)):
        signals.send_to(process, number)
    with suppress(PermissionError):  # it became another user's
        os.kill(task.pid, number)
