"""No more run at once than there are slots, and none longer than its limit."""

from __future__ import annotations

import asyncio
import os

import pytest

from reconciler.targets.local import slots

from .world import SLEEP, World, eventually, outcomes

RUNS_FOR_A_MOMENT = """
touch running-$RECONCILER_WORKER
ls | grep -c running- >>counts
sleep 0.1
rm running-$RECONCILER_WORKER
"""


def test_never_more_than_the_slots_run_and_all_get_their_turn(world: World) -> None:
    world.slots = 2
    world.hire(8, command=RUNS_FOR_A_MOMENT)
    eventually(lambda: {w.status for w in world.history()} == {"Completed"}, "all have run")
    counts = [int(line) for line in (world.work / "counts").read_text().split()]
    assert len(counts) == 8
    assert max(counts) <= 2


def test_the_rest_is_queued(world: World) -> None:
    world.slots = 1
    world.hire(3)
    world.wait_for_one_running()
    assert sorted(worker.status for worker in world.workers()) == ["Queued", "Queued", "Running"]
    assert len(world.live()) == 3


def test_a_raised_number_is_honoured_by_those_that_wait(world: World) -> None:
    world.slots = 1
    world.hire(3)
    world.wait_for_one_running()
    world.slots = 3
    asyncio.run(world.engine.set_up(world.target))
    eventually(lambda: {w.status for w in world.workers()} == {"Running"}, "all run")


def test_a_lowered_number_stops_nobody_and_lets_nobody_new_in(world: World) -> None:
    world.slots = 3
    world.hire(3, command="until [ -e end-$RECONCILER_WORKER ]; do sleep 0.05; done")
    for number in (1, 2, 3):
        world.wait_for("Running", number)
    world.slots = 2
    world.hire(1)  # waits until two have ended
    (world.work / f"end-{world.worker_name(1)}").touch()
    world.wait_for("Completed", 1)
    assert world.worker(4).status == "Queued"
    (world.work / f"end-{world.worker_name(2)}").touch()
    world.wait_for("Running", 4)
    assert world.worker(3).status == "Running"


def test_a_slot_is_taken_for_as_long_as_anything_of_its_worker_lives(world: World) -> None:
    world.slots = 1
    world.hire(command="(until [ -e end ]; do sleep 0.05; done) & exit 0")
    eventually(lambda: world.record()["status"] == "Running", "it runs")
    assert free_slot(world) is None
    (world.work / "end").touch()
    world.wait_for("Completed")
    slot = free_slot(world)
    assert slot is not None
    os.close(slot)


def test_slots_beyond_a_lowered_number_count_for_as_long_as_they_are_taken(world: World) -> None:
    world.slots = 3
    world.folder.create()
    taken = [free_slot(world) for _ in range(3)]
    assert None not in taken
    assert free_slot(world) is None
    slots.put_limit_in_force(world.folder, 2)
    os.close(taken[0] or 0)
    assert free_slot(world) is None, "two are taken, and two may be"
    os.close(taken[1] or 0)
    last = free_slot(world)
    assert last is not None
    for slot in (taken[2], last):
        os.close(slot or 0)


def test_of_those_that_wait_one_alone_is_next(world: World) -> None:
    world.folder.create()
    first, second = slots.Waiting(world.folder, 0), slots.Waiting(world.folder, 1)
    assert first.take() is None
    assert second.take() is None
    assert (first.is_next, second.is_next) == (True, False)
    first.close()
    slot = second.take()
    assert slot is not None
    second.close()
    os.close(slot)


@pytest.mark.parametrize("content", ["", "many", None], ids=["empty", "no number", "gone"])
def test_a_damaged_limit_falls_back_on_the_number_of_the_hire(
    world: World, content: str | None
) -> None:
    world.slots = 1
    world.hire(2)
    running = world.wait_for_one_running()
    path = world.folder.slots / "limit"
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    world.cancel([world.worker(running)])
    world.wait_for("Running", 3 - running)


def test_settling_where_nothing_was_hired_leaves_nothing(world: World) -> None:
    asyncio.run(world.engine.set_up(world.target))
    assert not world.root.exists()


def test_a_worker_that_exceeds_its_timeout_is_ended_and_says_so(world: World) -> None:
    world.hire(command=f"touch began; trap '' TERM; {SLEEP}", timeout=1)
    world.wait_for_file("began")
    worker = world.wait_for("Failed")
    assert worker.note == "exceeded limits.timeout of 1s"
    assert world.processes() == []


def test_a_timeout_may_be_longer_than_the_system_can_sleep(world: World) -> None:
    world.hire(command="until [ -e end ]; do sleep 0.05; done", timeout=100 * 365 * 86_400)
    world.wait_for("Running")
    (world.work / "end").touch()
    world.wait_for("Completed")


def test_waiting_for_a_slot_does_not_count_towards_the_timeout(world: World) -> None:
    world.slots = 1
    world.hire(2, command="sleep 0.7", timeout=1)
    eventually(lambda: all(w.phase.name == "ENDED" for w in world.history()), "both have ended")
    assert [worker.status for worker in world.history()] == ["Completed", "Completed"]


def test_hires_beyond_the_slots_are_hired_all_the_same(world: World) -> None:
    world.slots = 1
    assert len(outcomes(world.hire(4))) == 4


def free_slot(world: World) -> int | None:
    waiting = slots.Waiting(world.folder, world.slots)
    slot = waiting.take()
    assert waiting.is_next
    waiting.close()
    return slot
