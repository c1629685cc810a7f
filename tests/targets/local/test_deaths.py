"""kill -9 of anything at any moment, and reboots: nothing is lost, doubled or mistaken."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from reconciler.model.phases import Phase
from reconciler.model.report import Outcome
from reconciler.processes import signals, table
from reconciler.processes.identity import ProcessIdentity, is_alive, this_machine

from .world import SLEEP, World, eventually, outcomes, processes_of, start_hirer

LEAVES_A_CHILD = "sleep 1000 & touch began; wait"


def test_a_worker_whose_supervisor_is_killed_ends_and_has_failed(world: World) -> None:
    world.hire(command="trap '' TERM INT; touch began; setsid sleep 1000 & wait")
    world.wait_for("Running")
    world.wait_for_file("began")
    assert world.signal("supervisor")
    assert world.wait_for("Failed").note == "its supervisor died"
    assert processes_of(world.root) == []
    assert world.live() == []


def test_a_worker_whose_keeper_is_killed_ends_and_has_failed(world: World) -> None:
    world.hire(command="trap '' TERM INT; touch began; setsid sleep 1000 & wait")
    world.wait_for("Running")
    world.wait_for_file("began")
    assert world.signal("keeper")
    assert world.wait_for("Failed").note == "the keeper of its processes was killed"
    eventually(lambda: processes_of(world.root) == [], "nothing is left")


def test_a_keeper_that_is_killed_after_the_command_takes_the_rest_along_and_has_failed(
    world: World,
) -> None:
    world.hire(command="sleep 1000 & exit 0")
    eventually(lambda: "exit code 0" in (world.worker().note or ""), "the command's end shows")
    assert world.signal("keeper")
    assert world.wait_for("Failed").note == "the keeper of its processes was killed"
    assert world.processes() == []


def test_a_waiting_worker_whose_supervisor_is_killed_has_failed_and_frees_the_turn(
    world: World,
) -> None:
    world.slots = 1
    world.hire(3)
    running = world.wait_for_one_running()
    first, second = (number for number in (1, 2, 3) if number != running)
    assert world.signal("supervisor", number=first)
    world.wait_for("Failed", first)
    world.cancel([world.worker(running)])
    world.wait_for("Running", second)


def test_a_supervisor_that_is_told_to_end_takes_its_worker_along(world: World) -> None:
    world.hire()
    world.wait_for("Running")
    assert world.signal("supervisor", signal.SIGTERM)
    assert "SIGTERM" in (world.wait_for("Failed").note or "")
    assert world.processes() == []


class TestSupervisorAndKeeperKilled:
    """What the command started lives on, and belongs to a worker that nobody supervises."""

    @pytest.fixture
    def bereft(self, world: World) -> World:
        world.hire(command=LEAVES_A_CHILD)
        world.wait_for("Running")
        world.wait_for_file("began")
        assert world.signal("keeper", signal.SIGSTOP)  # or it would have the time to clear up
        assert world.signal("supervisor")
        assert world.signal("keeper")
        world.wait_for("NotResponding")
        return world

    def test_the_worker_does_not_respond_but_counts_as_live(self, bereft: World) -> None:
        (worker,) = bereft.live()
        assert worker.phase is Phase.UNKNOWN
        (left,) = bereft.processes()
        assert str(left.pid) in (worker.note or "")
        assert bereft.bring_to(1) == []

    def test_it_cannot_be_drained(self, bereft: World) -> None:
        assert outcomes(bereft.drain(bereft.live())) == [Outcome.FAILED]
        assert len(bereft.processes()) == 1

    def test_cancelling_it_ends_what_is_left_of_it(self, bereft: World) -> None:
        assert outcomes(bereft.cancel(bereft.live())) == [Outcome.DONE]
        bereft.wait_for("Failed")
        assert bereft.processes() == []


class TestForgedRecords:
    """Records as a reboot or a reused pid leaves them. No foreign process is ever signalled."""

    @pytest.fixture
    def foreign(self) -> Iterator[subprocess.Popen[bytes]]:
        with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(1000)"]) as one:
            yield one
            one.kill()

    @pytest.fixture
    def dead(self, world: World) -> World:
        """A worker whose record says Running, and of which nothing is left."""
        world.hire()
        world.wait_for("Running")
        assert world.signal("supervisor")
        world.wait_for("Failed")
        return world

    def test_pids_that_foreign_processes_took_over_are_not_taken_for_workers(
        self, dead: World, foreign: subprocess.Popen[bytes]
    ) -> None:
        for who in ("supervisor", "keeper"):
            forge(dead, who, pid=foreign.pid)
        self.assert_failed_and_left_alone(dead, foreign)

    def test_after_a_reboot_the_same_pid_and_start_mean_nothing(
        self, dead: World, foreign: subprocess.Popen[bytes]
    ) -> None:
        found = table.find(foreign.pid)
        assert found is not None
        for who in ("supervisor", "keeper"):
            forge(dead, who, pid=foreign.pid, start=found.start, boot="another")
        self.assert_failed_and_left_alone(dead, foreign)

    def test_a_group_number_that_a_foreign_session_took_over_is_left_alone(
        self, dead: World
    ) -> None:
        with subprocess.Popen(["sleep", "1000"], start_new_session=True) as foreign:
            forge(dead, "keeper", pid=foreign.pid)
            self.assert_failed_and_left_alone(dead, foreign)
            foreign.kill()

    def test_a_worker_of_another_machine_that_shares_the_folder_is_never_given_up(
        self, dead: World
    ) -> None:
        forge(dead, "supervisor", boot="another", machine="another", host="node7")
        (worker,) = dead.live()
        assert worker.phase is Phase.UNKNOWN
        assert "node7" in (worker.note or "")
        assert str(dead.folder.record(worker.id)) in (worker.note or ""), (
            "the remedy names the file"
        )
        assert dead.bring_to(1) == []
        for told in (*dead.cancel([worker]), *dead.drain([worker])):
            assert told.outcome is Outcome.FAILED
            assert "node7" in told.detail

    def test_in_another_container_of_this_machine_the_request_pipe_tells_who_lives(
        self, dead: World
    ) -> None:
        dead.hire()
        dead.wait_for("Running", 2)
        # As a container sees the workers of another one: pids mean nothing, the kernel is shared.
        for number in (1, 2):
            forge(dead, "supervisor", number, pid_namespace="another", pid=1)
        assert [dead.worker(number).status for number in (1, 2)] == ["Failed", "Running"]

    def assert_failed_and_left_alone(self, dead: World, foreign: subprocess.Popen[bytes]) -> None:
        worker = dead.worker()
        assert (worker.status, worker.note) == ("Failed", "its supervisor died")
        assert outcomes(dead.cancel([worker])) == [Outcome.ALREADY]
        assert outcomes(dead.drain([worker])) == [Outcome.ALREADY]
        assert outcomes(dead.bring_to(1)) == [Outcome.DONE]
        assert [live.number for live in dead.live()] == [2]
        assert foreign.poll() is None


def forge(world: World, who: str, number: int = 1, **changes: object) -> None:
    record = world.record(number)
    identity = record[who]
    assert isinstance(identity, dict)
    identity.update(changes)
    world.folder.record(world.worker_name(number)).write_text(json.dumps(record))


# Kills at random moments

DESIRED = 3


Killing = Callable[[World, random.Random], None]


def kill_a_hirer(world: World, choose: random.Random) -> None:
    hirer = start_hirer(world, DESIRED, SLEEP)
    time.sleep(choose.uniform(0.0, 0.6))
    hirer.kill()
    hirer.communicate()


def kill_a_hirer_and_some_of_what_runs(world: World, choose: random.Random) -> None:
    kill_a_hirer(world, choose)
    chosen = [process for process in processes_of(world.root) if choose.random() < 0.5]
    for process in chosen:
        signals.send_to(process, signal.SIGKILL)
    for process in chosen:
        wait_until_gone(ProcessIdentity(process.pid, process.start, this_machine()))


def kill_of_one_worker(*who: str) -> Killing:
    def kill(world: World, choose: random.Random) -> None:
        world.bring_to(DESIRED)
        time.sleep(choose.uniform(0.0, 0.05))
        number = choose.choice(world.live()).number or 0
        for identity in [world.identity(one, number) for one in who]:
            if identity is not None and signals.send(identity, signal.SIGKILL):
                wait_until_gone(identity)

    return kill


def wait_until_gone(identity: ProcessIdentity) -> None:
    eventually(lambda: not is_alive(identity), f"{identity} is gone")


KILLINGS: dict[str, Killing] = {
    "the hirer": kill_a_hirer,
    "the hirer, and some of what runs": kill_a_hirer_and_some_of_what_runs,
    "a supervisor": kill_of_one_worker("supervisor"),
    "a keeper": kill_of_one_worker("keeper"),
    "a keeper, and its supervisor": kill_of_one_worker("keeper", "supervisor"),
}


def play(world: World, choose: random.Random, rounds: int) -> None:
    """Kill, and apply again until what is wanted is so. More than that never live."""

    def is_as_wanted() -> bool:
        world.bring_to(DESIRED)
        live = world.live()
        assert len(live) <= DESIRED, world.story()
        keepers = [world.identity("keeper", worker.number or 0) for worker in live]
        return (
            [worker.status for worker in live] == ["Running"] * DESIRED
            and all(keeper is not None and is_alive(keeper) for keeper in keepers)
            # One process for each, and none of those that were killed.
            and sorted(process.group for process in world.processes())
            == sorted(keeper.pid for keeper in keepers if keeper is not None)
        )

    for _ in range(rounds):
        killed = choose.choice(sorted(KILLINGS))
        KILLINGS[killed](world, choose)
        eventually(is_as_wanted, partial(told_after, world, killed))


def told_after(world: World, killed: str) -> str:
    return f"{DESIRED} run after killing {killed}\n{world.story()}"


@pytest.mark.parametrize("seed", range(4))
def test_kills_at_random_moments_lose_and_double_nothing(world: World, seed: int) -> None:
    play(world, random.Random(seed), rounds=4)


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 110))
def test_a_hundred_kills_lose_and_double_nothing(world: World, seed: int) -> None:
    play(world, random.Random(seed), rounds=10)
