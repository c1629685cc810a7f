"""The table of processes: parents, groups, sessions and start times.

Read from /proc on Linux (proc(5)), and from `ps` elsewhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HAS_PROC = sys.platform == "linux"


@dataclass(frozen=True, slots=True)
class Process:
    """One process as the table showed it.

    `start` tells apart two processes that had the same pid: clock ticks since boot on Linux, the
    date in `ps`'s words elsewhere. Compare it for equality only.
    """

    pid: int
    parent: int
    group: int
    session: int
    state: str
    start: str

    @property
    def is_zombie(self) -> bool:
        """Whether it has ended, and only waits for its parent to take notice."""
        return self.state in ("Z", "X")


def find(pid: int) -> Process | None:
    """The process `pid`, zombie or not; None where there is none."""
    if HAS_PROC:
        return _find_in_proc(pid)
    return next(iter(_from_ps(["-p", str(pid)])), None)


def processes() -> list[Process]:
    """Every process that can be seen from here."""
    if not HAS_PROC:
        return _from_ps(["-ax"])
    with os.scandir("/proc") as entries:
        pids = [int(entry.name) for entry in entries if entry.name.isdecimal()]
    found = (_find_in_proc(pid) for pid in pids)
    return [process for process in found if process is not None]


def descendants(pid: int, table: Iterable[Process] | None = None) -> list[Process]:
    """The children of `pid`, their children and so on; zombies are left out."""
    children: dict[int, list[Process]] = {}
    for process in processes() if table is None else table:
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    ancestors = [pid]
    while ancestors:
        of_one = children.pop(ancestors.pop(), [])
        found.extend(process for process in of_one if not process.is_zombie)
        ancestors.extend(process.pid for process in of_one)
    return found


def group_members(group: int) -> list[Process]:
    """The processes of a process group; zombies are left out."""
    return [one for one in processes() if one.group == group and not one.is_zombie]


def with_environment(entry: str) -> dict[str, list[Process]]:
    """Living processes that were started with the variable `entry`, by its value.

    Only those whose environment may be read are found; elsewhere than on Linux none are.
    """
    if not HAS_PROC:
        return {}
    prefix = f"{entry}=".encode()
    found: dict[str, list[Process]] = {}
    for process in processes():
        if process.is_zombie:
            continue
        try:
            variables = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
        except OSError:  # ended meanwhile, or another user's
            continue
        for variable in variables:
            if variable.startswith(prefix):
                value = os.fsdecode(variable.removeprefix(prefix))
                found.setdefault(value, []).append(process)
    return found


def _find_in_proc(pid: int) -> Process | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in parentheses, and may hold any character.
    fields = text[text.rindex(b")") + 2 :].split()
    return Process(
        pid=pid,
        state=fields[0].decode(),
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        start=fields[19].decode(),
    )


def _from_ps(which: list[str]) -> list[Process]:
    import subprocess  # slow to import, and not needed on Linux

    command = ["ps", *which, "-o", "pid=,ppid=,pgid=,stat=,lstart="]
    # The date must read the same whoever asks.
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    answer = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, stdin=-3
    )
    found = []
    for line in answer.stdout.splitlines():
        pid, parent, group, state, start = line.split(None, 4)
        found.append(
            Process(
                pid=int(pid),
                parent=int(parent),
                group=int(group),
                session=0,  # `ps` names sessions differently on every system
                state=state[:1],
                start=" ".join(start.split()),
            )
        )
    return found
