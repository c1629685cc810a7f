"""A hire happens once: repeated, beside others, or after whoever began it was killed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from reconciler.model.report import Outcome

from .world import SLEEP, World, eventually, outcomes, start_hirer


def test_repeating_a_hire_finds_the_workers_that_are_there(world: World) -> None:
    assert outcomes(world.hire(3, first=1)) == [Outcome.DONE] * 3
    told = world.hire(3, first=1)
    assert outcomes(told) == [Outcome.ALREADY] * 3
    assert {one.detail for one in told} == {"another apply has hired it"}
    assert len(world.live()) == 3


def test_a_larger_repetition_fills_up(world: World) -> None:
    world.hire(2, first=1)
    told = world.hire(4, first=1)
    assert outcomes(told) == [Outcome.ALREADY] * 2 + [Outcome.DONE] * 2
    assert [worker.number for worker in world.live()] == [1, 2, 3, 4]


def test_a_number_is_used_once_even_where_its_worker_has_ended(world: World) -> None:
    world.hire(2, command="true")
    world.wait_for("Completed", 1)
    world.wait_for("Completed", 2)
    assert outcomes(world.hire(2, first=1)) == [Outcome.DONE] * 2
    assert [worker.number for worker in world.live()] == [3, 4]


def test_a_worker_that_is_being_cancelled_fills_no_deficit(world: World) -> None:
    world.hire(command="trap '' TERM; touch began; while :; do sleep 0.05; done")
    world.wait_for_file("began")
    world.cancel([world.worker()])
    assert outcomes(world.hire(1, first=1)) == [Outcome.DONE]
    assert [worker.number for worker in world.live()] == [2]


def test_without_a_first_number_the_walk_begins_above_the_highest(world: World) -> None:
    world.hire(2)
    assert outcomes(world.hire(1, first=0)) == [Outcome.DONE]
    assert [worker.number for worker in world.live()] == [1, 2, 3]


def test_regions_of_one_target_count_for_themselves(world: World, root: Path) -> None:
    other = World(root, world.work, experiment="other")
    world.hire(1)
    other.hire(2)
    assert [worker.number for worker in world.live()] == [1]
    assert [worker.number for worker in other.live()] == [1, 2]


def test_experiments_that_differ_in_case_are_one_region(world: World, root: Path) -> None:
    shouting = World(root, world.work, experiment=world.experiment.upper())
    world.bring_to(2)
    assert shouting.bring_to(2) == []


@pytest.mark.parametrize("desired", [[4, 4, 4, 4], [1, 5, 3, 2]], ids=["same", "different"])
def test_applies_at_once_hire_what_the_largest_of_them_wants(
    world: World, desired: list[int]
) -> None:
    hirers = [start_hirer(world, number, SLEEP) for number in desired]
    told: Counter[str] = Counter()
    for hirer in hirers:
        answer, _ = hirer.communicate(timeout=60)
        assert hirer.returncode == 0
        told.update(line.split()[0] for line in answer.splitlines())
    assert len(world.live()) == max(desired)
    assert told["done"] == max(desired)
    assert told["failed"] == 0
    assert_sound(world, max(desired))


def assert_sound(world: World, desired: int) -> None:
    """As many live, running, and real as are wanted, each with a number of its own."""
    eventually(
        lambda: [w.status for w in world.live()] == ["Running"] * desired,
        lambda: f"{desired} run\n{world.story()}",
    )
    live = [worker.number for worker in world.live()]
    assert len(set(live)) == desired
    eventually(
        lambda: len({process.pid for process in world.processes()}) == desired,
        lambda: f"{desired} processes\n{world.story()}",
    )
