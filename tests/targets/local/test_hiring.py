"""A hired worker: a real process that outlives its hirer, with everything it was promised."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.model.observation import Capacity
from reconciler.model.phases import Phase
from reconciler.model.report import Outcome
from reconciler.model.workforce import RegionKey
from reconciler.processes import table
from reconciler.targets import local
from reconciler.targets.local import state
from reconciler.values.names import worker_name

from .world import PROJECT, World, eventually, outcomes, phases, processes_of

REPOSITORY = Path(__file__).parents[3]


def test_nothing_hired_yet_is_an_empty_region_that_begins_at_one(world: World) -> None:
    found = world.readable()
    assert (found.workers, found.next_number) == ((), 1)
    assert not world.root.exists(), "looking must leave nothing behind"


def test_hired_workers_run_and_are_seen(world: World) -> None:
    assert outcomes(world.hire(3)) == [Outcome.DONE] * 3
    for number in (1, 2, 3):
        world.wait_for("Running", number)
    found = world.readable()
    key = world.region().key
    assert [worker.id for worker in found.workers] == [
        worker_name(key.workspace, key.experiment, number) for number in (1, 2, 3)
    ]
    assert found.next_number == 4
    first = found.workers[0]
    assert first.project == PROJECT
    assert (first.workforce, first.digest, first.compute) == ("relax", "1:abc", key.workspace)
    assert found.tasks["1:abc"].command == world.region().task.command
    eventually(lambda: len(world.processes()) == 3, "three commands run")


def test_capacity_is_the_number_of_slots(world: World) -> None:
    world.slots = 7
    assert world.see().computes == {world.target.compute: Capacity(7, "slots")}


def test_without_slots_capacity_is_the_number_of_cpus(root: Path) -> None:
    target = local.resolve("science", "laptop", local.Settings())
    assert target.workspace == target.compute == "local/science/laptop"
    seen = World(root, root).engine
    found = asyncio.run(seen.observe("science", [], [target]))
    assert found.computes == {target.compute: Capacity(os.cpu_count(), "slots")}


def test_a_completed_worker_is_no_longer_present_but_on_record(world: World) -> None:
    world.hire(command="echo hello; echo trouble >&2")
    worker = world.wait_for("Completed")
    assert worker.phase is Phase.ENDED
    assert worker.note is None
    assert world.workers() == []
    assert world.readable().next_number == 2
    assert world.record()["exit_code"] == 0
    assert world.log() == "hello\ntrouble\n"


def test_a_failed_worker_tells_its_exit_code(world: World) -> None:
    world.hire(command="exit 3")
    assert world.wait_for("Failed").note == "exit code 3"


def test_a_killed_command_tells_its_signal(world: World) -> None:
    world.hire(command="kill -KILL $$")
    assert world.wait_for("Failed").note == "killed by SIGKILL"


def test_the_command_gets_its_variables_its_folder_and_the_rest_of_the_environment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FROM_OUTSIDE", "outer")
    monkeypatch.setenv("RECONCILER_WORKER", "an outer worker's")
    odd = "ä ' \" $ \n \udcff"
    world.hire(
        command='echo "$FROM_OUTSIDE,$RECONCILER_WORKER,$RECONCILER_HIRE,$PWD"; '
        'printf %s "$ODD" >odd',
        environment={"ODD": odd, "RECONCILER_WORKFORCE": "relax"},
    )
    world.wait_for("Completed")
    assert world.log().strip().split(",") == [
        "outer",
        world.worker_name(),
        str(world.record()["hire"]),
        str(world.work),
    ]
    assert (world.work / "odd").read_bytes() == os.fsencode(odd)


def test_variables_meant_for_the_works_python_do_not_break_the_supervisor(world: World) -> None:
    broken = {"PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere", "PYTHONSTARTUP": "/nowhere"}
    assert outcomes(world.hire(command='echo "$PYTHONHOME"', environment=broken)) == [Outcome.DONE]
    world.wait_for("Completed")
    assert world.log() == "/nowhere\n"


def test_the_command_finds_the_programs_of_the_hirers_python(world: World) -> None:
    world.hire(command='echo "$PATH"')
    world.wait_for("Completed")
    assert world.log().strip().split(":")[-1] == str(Path(sys.executable).parent)


def test_values_of_variables_are_not_written_down(world: World) -> None:
    world.hire(command="true", environment={"TOKEN": "hunter2hunter2"})
    world.wait_for("Completed")
    for path in world.folder.path.rglob("*"):
        assert not path.is_file() or "hunter2" not in path.read_text()


def test_nobody_else_may_look_into_the_state(world: World) -> None:
    world.hire(command="true")
    world.wait_for("Completed")
    for path in (world.folder.workers, world.folder.logs, world.folder.record(world.worker_name())):
        assert path.stat().st_mode & 0o077 == 0, path


_OF_THE_C_LIBRARY = 0b11 << 31
"""Signals 32 and 33: the C library keeps them for itself, and lets no program set them back."""


def test_a_worker_outlives_its_hirer_whose_sigint_was_ignored_and_still_takes_sigint(
    world: World,
) -> None:
    # `… &` in a script leaves SIGINT ignored, and nohup SIGHUP; both are inherited.
    code = f"""
import sys; sys.path.insert(0, {str(REPOSITORY)!r})
from pathlib import Path
from tests.targets.local.world import World
world = World(Path({str(world.root)!r}), Path({str(world.work)!r}))
world.hire(command="grep -E 'SigIgn|SigBlk' /proc/self/status; sleep 1000")
"""
    subprocess.run(
        ["sh", "-c", f"trap '' INT HUP QUIT; {sys.executable} -c {shlex.quote(code)}"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    worker = world.wait_for("Running")
    eventually(lambda: "SigBlk" in world.log(), "the command has written")
    masks = [int(word, 16) for word in world.log().split() if not word.startswith("Sig")]
    assert [mask & ~_OF_THE_C_LIBRARY for mask in masks] == [0, 0]
    world.drain([worker])
    assert world.wait_for("Canceled").note is not None


def test_a_hirer_with_blocked_signals_hires_workers_that_take_theirs(world: World) -> None:
    blocked = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    try:
        world.hire(command="grep SigBlk /proc/self/status; exit 0")
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    world.wait_for("Completed")
    assert world.log().split() == ["SigBlk:", "0" * 16]


def test_a_worker_lives_until_all_that_it_started_has_ended(world: World) -> None:
    world.hire(command="(while [ ! -e go ]; do sleep 0.05; done; touch done) & exit 4")
    eventually(lambda: "exit code 4" in (world.worker().note or ""), "the command's end shows")
    assert world.worker().status == "Running"
    (world.work / "go").touch()
    assert world.wait_for("Failed").note == "exit code 4"
    assert (world.work / "done").exists()


def test_a_daemon_that_left_the_session_still_belongs_to_its_worker(world: World) -> None:
    world.hire(command="setsid sh -c 'touch began; exec sleep 1000' & wait $! & exit 0")
    world.wait_for_file("began")
    assert outcomes(world.cancel([world.wait_for("Running")])) == [Outcome.DONE]
    world.wait_for("Canceled")
    assert world.processes() == []


def test_commands_may_be_long_and_odd(world: World) -> None:
    word = "x" * 100_000
    world.hire(command=f"printf '%s' '{word}' | wc -c; echo $'\\x41'")
    world.wait_for("Completed")
    assert world.log().split() == ["100000", "A"]


def test_a_command_that_the_system_refuses_is_a_failed_worker_that_says_why(world: World) -> None:
    world.hire(command="x" * 3_000_000)
    note = world.wait_for("Failed").note
    assert note is not None
    assert "could not be started" in note
    assert "Argument list too long" in note


def test_a_missing_working_directory_hires_nothing_and_says_so(world: World) -> None:
    world.work.rmdir()
    told = world.hire(2)
    assert outcomes(told) == [Outcome.FAILED] * 2
    assert str(world.work) in told[0].detail
    assert world.workers() == []


def test_a_stopped_apply_skips_the_rest(world: World) -> None:
    asked: list[None] = []

    def stopping() -> bool:
        asked.append(None)
        return len(asked) > 2

    told = world.hire(4, stopping=stopping)
    assert outcomes(told) == [Outcome.DONE, Outcome.DONE, Outcome.SKIPPED, Outcome.SKIPPED]
    assert len(world.live()) == 2


def test_the_state_is_the_same_from_any_folder(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.bring_to(2)
    monkeypatch.chdir(tmp_path)
    assert world.bring_to(2) == []
    assert phases(world.live()) == phases(world.workers())


def test_a_hire_starts_one_interpreter_whatever_its_size(world: World) -> None:
    world.hire(5)
    world.wait_for("Running", 5)
    supervisors = [world.record(number)["supervisor"] for number in range(1, 6)]
    commands = {
        Path(f"/proc/{supervisor['pid']}/cmdline").read_bytes()  # type: ignore[index]
        for supervisor in supervisors
    }
    assert len(commands) == 1
    # A supervisor, a keeper and the command for each, and the starter is gone.
    eventually(lambda: len(processes_of(world.root)) == 15, "15 processes")


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not the workspace"):
        state.folder_of(RegionKey("/subscriptions/1", "x").workspace)


def test_ended_supervisors_leave_no_zombies_to_their_hirer(world: World) -> None:
    def children() -> set[int]:
        return {one.pid for one in table.processes() if one.parent == os.getpid()}

    before = children()
    world.hire(command="true")
    world.wait_for("Completed")
    assert children() <= before
