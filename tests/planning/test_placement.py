"""Placement against the slow reference, and what holds for it whatever the numbers are."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.workforce import Placement
from reconciler.planning.placement import Room, distribute
from tests.planning.reference import place_one_by_one
from tests.planning.strategies import seeded

PLACEMENTS = st.sampled_from(Placement)
COMPUTES = st.sampled_from(["a", "b", "c"])
FREE = st.fixed_dictionaries({}, optional={one: st.none() | st.integers(0, 60) for one in "abc"})


@st.composite
def rooms(draw: st.DrawFn, *, most: int = 400) -> Room:
    live = draw(st.integers(0, most // 4))
    ceiling = draw(st.none() | st.integers(0, most))
    return Room(
        start=0,
        minimum=min(draw(st.integers(0, 20)), most if ceiling is None else ceiling),
        ceiling=ceiling,
        live=live,
        compute=draw(COMPUTES),
        weight=draw(st.integers(1, 12)),
        priority=draw(st.integers(-2, 2)),
    )


@seeded(examples=400)
@given(units=st.integers(0, 60), given=st.lists(rooms(most=30), max_size=8), free=FREE,
       placement=PLACEMENTS)  # fmt: skip
def test_few_units_go_where_giving_them_one_by_one_puts_them(
    units: int, given: list[Room], free: dict[str, int | None], placement: Placement
) -> None:
    expected = place_one_by_one(units, given, free, placement)
    assert distribute(units, given, free, placement) == expected


@seeded(examples=400)
@given(units=st.integers(150, 600), given=st.lists(rooms(), min_size=1, max_size=4), free=FREE,
       placement=PLACEMENTS)  # fmt: skip
def test_many_units_go_where_giving_them_one_by_one_puts_them(
    units: int, given: list[Room], free: dict[str, int | None], placement: Placement
) -> None:
    expected = place_one_by_one(units, given, free, placement)
    assert distribute(units, given, free, placement) == expected


@seeded(examples=200)
@given(units=st.integers(0, 500), given=st.lists(rooms(), min_size=1, max_size=5), free=FREE,
       placement=PLACEMENTS)  # fmt: skip
def test_hires_on_top_of_what_lives_go_where_giving_them_one_by_one_puts_them(
    units: int, given: list[Room], free: dict[str, int | None], placement: Placement
) -> None:
    living = [
        replace(one, start=one.live, ceiling=None if one.ceiling is None
                else max(one.live, one.ceiling))
        for one in given
    ]  # fmt: skip
    expected = place_one_by_one(units, living, free, placement)
    assert distribute(units, living, free, placement) == expected


@seeded(examples=200)
@given(units=st.integers(0, 3000), given=st.lists(rooms(), min_size=1, max_size=30), free=FREE,
       placement=PLACEMENTS)  # fmt: skip
def test_one_unit_more_takes_none_from_another_region(
    units: int, given: list[Room], free: dict[str, int | None], placement: Placement
) -> None:
    fewer = distribute(units, given, free, placement)
    more = distribute(units + 1, given, free, placement)
    gained = [after - before for before, after in zip(fewer, more, strict=True)]
    assert min(gained) >= 0
    assert sum(gained) <= 1


@seeded(examples=60)
@given(units=st.integers(0, 100_000), regions=st.integers(1, 300), placement=PLACEMENTS,
       weights=st.lists(st.integers(1, 1000), min_size=300, max_size=300))  # fmt: skip
def test_nothing_is_lost_to_rounding_at_1_to_300_regions(
    units: int, regions: int, placement: Placement, weights: list[int]
) -> None:
    given = [Room(0, 0, None, 0, f"c{index}", weights[index]) for index in range(regions)]
    counts = distribute(units, given, {}, placement)
    assert sum(counts) == units
    if placement is Placement.BALANCED:
        assert max(counts) - min(counts) <= 1
    if placement is Placement.WEIGHTED:
        whole = sum(weights[:regions])
        parts = [units * weight / whole for weight in weights[:regions]]
        # One divisor for all, rounded to the nearest: nobody is far from the exact part.
        assert all(count == 0 or count - part < regions / 2 + 1
                   for count, part in zip(counts, parts, strict=True))  # fmt: skip


def test_a_compute_that_fills_up_is_filled_before_an_open_one_gets_its_part() -> None:
    shared = [Room(0, 0, None, live, "small") for live in (0, 0, 0, 3)]
    given = [Room(0, 0, None, 0, "open"), *shared]
    assert distribute(81, given, {"small": 12}, Placement.BALANCED) == [66, 4, 4, 4, 3]


def test_a_hundred_thousand_over_300_shared_computes_are_all_placed() -> None:
    given = [
        Room(0, index % 7, 500 + index, index % 40, f"c{index % 60}", 1 + index % 9)
        for index in range(300)
    ]
    free = {f"c{index}": 1500 + index for index in range(60)}
    counts = distribute(100_000, given, free, Placement.WEIGHTED)
    limit = sum(
        min(
            sum(room.ceiling or 0 for room in given if room.compute == compute),
            figure + sum(room.live for room in given if room.compute == compute),
        )
        for compute, figure in free.items()
    )
    assert sum(counts) == min(100_000, limit)
    for compute, figure in free.items():
        grown = sum(
            max(0, count - room.live)
            for count, room in zip(counts, given, strict=True)
            if room.compute == compute
        )
        assert grown <= figure
