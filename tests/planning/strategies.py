"""What hypothesis draws for the planner: whole projects and the live worlds that go with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from reconciler.model.observation import Capacity, Observation, Readable, Unreadable, Worker
from reconciler.model.phases import phase_of
from reconciler.model.workforce import (
    DrainDelivery,
    Layoffs,
    Placement,
    Region,
    Specs,
    Target,
    Task,
    Workforce,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
PROJECT = "science"
TASK = Task("work")
CURRENT, OLD = "1:current", "1:old"
STATUSES = [
    "Queued", "Preparing", "Starting", "Running", "Running", "Running", "Finalizing", "Paused",
    "NotResponding", "CancelRequested",
]  # fmt: skip


def seeded(examples: int) -> Callable[[Any], Any]:
    """The same examples on every run, as many as fit the suite's time."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def a_region(name: str, *, workforce: str = "trees", compute: str | None = None,
             drains: bool = True, **limits: Any) -> Region:  # fmt: skip
    delivery = DrainDelivery.AIMED if drains else DrainDelivery.NONE
    target = Target(name, "imagined", name, compute or name, delivery)
    return Region(name, target, f"{workforce}-{name}", TASK, CURRENT, **limits)


def a_worker(identity: str, status: str, *, workforce: str | None = "trees", age: int = 0,
             digest: str | None = CURRENT, draining: bool = False) -> Worker:  # fmt: skip
    return Worker(
        id=identity,
        phase=phase_of(status),
        status=status,
        created=NOW - timedelta(minutes=age),
        project=None if workforce is None else PROJECT,
        workforce=workforce,
        digest=digest,
        draining_since=NOW if draining else None,
    )


def _one_of_each(number: int, *choices: Sequence[Any]) -> Iterator[Any]:
    """One element of each sequence, told by one number: drawing once is quick, and shrinks."""
    for choice in choices:
        number, index = divmod(number, len(choice))
        yield choice[index]


_KINDS_OF_WORKERS = 10 * 8 * 4 * 4 * 5


def _decoded_worker(number: int, identity: str, workforce: str) -> Worker:
    status, age, digest, owner, drains = _one_of_each(
        number, STATUSES, range(8), [CURRENT, CURRENT, OLD, None], [workforce] * 3 + [None],
        [False] * 4 + [True],
    )  # fmt: skip
    draining = drains and status == "Running"
    return a_worker(identity, status, workforce=owner, age=age, digest=digest, draining=draining)


@st.composite
def regions_of(draw: st.DrawFn, workforce: str) -> tuple[Region, ...]:
    """Up to four regions, on computes of their own or on two that everyone shares."""
    found = []
    for index, number in enumerate(draw(st.lists(st.integers(0, 10_000), min_size=1, max_size=4))):
        name = f"{workforce}{index}"
        maximum, minimum, compute, weight, priority, drains = _one_of_each(
            number, [None, 12, 0, 3, 5, 8], [0, 1, 2, 4], ["big", "small", name], range(1, 5),
            range(3), [True, True, False],
        )  # fmt: skip
        found.append(
            a_region(
                name,
                workforce=workforce,
                compute=compute,
                drains=drains,
                min=minimum if maximum is None else min(minimum, maximum),
                max=maximum,
                weight=weight,
                priority=priority,
            )
        )
    return tuple(found)


@st.composite
def readings_of(
    draw: st.DrawFn, workforce: str, region: Region, *, readable: bool
) -> Readable | Unreadable:
    numbers = draw(
        st.lists(st.integers(0, _KINDS_OF_WORKERS - 1), max_size=8)
        if readable
        else st.none() | st.lists(st.integers(0, _KINDS_OF_WORKERS - 1), max_size=8)
    )
    if numbers is None:
        return Unreadable("timed out")
    return Readable(
        tuple(
            _decoded_worker(number, f"{region.name}-{index}", workforce)
            for index, number in enumerate(numbers)
        )
    )


@st.composite
def projects(
    draw: st.DrawFn, *, readable: bool = False, most_workforces: int = 2
) -> tuple[Specs, Observation]:
    """A project and what is seen of it. `readable`: every region can be read."""
    names = ["acorn", "birch"][: draw(st.integers(1, most_workforces))]
    workforces = []
    for name in names:
        placement, layoffs, priority, adopt = _one_of_each(
            draw(st.integers(0, 47)), list(Placement), list(Layoffs), range(2), [False, True]
        )
        workforces.append(
            Workforce(
                name=name,
                desired=draw(st.integers(0, 25)),
                regions=draw(regions_of(name)),
                placement=placement,
                layoffs=layoffs,
                priority=priority,
                adopt=adopt,
            )
        )
    seen = {
        region.key: draw(readings_of(workforce.name, region, readable=readable))
        for workforce in workforces
        for region in workforce.regions
    }
    computes = {name: Capacity(draw(st.none() | st.integers(0, 40))) for name in ("big", "small")}
    return Specs(PROJECT, tuple(workforces)), Observation(NOW, seen, computes)
