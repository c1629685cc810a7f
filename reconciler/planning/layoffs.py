"""Who is laid off, in which order, and how.

The order: paused; queued and its like; preparing; starting; then running. Within each, workers on
an old task before those on the current one, then the youngest. A finalizing or unknown worker, one
that is asked to leave already, and one that isn't ours are never chosen.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase
from reconciler.model.workforce import Layoffs, Workforce
from reconciler.planning.census import Census


class Stage(IntEnum):
    """How far a worker has come; what has come least far goes first."""

    PAUSED = 0
    QUEUED = 1
    PREPARING = 2
    STARTING = 3
    RUNNING = 4


_STAGES = {
    "Paused": Stage.PAUSED,
    "NotStarted": Stage.QUEUED,
    "Queued": Stage.QUEUED,
    "Validating": Stage.QUEUED,
    "Waiting": Stage.QUEUED,
    "Provisioning": Stage.QUEUED,
    "Preparing": Stage.PREPARING,
    "Starting": Stage.STARTING,
    "Running": Stage.RUNNING,
}

NOT_RUNNING = (Stage.PAUSED, Stage.QUEUED, Stage.PREPARING, Stage.STARTING)

_Rank = tuple[bool, float, int, str]


@dataclass(frozen=True, slots=True)
class Picked:
    """The workers chosen in one region, in the order of choosing, by the reason for it."""

    over_maximum: tuple[Worker, ...] = ()
    surplus: tuple[Worker, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Layoffs of one workforce, a `Picked` for each region, and what stays over.

    `left` counts the surplus that no worker could be chosen for, over the whole workforce;
    `left_over_maximum` what lives above a region's max without a worker that could be chosen.
    """

    picked: tuple[Picked, ...]
    left: int = 0
    left_over_maximum: tuple[int, ...] = ()


def stage_of(worker: Worker) -> Stage | None:
    """The worker's stage; None for one that is never chosen."""
    if worker.draining_since is not None or not worker.phase.is_live:
        return None
    return _STAGES.get(worker.status)


def choose(
    workforce: Workforce,
    censuses: Sequence[Census],
    shares: Sequence[int],
    surplus: int,
    to_resume: int = 0,
) -> Chosen:
    """Choose whom to lay off: first what lives above a region's max, then `surplus` in all.

    What the first takes counts toward the second. Paused and pending workers of the whole
    workforce go before any running one, those of regions over their share first; running ones go
    from regions over their share alone. The oldest `to_resume` paused workers stay, unless their
    region's max takes them.
    """
    if workforce.layoffs is Layoffs.NONE:
        over = tuple(_over_maximum(census) for census in censuses)
        return Chosen(tuple(Picked() for _ in censuses), surplus, over)
    choosing = _Choosing(workforce, censuses, shares)
    left_over_maximum = tuple(choosing.over_maximum())
    left = max(0, surplus - choosing.taken)
    choosing.keep_for_resuming(to_resume)
    for stage in NOT_RUNNING:
        left = choosing.take(stage, left, from_all_regions=False)
        left = choosing.take(stage, left, from_all_regions=True)
    left = choosing.take(Stage.RUNNING, left, from_all_regions=False)
    return Chosen(choosing.picked(), left, left_over_maximum)


def in_layoff_order(workers: Iterable[Worker], digest: str) -> list[Worker]:
    """The workers that may be chosen, the first to go first."""
    staged = [(stage, worker) for worker in workers if (stage := stage_of(worker)) is not None]
    staged.sort(key=lambda pair: (pair[0], rank(pair[1], digest)))
    return [worker for _, worker in staged]


def rank(worker: Worker, digest: str) -> _Rank:
    """The order within a stage: an old task first, then the youngest. A worker without a digest
    is not known to be old."""
    is_old = worker.digest is not None and worker.digest != digest
    return (not is_old, -worker.created.timestamp(), -(worker.number or 0), worker.id)


def _over_maximum(census: Census) -> int:
    maximum = census.region.max
    if maximum is None or census.held is not None:
        return 0
    return max(0, census.staying - maximum)


@dataclass(slots=True)
class _Candidates:
    """The workers of one region that may still be chosen, by stage, the first to go first."""

    census: Census
    share: int
    staying: int
    by_stage: Mapping[Stage, list[Worker]]
    over_maximum: list[Worker] = field(default_factory=list)
    surplus: list[Worker] = field(default_factory=list)

    @property
    def floor(self) -> int:
        return min(self.census.region.min, self.share)

    def may_give(self, from_all_regions: bool) -> bool:
        return self.staying > (self.floor if from_all_regions else self.share)


class _Choosing:
    def __init__(
        self, workforce: Workforce, censuses: Sequence[Census], shares: Sequence[int]
    ) -> None:
        self.regions = [
            _Candidates(census, share, census.staying, _candidates(workforce, census))
            for census, share in zip(censuses, shares, strict=True)
        ]
        self.taken = 0

    def over_maximum(self) -> Iterable[int]:
        """Choose what lives above each region's max; yields what could not be chosen."""
        for region in self.regions:
            over = _over_maximum(region.census)
            for stage in Stage:
                waiting = region.by_stage.get(stage, [])
                chosen = waiting[:over]
                del waiting[:over]
                region.over_maximum += chosen
                region.staying -= len(chosen)
                self.taken += len(chosen)
                over -= len(chosen)
            yield over

    def keep_for_resuming(self, keep: int) -> None:
        paused = sorted(
            (worker.created, worker.id, index)
            for index, region in enumerate(self.regions)
            for worker in region.by_stage.get(Stage.PAUSED, ())
        )
        kept = {identity for _, identity, _ in paused[:keep]}
        for region in self.regions:
            waiting = region.by_stage.get(Stage.PAUSED, [])
            waiting[:] = [worker for worker in waiting if worker.id not in kept]

    def take(self, stage: Stage, wanted: int, *, from_all_regions: bool) -> int:
        """Choose up to `wanted` workers of `stage`; what is still wanted after that."""
        heads: list[tuple[_Rank, int, int]] = []

        def offer(index: int, position: int) -> None:
            region = self.regions[index]
            waiting = region.by_stage.get(stage, [])
            if position < len(waiting):
                digest = region.census.region.digest
                heapq.heappush(heads, (rank(waiting[position], digest), index, position))

        chosen_per_region = [0] * len(self.regions)
        for index in range(len(self.regions)):
            offer(index, 0)
        while wanted and heads:
            _, index, position = heapq.heappop(heads)
            region = self.regions[index]
            if not region.may_give(from_all_regions):
                continue
            region.surplus.append(region.by_stage[stage][position])
            region.staying -= 1
            self.taken += 1
            chosen_per_region[index] += 1
            wanted -= 1
            offer(index, position + 1)
        for index, chosen in enumerate(chosen_per_region):
            if chosen:
                del self.regions[index].by_stage[stage][:chosen]
        return wanted

    def picked(self) -> tuple[Picked, ...]:
        return tuple(
            Picked(tuple(region.over_maximum), tuple(region.surplus)) for region in self.regions
        )


def _candidates(workforce: Workforce, census: Census) -> Mapping[Stage, list[Worker]]:
    if census.held is not None:
        return {}
    by_stage: dict[Stage, list[Worker]] = {}
    for worker in census.reading.workers:
        stage = stage_of(worker)
        if stage is None or not (worker.workforce == workforce.name or workforce.adopt):
            continue
        if stage is Stage.RUNNING and not can_lay_off_running(workforce.layoffs, census):
            continue
        by_stage.setdefault(stage, []).append(worker)
    for waiting in by_stage.values():
        waiting.sort(key=lambda worker: rank(worker, census.region.digest))
    return by_stage


def can_lay_off_running(rule: Layoffs, census: Census) -> bool:
    """Whether running workers of the region may be cancelled, or can be drained."""
    if rule is Layoffs.CANCEL:
        return True
    return rule is Layoffs.GRACEFUL and census.region.target.drain_delivery.reaches_workers


def is_running(worker: Worker) -> bool:
    """Whether laying the worker off would interrupt work."""
    return worker.phase is Phase.RUNNING
