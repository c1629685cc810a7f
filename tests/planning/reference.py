"""Placement done the slow way, one unit after another, to compare the real one with.

Written from the design alone; it shares no code with the planner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from reconciler.model.workforce import Placement
from reconciler.planning.placement import Room


def place_one_by_one(
    units: int, rooms: Sequence[Room], free: Mapping[str, int | None], placement: Placement
) -> list[int]:
    """The counts after giving out `units`, or as many as there is room for."""
    counts = [room.start for room in rooms]
    for _ in range(units):
        open_rooms = [index for index in range(len(rooms)) if _fits(index, counts, rooms, free)]
        if not open_rooms:
            break
        counts[_next(open_rooms, counts, rooms, placement)] += 1
    return counts


def _fits(
    index: int, counts: Sequence[int], rooms: Sequence[Room], free: Mapping[str, int | None]
) -> bool:
    room = rooms[index]
    if room.ceiling is not None and counts[index] >= room.ceiling:
        return False
    limit = free.get(room.compute)
    if limit is None or counts[index] < room.live:
        return True
    grown = sum(
        max(0, count - other.live)
        for count, other in zip(counts, rooms, strict=True)
        if other.compute == room.compute
    )
    return grown < limit


def _next(
    open_rooms: Sequence[int], counts: Sequence[int], rooms: Sequence[Room], placement: Placement
) -> int:
    for index in open_rooms:
        if counts[index] < rooms[index].minimum:
            return index
    if placement is Placement.PRIORITY:
        return max(open_rooms, key=lambda index: (rooms[index].priority, -index))

    def price(index: int) -> Fraction:
        weight = rooms[index].weight if placement is Placement.WEIGHTED else 1
        return Fraction(2 * counts[index] + 1, weight)

    return min(open_rooms, key=lambda index: (price(index), index))
