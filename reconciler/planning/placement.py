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

from reconciler.model.workforce import Placement

_COARSE_ABOVE = 16
"""Units per region from which a search for the common level is worth more than single steps."""

_Test = Callable[[float], bool]


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

    def allowance(self, index: int) -> int | None:
        """How many more room `index` could take now; None where nothing limits it."""
        room, count = self.rooms[index], self.counts[index]
        limits = []
        if room.ceiling is not None:
            limits.append(room.ceiling - count)
        if room.compute in self.free:
            limits.append(max(room.live - count, 0) + self.free[room.compute])
        return max(0, min(limits)) if limits else None

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
        if units > _COARSE_ABOVE * len(self.rooms):
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

        Stays two units per room short of the level, so that rounding can't change who gets the
        last ones; those are left to single steps.
        """
        caps = self._levels_of_full_computes(units, weights)
        level = _highest(
            lambda at: sum(self._counts_at(at, weights, caps)) - sum(self.counts) <= units,
            2.0 * (units + max(self.counts, default=0)) + 2,
        )
        before = sum(self.counts)
        for index, count in enumerate(self._counts_at(level, weights, caps)):
            self.give(index, max(count - 2 - self.counts[index], 0))
        return units - (sum(self.counts) - before)

    def _levels_of_full_computes(self, units: int, weights: Sequence[int]) -> dict[str, float]:
        top = 2.0 * (units + max(self.counts, default=0)) + 2
        levels = {}
        for compute, figure in self.free.items():
            members = [i for i, room in enumerate(self.rooms) if room.compute == compute]

            def fits(level: float, members: list[int] = members, figure: int = figure) -> bool:
                grown = 0
                for index in members:
                    live = max(self.rooms[index].live, self.counts[index])
                    grown += max(self._count_at(index, level, weights[index]) - live, 0)
                return grown <= figure

            levels[compute] = _highest(fits, top)
        return levels

    def _count_at(self, index: int, level: float, weight: int) -> int:
        room = self.rooms[index]
        count = max(self.counts[index], int((level * weight + 1) / 2))
        return count if room.ceiling is None else min(count, max(room.ceiling, self.counts[index]))

    def _counts_at(
        self, level: float, weights: Sequence[int], caps: Mapping[str, float]
    ) -> list[int]:
        counts = []
        for index, room in enumerate(self.rooms):
            count = self._count_at(index, level, weights[index])
            if room.compute in caps and caps[room.compute] < level:
                at_cap = self._count_at(index, caps[room.compute], weights[index])
                count = min(count, max(at_cap, room.live, self.counts[index]))
            counts.append(count)
        return counts


def _highest(holds: _Test, top: float) -> float:
    """About the highest level, 0 to `top`, at which the monotone test `holds`."""
    if holds(top):
        return top
    low, high = 0.0, top
    while high - low > 0.25:
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low
