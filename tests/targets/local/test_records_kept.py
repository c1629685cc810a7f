"""Records of ended workers stay for a week, and the highest number for ever."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from reconciler.targets.local.pruning import KEEP_SECONDS, prune

from .world import World


def test_old_ended_workers_go_with_their_logs_but_the_highest_number_stays(world: World) -> None:
    world.hire(3, command="true")
    for number in (1, 2, 3):
        world.wait_for("Completed", number)
    age(world)
    prune(world.folder)
    assert [worker.number for worker in world.history()] == [3]
    assert [path.name for path in world.folder.logs.iterdir()] == [f"{world.worker_name(3)}.log"]
    assert world.readable().next_number == 4


def test_a_hire_clears_up_by_itself(world: World) -> None:
    world.hire(2, command="true")
    world.wait_for("Completed", 1)
    world.wait_for("Completed", 2)
    age(world)
    world.hire(1)
    assert [worker.number for worker in world.history()] == [2, 3]


def test_young_ones_stay(world: World) -> None:
    world.hire(2, command="true")
    world.wait_for("Completed", 1)
    world.wait_for("Completed", 2)
    prune(world.folder, now=time.time() + KEEP_SECONDS - 60)
    assert len(world.history()) == 2


def test_live_ones_stay_however_old(world: World) -> None:
    world.hire(2)
    world.wait_for("Running", 1)
    world.wait_for("Running", 2)
    age(world)
    prune(world.folder)
    assert len(world.live()) == 2
    assert len(world.cancel(world.live())) == 2, "their pipes are still there"


def test_what_killed_processes_left_goes_too(world: World) -> None:
    world.hire(1)
    draft = world.folder.workers / ".x-000001.json.abc.draft"
    draft.write_text("{")
    pipe = world.folder.requests / "0123"
    os.mkfifo(pipe)
    age(world)
    prune(world.folder)
    assert not draft.exists()
    assert not pipe.exists()
    assert len(list(world.folder.requests.iterdir())) == 1


def test_while_another_apply_clears_up_this_one_does_not(world: World) -> None:
    world.hire(2, command="true")
    world.wait_for("Completed", 1)
    world.wait_for("Completed", 2)
    age(world)
    with world.folder.pruning.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        prune(world.folder)
    assert len(world.history()) == 2


def age(world: World) -> None:
    """Make every file of the target eight days old."""
    old = time.time() - 8 * 86_400
    for path in world.folder.path.rglob("*"):
        set_age(path, old)


def set_age(path: Path, seconds: float) -> None:
    os.utime(path, (seconds, seconds))
