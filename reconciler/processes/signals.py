"""Signals that reach the process that is meant, or nobody."""

from __future__ import annotations

import os
import signal
import time

from reconciler.processes import table
from reconciler.processes.identity import ProcessIdentity, is_alive, this_machine


def send(identity: ProcessIdentity, number: int) -> bool:
    """Send a signal to this very process; False where it has ended.

    Raises PermissionError where the process is another user's. On Linux nothing can come between
    the check and the signal, because a pidfd goes on naming the process that it was opened for.
    """
    try:
        handle = os.pidfd_open(identity.pid) if hasattr(os, "pidfd_open") else None
    except ProcessLookupError:
        return False
    except OSError:  # a kernel or a sandbox without pidfds
        handle = None
    try:
        if not is_alive(identity):
            return False
        if handle is None:
            os.kill(identity.pid, number)
        else:
            signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        if handle is not None:
            os.close(handle)
    return True


def send_to(process: table.Process, number: int) -> bool:
    """Send a signal to a process as the table showed it; False where it has ended."""
    try:
        return send(ProcessIdentity(process.pid, process.start, this_machine()), number)
    except PermissionError:  # it became another user's: out of our hands
        return False


def send_to_own_group_and_descendants(number: int) -> None:
    """Send a signal once to everything that the calling process, a group's leader, has started.

    It goes to the own group, whose leader must ignore it. Descendants that moved into groups of
    their own (`timeout`, `set -m`, `setsid`) are reached through their group's leader, which
    passes it on if that is its habit: sent to the members too, it would arrive twice, and many
    programs take a second SIGINT for impatience. Where the leader is gone, all members get it.
    """
    own = os.getpid()
    os.killpg(own, number)
    moved = [process for process in table.descendants(own) if process.group != own]
    leaders = {process.pid for process in moved if process.pid == process.group}
    for process in moved:
        if process.pid in leaders or process.group not in leaders:
            send_to(process, number)


def end_descendants(pause: float = 0.01) -> None:
    """Kill all descendants of the calling process, and wait until there are none.

    Complete only where the caller is a subreaper (`linux.become_subreaper`): elsewhere, what has
    lost its parents is no descendant any more.
    """
    while True:
        for process in table.descendants(os.getpid()):
            send_to(process, signal.SIGKILL)
        if reap_all():
            return
        time.sleep(pause)


def reap_all() -> bool:
    """Take notice of every child that has ended. Whether no child is left."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            return False


def kill_group(group: int) -> None:
    """Kill a process group. The caller makes sure that the number still is that group's."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # the latter: only zombies, on macOS
        return
