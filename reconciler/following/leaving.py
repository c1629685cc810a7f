"""Waiting for workers that were asked to leave, and naming those who are left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from reconciler.model.observation import Readable, Worker
from reconciler.model.workforce import Specs
from reconciler.observing.observe import observe
from reconciler.targets.engines import Engines

_SECONDS_BETWEEN_LOOKS = 0.5


async def until_empty(
    specs: Specs,
    engines: Engines,
    seconds: float,
    stopping: Callable[[], bool] = lambda: False,
) -> dict[str, list[Worker]] | None:
    """Wait until no worker of `specs` lives, or time is up; who is left, by `workforce/region`.

    None where a region could not be read at the last look: then nobody can say who is left.
    """
    deadline = time.monotonic() + seconds
    while True:
        left = await _who_is_left(specs, engines)
        if left == {} or time.monotonic() >= deadline or stopping():
            return left
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


async def _who_is_left(specs: Specs, engines: Engines) -> dict[str, list[Worker]] | None:
    seen = await observe(specs, engines)
    left: dict[str, list[Worker]] = {}
    for workforce in specs.workforces:
        for region in workforce.regions:
            reading = seen.regions[region.key]
            if not isinstance(reading, Readable):
                return None
            if reading.workers:
                left[f"{workforce.name}/{region.name}"] = list(reading.workers)
    return left
