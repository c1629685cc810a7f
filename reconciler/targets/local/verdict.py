"""How a worker ended: the status and the one line for people, from what its supervisor knows.

Pure. Standard library only: supervisors import it.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import Enum

_ENDED_BY_SIGINT = (-signal.SIGINT, 128 + signal.SIGINT)


class Reason(Enum):
    """Why a supervisor ended its command, or never started it."""

    CANCEL = "cancel"
    TIMEOUT = "timeout"
    SIGTERM = "sigterm"
    """The supervisor got one: the machine goes down, or somebody ended it by hand."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known when nothing of a worker is left. `timeout` is as the spec writes it."""

    reason: Reason | None = None
    exit_code: int | None = None
    """The command's; negative where a signal killed it, None where nobody could tell."""
    was_draining: bool = False
    not_started_because: str | None = None
    timeout: str | None = None


def judge(ending: Ending) -> tuple[str, str | None]:
    """The worker's last status, and its note."""
    if ending.reason is Reason.CANCEL:
        return "Canceled", None
    if ending.reason is Reason.TIMEOUT:
        return "Failed", f"exceeded limits.timeout of {ending.timeout}"
    if ending.reason is Reason.SIGTERM:
        return "Failed", "its supervisor was ended by SIGTERM"
    if ending.not_started_because is not None:
        return "Failed", f"the command could not be started: {ending.not_started_because}"
    if ending.exit_code is None:
        return "Failed", "the keeper of its processes was killed"
    if ending.exit_code == 0:
        return "Completed", None
    if ending.was_draining and ending.exit_code in _ENDED_BY_SIGINT:
        return "Canceled", "the drain's SIGINT ended the command, which doesn't handle it"
    return "Failed", describe_exit(ending.exit_code)


def describe_exit(exit_code: int) -> str:
    """An exit code in words: `exit code 3`, `killed by SIGKILL`."""
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"killed by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"killed by signal {-exit_code}"
