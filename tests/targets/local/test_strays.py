"""Nothing is forgotten: workers that no region asked for show, wherever the project has any."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from reconciler.model.observation import Stray
from reconciler.model.plan import Action, ActionKind
from reconciler.model.report import Outcome
from reconciler.targets.protocol import Order

from .world import PROJECT, World, outcomes


@pytest.fixture
def other(world: World, root: Path) -> World:
    """Another region of the same target."""
    return World(root, world.work, experiment="other")


@pytest.fixture
def removed(world: World, root: Path) -> World:
    """A target that the specs don't name."""
    return World(root, world.work, name="removed", experiment="relax-removed")


def strays(world: World) -> list[Stray]:
    return list(world.see().strays)


def test_workers_of_an_experiment_that_no_region_asks_for_are_strays(
    world: World, other: World
) -> None:
    world.hire()
    other.hire(2)
    found = strays(world)
    assert [stray.worker.number for stray in found] == [1, 2]
    assert {stray.key for stray in found} == {other.region().key}
    assert {stray.target.name for stray in found} == {"laptop"}
    assert len(world.live()) == 1


def test_workers_of_a_target_that_the_specs_no_longer_name_are_strays(
    world: World, removed: World
) -> None:
    removed.hire()
    (stray,) = strays(world)
    assert stray.key == removed.region().key
    assert stray.target.name == "removed"
    assert stray.target.workspace == removed.target.workspace


def test_they_show_even_where_the_specs_name_no_local_target_at_all(removed: World) -> None:
    removed.hire()
    seen = asyncio.run(removed.engine.observe(PROJECT, [], []))
    assert len(seen.strays) == 1


def test_they_can_be_cancelled_without_a_spec(world: World, removed: World) -> None:
    removed.hire()
    removed.wait_for("Running")
    (stray,) = strays(world)
    told: list[Outcome] = []
    order = Order(
        target=stray.target,
        key=stray.key,
        workforce="relax",
        region_name="removed",
        action=Action(ActionKind.CANCEL, 1, "no spec claims it", workers=(stray.worker,)),
    )
    asyncio.run(world.engine.carry_out(order, lambda one: told.append(one.outcome)))
    assert told == [Outcome.DONE]
    removed.wait_for("Canceled")
    assert strays(world) == []


def test_without_a_spec_nothing_is_hired(world: World) -> None:
    told: list[Outcome] = []
    order = Order(
        target=world.target,
        key=world.region().key,
        workforce="relax",
        region_name="laptop",
        action=Action(ActionKind.HIRE, 2, "", first_number=1),
    )
    asyncio.run(world.engine.carry_out(order, lambda one: told.append(one.outcome)))
    assert told == [Outcome.FAILED] * 2
    assert world.workers() == []


def test_an_ended_worker_is_no_stray(world: World, other: World) -> None:
    other.hire(command="true")
    other.wait_for("Completed")
    assert strays(world) == []


def test_an_ending_worker_is_told_for_it_still_takes_a_slot(world: World, other: World) -> None:
    other.hire(command="true")
    other.wait_for("Completed")
    other.hire(command="trap '' TERM; touch began; while :; do sleep 0.05; done")
    other.wait_for_file("began")
    assert outcomes(other.cancel([other.worker(2)])) == [Outcome.DONE]
    (stray,) = strays(world)
    assert (stray.worker.number, stray.worker.phase.is_live) == (2, False)


def test_workers_of_another_project_are_none_of_ours(world: World, other: World) -> None:
    other.hire()
    seen = asyncio.run(world.engine.observe("another", [], []))
    assert seen.strays == ()


def test_a_file_among_the_target_folders_disturbs_nobody(world: World, removed: World) -> None:
    removed.hire()
    (world.root / PROJECT / "notes.txt").write_text("mine")
    (world.root / PROJECT / "Not A Target").mkdir()
    assert len(strays(world)) == 1
