"""Reports: what an apply did, as the service confirmed it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.plan import ActionKind


class Outcome(StrEnum):
    """What came of one worker's action."""

    DONE = "done"
    ALREADY = "already"
    """It was so before: another apply did it, or the worker had ended by itself."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not tried: what the plan took for granted no longer held, or the apply was stopped."""


@dataclass(frozen=True, slots=True)
class WorkerOutcome:
    """What came of one action on one worker. `detail` is the error or the reason, one line."""

    kind: ActionKind
    outcome: Outcome
    worker: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RegionReport:
    """The outcomes of one action of one region (or of orphans in one experiment)."""

    workforce: str
    region: str
    kind: ActionKind
    planned: int
    outcomes: tuple[WorkerOutcome, ...]

    def count(self, outcome: Outcome) -> int:
        return sum(1 for one in self.outcomes if one.outcome is outcome)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that an apply did. `interrupted`: it was asked to stop before its end."""

    plan_id: str
    regions: tuple[RegionReport, ...]
    interrupted: bool = False

    def count(self, kind: ActionKind, *outcomes: Outcome) -> int:
        """How many workers met one of `outcomes` in actions of `kind`."""
        return sum(
            region.count(outcome)
            for region in self.regions
            if region.kind is kind
            for outcome in outcomes
        )

    @property
    def is_complete(self) -> bool:
        """Whether everything that was planned is so now."""
        good = {Outcome.DONE, Outcome.ALREADY}
        return all(
            len(region.outcomes) >= region.planned
            and all(one.outcome in good for one in region.outcomes)
            for region in self.regions
        )
