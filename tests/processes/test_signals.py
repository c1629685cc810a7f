"""Signals reach the process that is meant, once, or nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.processes import signals, table
from reconciler.processes.identity import identify, is_alive

ROOT = Path(__file__).parents[2]


def test_a_signal_reaches_its_process() -> None:
    with sleeper() as process:
        identity = identify(process.pid)
        assert identity is not None
        assert signals.send(identity, signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM
        assert not signals.send(identity, signal.SIGTERM)


@pytest.mark.parametrize("pidfds", [True, False], ids=["pidfd", "without pidfds"])
def test_a_process_that_took_over_a_pid_gets_no_signal(
    pidfds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not pidfds:
        monkeypatch.delattr(os, "pidfd_open")
    with sleeper() as process:
        identity = identify(process.pid)
        assert identity is not None
        assert not signals.send(replace(identity, start="1"), signal.SIGKILL)
        assert is_alive(identity)
        assert signals.send(identity, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL


def test_everything_that_a_leader_started_gets_the_signal_exactly_once(tmp_path: Path) -> None:
    # One child in the leader's group, one in a group of its own, and one that `timeout` keeps,
    # which passes signals on.
    outcome = run_as_leader(
        """
        counter = [sys.executable, "-S", "-c", COUNT]
        subprocess.Popen([*counter, "group"])
        subprocess.Popen([*counter, "own-group"], process_group=0)
        subprocess.Popen([*counter, "own-session"], start_new_session=True)
        wait_for_files("group", "own-group", "own-session")
        signals.send_to_own_group_and_descendants(signal.SIGINT)
        wait_for_content("1", "group", "own-group", "own-session")
        """,
        tmp_path,
    )
    assert outcome == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "group": "1",
        "own-group": "1",
        "own-session": "1",
    }


def test_what_timeout_runs_is_reached(tmp_path: Path) -> None:
    outcome = run_as_leader(
        """
        subprocess.Popen(["timeout", "100", sys.executable, "-S", "-c", COUNT, "kept"])
        wait_for_files("kept")
        signals.send_to_own_group_and_descendants(signal.SIGINT)
        # `timeout` passes a signal on to its child, and to its group besides.
        wait_until(lambda: Path("kept").read_text() in ("1", "2"))
        """,
        tmp_path,
    )
    assert outcome == 0


def test_ending_descendants_reaches_those_that_lost_their_parents_and_left_the_session(
    tmp_path: Path,
) -> None:
    mark = f"mark-{os.getpid()}"
    outcome = run_as_leader(
        """
        linux.become_subreaper()
        sleep = "import time; time.sleep(1000)"
        leave = "import os, sys; os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0);"
        for name in ("one", "two"):
            code = f"{leave} open('{name}', 'w'); {sleep}"
            subprocess.run([sys.executable, "-S", "-c", code], check=True)
        subprocess.Popen([sys.executable, "-S", "-c", sleep])
        wait_for_files("one", "two")
        signals.end_descendants()
        """,
        tmp_path,
        environment={"TEST_MARK": mark},
    )
    assert outcome == 0
    assert table.with_environment("TEST_MARK").get(mark, []) == []


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(100)"])


COUNT = textwrap.dedent(
    """
    import signal, sys, time
    path = sys.argv[1]
    seen = 0
    def count(*_):
        global seen
        seen += 1
        open(path, "w").write(str(seen))
    signal.signal(signal.SIGINT, count)
    open(path, "w").close()
    end = time.monotonic() + 20
    while not seen and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.1)
    """
)

_LEADER = """
import os, signal, subprocess, sys, time
from pathlib import Path
from reconciler.processes import linux, signals
signal.signal(signal.SIGINT, signal.SIG_IGN)
COUNT = sys.argv[1]

def wait_until(true):
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)

def wait_for_files(*names):
    wait_until(lambda: all(Path(name).exists() for name in names))

def wait_for_content(text, *names):
    wait_until(lambda: all(Path(name).read_text() == text for name in names))
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
"""


def run_as_leader(code: str, folder: Path, environment: dict[str, str] | None = None) -> int:
    """Run `code` in a process that leads a session of its own, with `folder` to work in."""
    return subprocess.run(
        [sys.executable, "-c", _LEADER + textwrap.dedent(code), COUNT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        start_new_session=True,
        timeout=60,
        check=False,
    ).returncode
