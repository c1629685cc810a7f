"""Ctrl-C: once, nothing new is begun and what is under way is waited for; twice stops at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from reconciler.cli import output


class Stop:
    """Whether the person at the keyboard has asked to stop."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        return self.asked

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        output.say("Stopping: waiting for what is under way. Ctrl-C again stops at once.")


@contextmanager
def graceful_stop() -> Iterator[Stop]:
    """Within this, SIGINT and SIGTERM ask for an orderly end."""
    stop = Stop()
    before = {number: signal.signal(number, stop.on_signal) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)
