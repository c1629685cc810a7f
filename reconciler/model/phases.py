"""Phases of a worker, and which of a service's statuses mean which."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """Where a worker is in its life, as far as counting is concerned."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    UNKNOWN = "unknown"
    """NotResponding, and every status that this version doesn't know: live, never chosen."""
    ENDING = "ending"
    """Asked to end by a cancel: no longer live, still occupying capacity."""
    ENDED = "ended"

    @property
    def is_live(self) -> bool:
        return self in LIVE

    @property
    def occupies_capacity(self) -> bool:
        return self is not Phase.ENDED


LIVE = frozenset({Phase.PENDING, Phase.RUNNING, Phase.PAUSED, Phase.UNKNOWN})

_PHASES = {
    "NotStarted": Phase.PENDING,
    "Queued": Phase.PENDING,
    "Validating": Phase.PENDING,
    "Preparing": Phase.PENDING,
    "Provisioning": Phase.PENDING,
    "Starting": Phase.PENDING,
    "Waiting": Phase.PENDING,
    "Running": Phase.RUNNING,
    "Finalizing": Phase.RUNNING,
    "Paused": Phase.PAUSED,
    "NotResponding": Phase.UNKNOWN,
    "CancelRequested": Phase.ENDING,
    "Completed": Phase.ENDED,
    "Failed": Phase.ENDED,
    "Canceled": Phase.ENDED,
}

_SPELLINGS = {status.casefold(): status for status in _PHASES}


def canonical_status(status: str) -> str:
    """A status in the one spelling used here: `Cancel requested` becomes `CancelRequested`.

    AzureML's index writes statuses with spaces, its ARM interface without. A status that isn't
    known keeps the service's letters, without the spaces.
    """
    joined = status.replace(" ", "")
    return _SPELLINGS.get(joined.casefold(), joined)


def phase_of(status: str) -> Phase:
    """The phase that a status means; one that isn't known is UNKNOWN, never an error."""
    return _PHASES.get(canonical_status(status), Phase.UNKNOWN)
