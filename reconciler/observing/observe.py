"""Ask every kind of target at the same time, and put together what they saw.

What only a hire needs is asked for in a second step, for the regions of workforces that miss
workers: where nothing is to be hired, it costs nothing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from reconciler.model.observation import Observation, Readable
from reconciler.model.workforce import Region, Specs, Target, Workforce
from reconciler.targets.engines import Engines
from reconciler.targets.protocol import Seen
from reconciler.targets.registry import ALWAYS_ASKED


async def observe(specs: Specs, engines: Engines) -> Observation:
    """Read the live world, as far as `specs` concern it.

    The time of the observation is that of its start: what was read is no older.
    """
    at = datetime.now(UTC)
    regions: dict[str, list[Region]] = defaultdict(list)
    targets: dict[str, dict[str, Target]] = {kind: {} for kind in ALWAYS_ASKED}
    for target in specs.targets:
        targets.setdefault(target.kind, {})[target.name] = target
    for workforce in specs.workforces:
        for region in workforce.regions:
            regions[region.target.kind].append(region)
            named = targets.setdefault(region.target.kind, {})
            named.setdefault(region.target.name, region.target)
    seen = await asyncio.gather(
        *(
            engines.of(kind).observe(specs.project, regions[kind], tuple(targets[kind].values()))
            for kind in targets
        )
    )
    first = _together(at, seen)
    closer = _to_look_at(specs, first)
    if not closer:
        return first
    more = await asyncio.gather(*(engines.of(kind).look_closer(closer[kind]) for kind in closer))
    return _together(at, [*seen, *more])


def _to_look_at(specs: Specs, seen: Observation) -> dict[str, list[Region]]:
    """The regions of workforces that miss workers, or may miss some, by kind of target."""
    found: dict[str, list[Region]] = defaultdict(list)
    for workforce in specs.workforces:
        if not _may_hire(workforce, seen):
            continue
        for region in workforce.regions:
            if isinstance(seen.regions.get(region.key), Readable):
                found[region.target.kind].append(region)
    return found


def _may_hire(workforce: Workforce, seen: Observation) -> bool:
    live = 0
    for region in workforce.regions:
        reading = seen.regions.get(region.key)
        if isinstance(reading, Readable):
            live += sum(worker.phase.is_live for worker in reading.workers)
    return workforce.auto is not None or live < workforce.desired


def _together(at: datetime, seen: Sequence[Seen]) -> Observation:
    return Observation(
        at=at,
        regions={key: reading for one in seen for key, reading in one.regions.items()},
        computes={name: capacity for one in seen for name, capacity in one.computes.items()},
        strays=tuple(stray for one in seen for stray in one.strays),
        unreadable_targets={
            name: unread for one in seen for name, unread in one.unreadable_targets.items()
        },
        warnings=tuple(warning for one in seen for warning in one.warnings),
    )
