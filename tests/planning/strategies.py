"""What hypothesis draws for the planner: whole projects and the live worlds that go with them."""

from __future__ import annotations

from collections.abc import Callable
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
    RegionKey,
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


@st.composite
def regions_of(draw: st.DrawFn, workforce: str) -> tuple[Region, ...]:
    found = []
    for index in range(draw(st.integers(1, 5))):
        maximum = draw(st.none() | st.integers(0, 12))
        minimum = draw(st.integers(0, 4))
        found.append(
            a_region(
                f"{workforce}{index}",
                workforce=workforce,
                compute=draw(st.sampled_from(["big", "small", f"{workforce}{index}"])),
                drains=draw(st.integers(0, 3)) > 0,
                min=minimum if maximum is None else min(minimum, maximum),
                max=maximum,
                weight=draw(st.integers(1, 5)),
                priority=draw(st.integers(0, 2)),
            )
        )
    return tuple(found)


@st.composite
def workers_of(draw: st.DrawFn, workforce: str, region: Region) -> tuple[Worker, ...]:
    statuses = draw(st.lists(st.sampled_from(STATUSES), max_size=9))
    return tuple(
        a_worker(
            f"{region.name}-{index}",
            status,
            workforce=draw(st.sampled_from([workforce, workforce, workforce, None])),
            age=draw(st.integers(0, 30)),
            digest=draw(st.sampled_from([CURRENT, CURRENT, OLD, None])),
            draining=status == "Running" and draw(st.integers(0, 4)) == 0,
        )
        for index, status in enumerate(statuses)
    )


@st.composite
def projects(
    draw: st.DrawFn, *, readable: bool = False, most_workforces: int = 3
) -> tuple[Specs, Observation]:
    """A project and what is seen of it. `readable`: every region can be read."""
    names = ["acorn", "birch", "cedar"][: draw(st.integers(1, most_workforces))]
    workforces = tuple(
        Workforce(
            name=name,
            desired=draw(st.integers(0, 25)),
            regions=draw(regions_of(name)),
            placement=draw(st.sampled_from(Placement)),
            layoffs=draw(st.sampled_from(Layoffs)),
            priority=draw(st.integers(0, 1)),
            adopt=draw(st.booleans()),
        )
        for name in names
    )
    seen: dict[RegionKey, Readable | Unreadable] = {}
    for workforce in workforces:
        for region in workforce.regions:
            workers = draw(workers_of(workforce.name, region))
            is_readable = readable or draw(st.integers(0, 5)) > 0
            seen[region.key] = Readable(workers) if is_readable else Unreadable("timed out")
    computes = {name: Capacity(draw(st.none() | st.integers(0, 40))) for name in ("big", "small")}
    return Specs(PROJECT, workforces), Observation(NOW, seen, computes)
