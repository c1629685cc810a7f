"""How a count is split over regions.

Both uses are one mechanism, `distribute`: a region's *share* is what it gets of the workforce's
whole desired count, starting from nothing; *hires* are split by starting from what lives and
stopping at the share. Units go out one after another, each to the region with the lowest price,
so that one worker more never takes one from another region, and nothing is lost to rounding.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from reconciler.model.workforce import Placement

_COARSE_ABOVE = 24
"""Units per region from which a search for the common level is worth more than single steps."""


@dataclass(frozen=True, slots=True)
class Room:
    """What placement knows of a region.

    `start` workers are there before anything is given out; `minimum` is filled before the rest;
    `ceiling` is never passed (None: no limit). Units above `live` are growth and count against
    what is free on `compute`.
    """

    start: int
    minimum: int
    ceiling: int | None
    live: int
    compute: str
    weight: int = 1
    priority: int = 0


def distribute(
    units: int, rooms: Sequence[Room], free: Mapping[str, int | None], placement: Placement
) -> list[int]:
    """Give `units` to the rooms; the counts after that, in the order of `rooms`.

    `free` holds how many more each compute takes; None or a missing compute: not limited. Gives
    out less than `units` only where ceilings and capacity allow no more.
    """
    giving = _Giving(rooms, free)
    left = giving.up_to_minimums(units)
    if placement is Placement.PRIORITY:
        giving.in_order(left)
    else:
        weights = [room.weight if placement is Placement.WEIGHTED else 1 for room in rooms]
        giving.by_price(left, weights)
    return giving.counts


class _Giving:
    """Counts while units are given out, never past a ceiling or a compute's free capacity."""

    def __init__(self, rooms: Sequence[Room], free: Mapping[str, int | None]) -> None:
        self.rooms = rooms
        self.counts = [room.start for room in rooms]
        self.free = {compute: figure for compute, figure in free.items() if figure is not None}
        self.rooms_on: dict[str, list[int]] = {compute: [] for compute in self.free}
        for index, room in enumerate(rooms):
            if room.compute in self.free:
                self.rooms_on[room.compute].append(index)

    def allowance(self, index: int) -> int | None:
        """How many more room `index` could take now; None where nothing limits it."""
        room, count = self.rooms[index], self.counts[index]
        by_ceiling = None if room.ceiling is None else max(0, room.ceiling - count)
        free = self.free.get(room.compute)
        if free is None:
            return by_ceiling
        by_compute = max(0, room.live - count) + free
        return by_compute if by_ceiling is None else min(by_ceiling, by_compute)

    def give(self, index: int, units: int) -> None:
        room = self.rooms[index]
        grown_before = max(self.counts[index] - room.live, 0)
        self.counts[index] += units
        if room.compute in self.free:
            self.free[room.compute] -= max(self.counts[index] - room.live, 0) - grown_before

    def up_to_minimums(self, units: int) -> int:
        for index, room in enumerate(self.rooms):
            wanted = min(units, max(room.minimum - self.counts[index], 0))
            allowance = self.allowance(index)
            given = wanted if allowance is None else min(wanted, allowance)
            self.give(index, given)
            units -= given
        return units

    def in_order(self, units: int) -> None:
        """Fill the rooms one after another: the higher priority first, then as written."""
        order = sorted(range(len(self.rooms)), key=lambda index: -self.rooms[index].priority)
        for index in order:
            allowance = self.allowance(index)
            given = units if allowance is None else min(units, allowance)
            self.give(index, given)
            units -= given

    def by_price(self, units: int, weights: Sequence[int]) -> None:
        """Units by Sainte-Laguë: unit s + 1 of a room costs (2 s + 1) ÷ weight.

        That is rounding to the nearest with one divisor for all; equal weights level the rooms.
        Where prices are equal the room written first comes first.
        """
        if self.rooms and units > _COARSE_ABOVE * len(self.rooms):
            units = self._up_to_level(units, weights)
        prices = [
            ((2 * self.counts[index] + 1) / weight, index) for index, weight in enumerate(weights)
        ]
        heapq.heapify(prices)
        while units > 0 and prices:
            index = prices[0][1]
            if self.allowance(index) == 0:
                heapq.heappop(prices)
                continue
            self.give(index, 1)
            units -= 1
            heapq.heapreplace(prices, ((2 * self.counts[index] + 1) / weights[index], index))

    def _up_to_level(self, units: int, weights: Sequence[int]) -> int:
        """Give most of `units` at once: everything well below the level that they reach.

        No more than `units` cost the level or less, so that all of those are given for sure.
        Stays two units per room short of it, so that rounding can't change who gets the last
        ones; those are left to single steps.
        """
        before = sum(self.counts)
        top = 2.0 * (units + max(self.counts)) + 2
        # Between two prices of one room, however heavy, there is at least one step.
        step = 1 / max(weights)
        level = _highest(lambda at: self._total_at(at, weights) - before <= units, top, step)
        caps = {
            compute: _highest(partial(self._fits, compute, weights), level, step)
            for compute in self.free
        }
        for index, count in enumerate(self._counts_at(level, weights, caps)):
            self.give(index, max(count - 2 - self.counts[index], 0))
        return units - (sum(self.counts) - before)

    def _count_at(self, index: int, level: float, weight: int) -> int:
        """What the room has when it took every unit up to this price, but for its compute."""
        room = self.rooms[index]
        count = max(self.counts[index], int((level * weight + 1) / 2))
        return count if room.ceiling is None else min(count, max(room.ceiling, self.counts[index]))

    def _fits(self, compute: str, weights: Sequence[int], level: float) -> bool:
        return self._growth(compute, weights, level) <= self.free[compute]

    def _growth(self, compute: str, weights: Sequence[int], level: float) -> int:
        """How many units up to this price count against a limited compute."""
        return sum(
            max(
                self._count_at(index, level, weights[index])
                - max(self.rooms[index].live, self.counts[index]),
                0,
            )
            for index in self.rooms_on[compute]
        )

    def _total_at(self, level: float, weights: Sequence[int]) -> int:
        """What all rooms have together when every unit up to this price was given."""
        wanted = sum(self._count_at(index, level, weight) for index, weight in enumerate(weights))
        refused = sum(
            max(self._growth(compute, weights, level) - free, 0)
            for compute, free in self.free.items()
        )
        return wanted - refused

    def _counts_at(
        self, level: float, weights: Sequence[int], caps: Mapping[str, float]
    ) -> list[int]:
        """What each room has at the level, or at the lower one at which its compute is full."""
        counts = []
        for index, room in enumerate(self.rooms):
            count = self._count_at(index, level, weights[index])
            if room.compute in caps:
                at_cap = self._count_at(index, caps[room.compute], weights[index])
                count = min(count, max(at_cap, room.live, self.counts[index]))
            counts.append(count)
        return counts


def _highest(holds: Callable[[float], bool], top: float, step: float) -> float:
    """The highest level, 0 to `top`, at which the monotone test `holds`, or a step below it."""
    if holds(top):
        return top
    low, high = 0.0, top
    while high - low > step:
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low
