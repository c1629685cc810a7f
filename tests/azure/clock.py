"""The time of the world: real time that tests can move forward, or time that stands still."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, as the simulated services see them.

    A running clock follows real time plus everything that `advance` added. A frozen one moves by
    `advance` alone, so that a test decides when jobs start and when the index catches up.
    """

    def __init__(self) -> None:
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """The current time of the world, in seconds since the epoch."""
        base = time.time() if self._frozen is None else self._frozen
        return base + self._offset

    def advance(self, seconds: float) -> float:
        """Moves the clock forward and returns the new time; never backwards."""
        if seconds < 0:
            raise ValueError(f"the clock can't go back by {-seconds} s")
        self._offset += seconds
        return self.now()

    def freeze(self) -> None:
        """Stops the clock where it is; from now on only `advance` moves it."""
        if self._frozen is None:
            self._frozen = time.time()

    def run(self) -> None:
        """Lets a frozen clock follow real time again, from where it stands."""
        if self._frozen is not None:
            self._offset -= time.time() - self._frozen
            self._frozen = None


def timestamp(seconds: float, suffix: str = "Z") -> str:
    """ISO 8601 in UTC with the seven decimals that the .NET services write."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
    return f"{text[:26]}0{suffix}"
