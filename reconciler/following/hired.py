"""Following hired workers until they run, or have failed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase
from reconciler.model.plan import ActionKind
from reconciler.model.report import Outcome, Report
from reconciler.model.workforce import Region, Specs
from reconciler.targets.engines import Engines

_SECONDS_BETWEEN_LOOKS = 0.5

_SETTLING_SECONDS = 1.5
"""A worker whose command fails at once has been Running for a moment: a second look tells."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of hired workers: how many run, which ended already, how many still wait."""

    running: int
    ended: tuple[Worker, ...]
    waiting: int

    @property
    def all_run(self) -> bool:
        return not self.waiting and all(worker.status == "Completed" for worker in self.ended)


async def follow_hired(
    report: Report,
    specs: Specs,
    engines: Engines,
    seconds: float,
    stopping: Callable[[], bool] = lambda: False,
) -> Followed:
    """Look at the workers that `report` hired until each runs or has ended, or time is up.

    One more look, a moment after everyone was seen running, finds those that failed at once.
    """
    regions = {(w.name, r.name): r for w in specs.workforces for r in w.regions}
    hired = {
        one.worker: regions[(region.workforce, region.region)]
        for region in report.regions
        if region.kind is ActionKind.HIRE
        for one in region.outcomes
        if one.outcome in (Outcome.DONE, Outcome.ALREADY)
    }
    deadline = time.monotonic() + seconds
    while True:
        followed = await _look(hired, engines)
        if not followed.waiting and followed.running:
            await asyncio.sleep(_SETTLING_SECONDS)
            followed = await _look(hired, engines)
        if not followed.waiting or time.monotonic() >= deadline or stopping():
            return followed
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


async def _look(hired: dict[str, Region], engines: Engines) -> Followed:
    found: dict[str, Worker] = {}
    for region in dict.fromkeys(hired.values()):
        for worker in await engines.of(region.target.kind).history(region):
            if worker.id in hired:
                found[worker.id] = worker
    phases = [worker.phase for worker in found.values()]
    return Followed(
        running=phases.count(Phase.RUNNING),
        ended=tuple(worker for worker in found.values() if worker.phase is Phase.ENDED),
        waiting=len(hired) - phases.count(Phase.RUNNING) - phases.count(Phase.ENDED),
    )
