"""What is free on each compute, over all workforces, while a plan hands it out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice

from reconciler.model.observation import Capacity, Observation, Readable, Unreadable
from reconciler.model.workforce import Region, Workforce

_NAMED = 10
"""How many workforces the arithmetic of one compute names before it sums up the rest."""


class FreeCapacity:
    """Free = capacity − live and ending workers − the max of unreadable regions − promised.

    Counted once per compute, whoever uses it. A compute that gives no figure limits nothing; one
    whose figure could not be read takes no hires.
    """

    def __init__(
        self,
        workforces: Iterable[Workforce],
        seen: Observation,
        uncounted: Mapping[str, Unreadable],
    ) -> None:
        """`uncounted` are computes on which there may be workers that nobody could count."""
        self._computes = {**seen.computes, **uncounted}
        self._occupied = _occupied(workforces, seen)
        self._reserved: Counter[str] = Counter()
        self._promised: dict[str, Counter[str]] = defaultdict(Counter)
        self._promised_in_all: Counter[str] = Counter()
        for workforce in workforces:
            for region in workforce.regions:
                if not isinstance(seen.regions.get(region.key), Readable):
                    most = workforce.desired if region.max is None else region.max
                    self._reserved[region.target.compute] += most

    def free(self, compute: str) -> int | None:
        """How many more workers the compute takes; None where it gives no figure."""
        capacity = self._computes.get(compute)
        if isinstance(capacity, Unreadable):
            return 0
        if capacity is None or capacity.total is None:
            return None
        return max(0, capacity.total - self._taken(compute))

    def free_on(self, regions: Iterable[Region]) -> Mapping[str, int | None]:
        """`free` for each compute of `regions`."""
        computes = dict.fromkeys(region.target.compute for region in regions)
        return {compute: self.free(compute) for compute in computes}

    def promise(self, compute: str, workforce: str, hires: int) -> None:
        """Set hires of this plan aside, so that nobody is promised the same place."""
        if hires:
            self._promised[compute][workforce] += hires
            self._promised_in_all[compute] += hires

    def arithmetic(self, compute: str) -> str:
        """`free`, as a line that a reader can check."""
        capacity = self._computes.get(compute)
        if isinstance(capacity, Unreadable):
            return f"capacity could not be read, so nothing is hired: {capacity.because}"
        if capacity is None or capacity.total is None:
            return "capacity unknown: no limit but max"
        parts = [f"{capacity.total} {capacity.unit}", f"{self._occupied[compute]} taken"]
        if self._reserved[compute]:
            parts.append(f"{self._reserved[compute]} for regions that could not be read")
        promised = self._promised[compute]
        named = dict(islice(promised.items(), _NAMED))
        parts.extend(f"{hires} promised to {name}" for name, hires in named.items())
        if len(promised) > len(named):
            rest = self._promised_in_all[compute] - sum(named.values())
            parts.append(f"{rest} promised to {len(promised) - len(named)} more")
        free = capacity.total - self._taken(compute)
        return f"{' − '.join(parts)} = {f'{free} free' if free >= 0 else f'−{-free}, none free'}"

    def _taken(self, compute: str) -> int:
        return self._occupied[compute] + self._reserved[compute] + self._promised_in_all[compute]


def may_hold(region: Region, desired: int) -> int:
    """The most workers that a region which can't be read is taken to have."""
    return desired if region.max is None else min(region.max, desired)


def _occupied(workforces: Iterable[Workforce], seen: Observation) -> Counter[str]:
    """Live and ending workers on each compute: of every region, and those that no spec claims."""
    occupied: Counter[str] = Counter()
    limited = {
        compute
        for compute, capacity in seen.computes.items()
        if isinstance(capacity, Capacity) and capacity.total is not None
    }
    if not limited:
        return occupied
    for workforce in workforces:
        for region in workforce.regions:
            reading = seen.regions.get(region.key)
            if reading is None or isinstance(reading, Unreadable):
                continue
            for worker in reading.workers:
                if worker.phase.occupies_capacity:
                    occupied[worker.compute or region.target.compute] += 1
    for stray in seen.strays:
        if stray.worker.phase.occupies_capacity:
            occupied[stray.worker.compute or stray.target.compute] += 1
    return occupied
