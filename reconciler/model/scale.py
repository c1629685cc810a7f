"""How many workers, where that follows the length of a queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.values.immutable import FrozenMap


class WhenQueueEmpty(StrEnum):
    """What an empty queue means where desired is a number."""

    STOP = "stop"
    """Hire nothing while it is empty."""
    KEEP = "keep"
    """Nothing."""


class Fallback(StrEnum):
    """What desired is where the queue can't be read, unless that is a number."""

    HOLD = "hold"
    """Do nothing."""
    MIN = "min"
    """`scale.min`."""


@dataclass(frozen=True, slots=True)
class Auto:
    """Desired follows from the queue's length, by a policy with its checked settings."""

    policy: str
    settings: FrozenMap[str, object] = field(default_factory=FrozenMap)
    fallback: Fallback | int = Fallback.HOLD
