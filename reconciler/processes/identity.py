"""Which process is which: a pid alone is used again, a pid with its start time and boot is not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from reconciler.processes import table


@dataclass(frozen=True, slots=True)
class Machine:
    """What a process runs on, as far as it decides who can see the process.

    `boot` is new after each start of the machine, `pid_namespace` in each container; both are
    empty where the system has no such thing. `id` stays over restarts; `host` is for people.
    """

    id: str
    host: str
    boot: str
    pid_namespace: str


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """One process, now and for ever: no later process equals it."""

    pid: int
    start: str
    """As in `table.Process`."""
    machine: Machine


class Life(Enum):
    """Whether a process is alive, as far as can be seen from here."""

    ALIVE = "alive"
    ENDED = "ended"
    OUT_OF_SIGHT = "out of sight"
    """It runs, or ran, on another machine or in another container."""


@cache
def this_machine() -> Machine:
    """The machine, and the container, that this process runs in."""
    host = os.uname().nodename
    try:
        namespace = str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        namespace = ""
    return Machine(
        id=_first_line("/etc/machine-id") or host,
        host=host,
        boot=_first_line("/proc/sys/kernel/random/boot_id"),
        pid_namespace=namespace,
    )


def identify(pid: int) -> ProcessIdentity | None:
    """The identity of the living process `pid`; None where there is none, or only a zombie."""
    process = table.find(pid)
    if process is None or process.is_zombie:
        return None
    return ProcessIdentity(pid, process.start, this_machine())


def own_identity() -> ProcessIdentity:
    """The identity of the calling process."""
    identity = identify(os.getpid())
    if identity is None:
        raise OSError("this process can't find itself in the table of processes")
    return identity


def life_of(identity: ProcessIdentity) -> Life:
    """Whether the process is alive. A zombie has ended, and a reused pid is another process."""
    here, there = this_machine(), identity.machine
    if (there.boot, there.pid_namespace) == (here.boot, here.pid_namespace):
        # The boot is empty where the system doesn't tell it: the machine has to tell, then.
        if not here.boot and there.id != here.id:
            return Life.OUT_OF_SIGHT
        found = identify(identity.pid)
        return Life.ALIVE if found is not None and found.start == identity.start else Life.ENDED
    if there.boot != here.boot and there.id == here.id:
        return Life.ENDED  # this machine was started anew since
    return Life.OUT_OF_SIGHT


def is_alive(identity: ProcessIdentity) -> bool:
    """Whether the process is seen to be alive."""
    return life_of(identity) is Life.ALIVE


def _first_line(path: str) -> str:
    try:
        with Path(path).open(encoding="ascii", errors="replace") as file:
            return file.readline().strip()
    except OSError:
        return ""
