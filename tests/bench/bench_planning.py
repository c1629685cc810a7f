"""How long planning takes, in seconds of CPU, and what a worker costs in memory, at three sizes.

Run as a plain script. Prints one line per size; the same µs per worker at all sizes means linear.
"""

from __future__ import annotations

import functools
import gc
import sys
import time
import tracemalloc
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from reconciler.model.observation import Capacity, Observation, Readable, Worker
from reconciler.model.phases import phase_of
from reconciler.model.plan import ActionKind
from reconciler.model.workforce import DrainDelivery, Region, Specs, Target, Task, Workforce
from reconciler.planning.plan import plan
from reconciler.values.immutable import FrozenMap

say = functools.partial(print, flush=True)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TASK = Task("work --hard", FrozenMap({"SPEED": "2"}))
OLD_TASK = Task("work --hard", FrozenMap({"SPEED": "1"}))
CURRENT, OLD = "1:0000000000000001", "1:0000000000000002"
STATUSES = ("Running", "Running", "Running", "Queued", "Starting", "NotResponding", "Paused")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is. `live_per_region` exceeds or falls short of `desired` by turns."""

    workforces: int
    regions: int
    desired: int
    live_per_region: int


SIZES = (Size(100, 5, 100, 20), Size(1_000, 5, 100, 20), Size(10_000, 5, 100, 20))
WIDE = (Size(1, 3, 1_000, 300), Size(1, 30, 10_000, 300), Size(1, 300, 100_000, 300))


def world(size: Size) -> tuple[Specs, Observation]:
    """A project whose workforces share the computes of their regions, each with a small change.

    A third of the workforces have a few too many, a third a few too few, a third are right; one
    worker in ten runs an old task.
    """
    targets = [
        Target(f"t{index:03}", "imagined", f"w{index:03}", f"c{index:03}", DrainDelivery.AIMED)
        for index in range(size.regions)
    ]
    workforces, regions = [], {}
    for number in range(size.workforces):
        name = f"workforce-{number:05}"
        own = tuple(
            Region(target.name, target, f"{name}-{target.name}", TASK, CURRENT, min=1, weight=2)
            for target in targets
        )
        workforces.append(Workforce(name, size.desired + number % 3 * 3 - 3, own))
        for region in own:
            regions[region.key] = _reading(name, region, size.live_per_region)
    total = size.workforces * max(size.desired, size.live_per_region * size.regions)
    computes = {target.compute: Capacity(total) for target in targets}
    return Specs("bench", tuple(workforces)), Observation(NOW, regions, computes)


def _reading(name: str, region: Region, live: int) -> Readable:
    workers = []
    for number in range(live):
        status = STATUSES[number % len(STATUSES)]
        workers.append(
            Worker(
                id=f"{region.experiment}-0123456789-{number:06}",
                phase=phase_of(status),
                status=status,
                created=NOW - timedelta(seconds=number * 37 % 1000),
                number=number,
                project="bench",
                workforce=name,
                region=region.name,
                digest=OLD if number % 10 == 0 else CURRENT,
                layoffs="graceful",
            )
        )
    return Readable(tuple(workers), live + 1, {CURRENT: TASK, OLD: OLD_TASK})


def bytes_per_worker(size: Size) -> float:
    """What observation and plan hold per worker, measured on a world of at most 20,000."""
    smaller = replace(size, workforces=max(1, min(size.workforces, 20_000 // size.regions // 20)))
    tracemalloc.start()
    specs, seen = world(smaller)
    made = plan(specs, seen, NOW)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del made
    return held / (smaller.workforces * smaller.regions * smaller.live_per_region)


def measure(title: str, sizes: tuple[Size, ...]) -> None:
    say(title)
    say(f"{'workforces':>10} {'regions':>8} {'live':>10} {'seconds':>8} {'µs/worker':>10}"
          f" {'bytes/worker':>13} {'hires':>7} {'layoffs':>8}")  # fmt: skip
    for size in sizes:
        specs, seen = world(size)
        live = size.workforces * size.regions * size.live_per_region
        gc.collect()
        began = time.process_time()
        made = plan(specs, seen, NOW)
        seconds = time.process_time() - began
        layoffs = made.count(ActionKind.CANCEL) + made.count(ActionKind.DRAIN)
        hires = made.count(ActionKind.HIRE)
        del specs, seen, made
        say(f"{size.workforces:>10} {size.workforces * size.regions:>8} {live:>10}"
              f" {seconds:>8.2f} {seconds / live * 1e6:>10.1f} {bytes_per_worker(size):>13.0f}"
              f" {hires:>7} {layoffs:>8}")  # fmt: skip


def main() -> None:
    measure("Many workforces of five regions each", SIZES)
    measure("One workforce over many regions, 300 live in each", WIDE)


if __name__ == "__main__":
    main()
