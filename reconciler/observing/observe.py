"""Ask every kind of target at the same time, and put together what they saw."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime

from reconciler.model.observation import Observation
from reconciler.model.workforce import Region, Specs, Target
from reconciler.targets.engines import Engines
from reconciler.targets.protocol import Seen


async def observe(specs: Specs, engines: Engines) -> Observation:
    """Read the live world, as far as `specs` concern it.

    The time of the observation is that of its start: what was read is no older.
    """
    at = datetime.now(UTC)
    regions: dict[str, list[Region]] = defaultdict(list)
    targets: dict[str, dict[str, Target]] = defaultdict(dict)
    for target in specs.targets:
        targets[target.kind][target.name] = target
    for workforce in specs.workforces:
        for region in workforce.regions:
            regions[region.target.kind].append(region)
            targets[region.target.kind].setdefault(region.target.name, region.target)
    seen = await asyncio.gather(
        *(
            engines.of(kind).observe(specs.project, regions[kind], tuple(targets[kind].values()))
            for kind in targets
        )
    )
    return _together(at, seen)


def _together(at: datetime, seen: list[Seen]) -> Observation:
    return Observation(
        at=at,
        regions={key: reading for one in seen for key, reading in one.regions.items()},
        computes={name: capacity for one in seen for name, capacity in one.computes.items()},
        strays=tuple(stray for one in seen for stray in one.strays),
        unreadable_targets={
            name: unread for one in seen for name, unread in one.unreadable_targets.items()
        },
    )
