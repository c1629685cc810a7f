"""A process is its pid, its start and its boot: nothing else is ever taken for it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from reconciler.processes import table
from reconciler.processes.identity import (
    Life,
    identify,
    is_alive,
    life_of,
    own_identity,
    this_machine,
)

SLEEPER = [sys.executable, "-S", "-c", "import time; time.sleep(100)"]


@pytest.fixture(params=["proc", "ps"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to read the table of processes; `ps` is what other systems than Linux have."""
    monkeypatch.setattr(table, "HAS_PROC", request.param == "proc")
    return str(request.param)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEPER) as process:
        yield process
        process.kill()


@pytest.mark.usefixtures("source")
class TestBothWays:
    def test_a_living_process_is_alive(self, child: subprocess.Popen[bytes]) -> None:
        identity = identify(child.pid)
        assert identity is not None
        assert life_of(identity) is Life.ALIVE

    def test_a_zombie_has_ended(self, child: subprocess.Popen[bytes]) -> None:
        identity = identify(child.pid)
        assert identity is not None
        child.kill()
        wait_for_zombie(child.pid)
        assert life_of(identity) is Life.ENDED
        assert identify(child.pid) is None

    def test_a_process_that_is_gone_has_ended(self, child: subprocess.Popen[bytes]) -> None:
        identity = identify(child.pid)
        assert identity is not None
        child.kill()
        child.wait()
        assert life_of(identity) is Life.ENDED

    def test_a_reused_pid_is_another_process(self, child: subprocess.Popen[bytes]) -> None:
        identity = identify(child.pid)
        assert identity is not None
        assert life_of(replace(identity, start=identity.start + "0")) is Life.ENDED

    def test_children_are_found_with_their_parent(self, child: subprocess.Popen[bytes]) -> None:
        own = own_identity()
        assert child.pid in {process.pid for process in table.descendants(own.pid)}


def test_what_ran_before_a_reboot_has_ended() -> None:
    assert life_of(on(boot="another")) is Life.ENDED


def test_what_runs_on_another_machine_is_out_of_sight_and_not_ended() -> None:
    assert life_of(on(boot="another", id="another")) is Life.OUT_OF_SIGHT


def test_what_runs_in_another_container_is_out_of_sight_whatever_its_pid_means_here() -> None:
    assert life_of(on(pid_namespace="another")) is Life.OUT_OF_SIGHT


def test_without_boot_ids_the_start_time_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.processes import identity as module

    without = replace(this_machine(), boot="", pid_namespace="")
    monkeypatch.setattr(module, "this_machine", lambda: without)
    own = replace(own_identity(), machine=without)
    assert life_of(own) is Life.ALIVE
    assert life_of(replace(own, start="long ago")) is Life.ENDED
    elsewhere = replace(own, machine=replace(without, id="another"))
    assert life_of(elsewhere) is Life.OUT_OF_SIGHT


def test_a_name_of_parentheses_and_spaces_confuses_nobody() -> None:
    code = "import time; open('/proc/self/comm', 'w').write('a) Z (1 2'); print(1, flush=True)"
    command = [sys.executable, "-S", "-c", f"{code}; time.sleep(100)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = table.find(process.pid)
        process.kill()
    assert found is not None
    assert not found.is_zombie
    assert found.parent == own_identity().pid


def test_pids_that_cannot_be_are_not_alive() -> None:
    assert not is_alive(replace(own_identity(), pid=2**22 + 1))


def on(**changes: str):  # type: ignore[no-untyped-def]  # the identity's own type
    """The identity of this process, had it been seen on another machine."""
    return replace(own_identity(), machine=replace(this_machine(), **changes))


def wait_for_zombie(pid: int) -> None:
    give_up_at = time.monotonic() + 10
    while time.monotonic() < give_up_at:
        found = table.find(pid)
        if found is not None and found.is_zombie:
            return
        time.sleep(0.01)
    raise AssertionError(f"{pid} has not become a zombie")
