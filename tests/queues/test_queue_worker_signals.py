"""How a worker ends: drained, stopped or killed, and what becomes of its task and message."""

from __future__ import annotations

import os
import pty
import re
import signal
import sys
from pathlib import Path

import pytest
from queue_bench import PATIENCE_SECONDS, counts, eventually, is_gone

from reconciler.processes import signals, table

UNTIL_GO = "touch began; until [ -e go ]; do sleep 0.02; done; touch finished"
UNTIL_KILLED = "echo $$ > shell; sleep 1000 & echo $! > sleep; wait"
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="uses prctl(2) or proc(5)")


@pytest.fixture
def busy(bench, queue):
    """A function that starts a worker, and waits until it is in the middle of a task."""

    def start(command=UNTIL_GO, **settings):
        queue.push([command, "touch second"])
        worker = bench.worker(**settings)
        if command == UNTIL_KILLED:
            bench.pid_in("sleep")
        else:
            bench.wait_for("began")
        return worker

    return start


def drain(worker):
    """SIGINT as a local target drains: to the worker's group, and to leaders of groups within."""
    os.killpg(worker.pid, signal.SIGINT)
    for process in table.descendants(worker.pid):
        if process.pid == process.group:
            signals.send_to(process, signal.SIGINT)


def is_ready(worker):
    """Whether the worker has its signal handlers.

    From the signals that the process catches, SigCgt in proc_pid_status(5): Python by itself
    catches SIGINT and leaves SIGTERM alone.
    """
    status = Path(f"/proc/{worker.pid}/status").read_text()
    caught = re.search(r"SigCgt:\s*(\w+)", status)
    return int(caught[1], 16) & 1 << (signal.SIGTERM - 1)


class TestADrain:
    def test_lets_the_current_task_finish_takes_no_other_and_ends_with_0(self, bench, queue, busy):
        worker = busy()
        drain(worker)
        eventually(lambda: "taking nothing new" in bench.log, "a line about the drain")
        assert worker.poll() is None
        bench.touch("go")
        assert worker.wait(PATIENCE_SECONDS) == 0
        assert bench.has("finished")
        assert not bench.has("second")
        assert counts(queue) == (1, 0, 0)
        assert bench.log.rstrip().endswith("done 1, failed 0")

    def test_that_is_repeated_still_lets_it_finish(self, bench, busy):
        worker = busy()
        for _ in range(3):
            drain(worker)
            eventually(lambda: "taking nothing new" in bench.log, "a line about the drain")
        bench.touch("go")
        assert worker.wait(PATIENCE_SECONDS) == 0
        assert bench.has("finished")

    @pytest.mark.parametrize(
        "command",
        [
            f"timeout 100 sh -c '{UNTIL_GO}'",
            f"({UNTIL_GO}) & wait",
            f"{sys.executable} -c \"import subprocess; subprocess.run('''{UNTIL_GO}''',"
            ' shell=True, check=True)"',
            f"trap 'exit 9' INT; {UNTIL_GO}",
        ],
        ids=["timeout", "background", "python", "trap"],
    )
    def test_spares_what_the_task_started(self, bench, busy, command):
        worker = busy(command)
        drain(worker)
        bench.touch("go")
        assert worker.wait(PATIENCE_SECONDS) == 0
        assert bench.has("finished")
        assert "done 1, failed 0" in bench.log

    def test_waits_for_all_tasks_that_run_at_a_time(self, bench, queue, busy):
        queue.push([UNTIL_GO])
        worker = busy("touch other; " + UNTIL_GO, parallel=2)
        bench.wait_for("other")
        drain(worker)
        bench.touch("go")
        assert worker.wait(PATIENCE_SECONDS) == 0
        assert "finishing the 2 tasks that run" in bench.log
        assert "done 2, failed 0" in bench.log
        assert counts(queue) == (1, 0, 0)

    @ON_LINUX
    def test_ends_a_worker_that_has_nothing_to_do_at_once(self, bench):
        worker = bench.worker()
        eventually(lambda: is_ready(worker), "signal handlers")
        drain(worker)
        assert worker.wait(PATIENCE_SECONDS) == 0

    @pytest.mark.parametrize("how", ["ignored", "blocked"])
    def test_reaches_a_worker_that_was_started_without_sigint(self, bench, busy, how):
        def prepare():
            if how == "ignored":
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            else:
                signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])

        worker = busy(popen={"preexec_fn": prepare})
        drain(worker)
        bench.touch("go")
        assert worker.wait(PATIENCE_SECONDS) == 0
        assert not bench.has("second")


class TestCtrlCTwiceAtATerminal:
    def test_stops_the_task_and_puts_it_back(self, bench, queue, busy):
        ours, theirs = pty.openpty()
        worker = busy(UNTIL_KILLED, popen={"stdin": theirs})
        os.close(theirs)
        os.kill(worker.pid, signal.SIGINT)
        eventually(lambda: "taking nothing new" in bench.log, "a line about the first one")
        os.kill(worker.pid, signal.SIGINT)
        assert worker.wait(PATIENCE_SECONDS) == 130
        os.close(ours)
        assert counts(queue) == (2, 0, 0)
        assert is_gone(bench.pid_in("sleep"))


class TestSigterm:
    def test_ends_the_task_with_all_that_it_started_and_puts_it_back(self, bench, queue, busy):
        worker = busy(UNTIL_KILLED)
        worker.terminate()
        assert worker.wait(PATIENCE_SECONDS) == 143
        eventually(lambda: is_gone(bench.pid_in("sleep")), "the end of what the task started")
        assert is_gone(bench.pid_in("shell"))
        assert counts(queue) == (2, 0, 0)
        assert "task 1 stopped and put back" in bench.log
        assert bench.log.rstrip().endswith("done 0, failed 0, put back 1")

    def test_to_the_whole_group_puts_the_task_back_too(self, bench, queue, busy):
        worker = busy(UNTIL_KILLED)
        os.killpg(worker.pid, signal.SIGTERM)
        assert worker.wait(PATIENCE_SECONDS) == 143
        assert counts(queue) == (2, 0, 0)
        assert "failed 0" in bench.log

    def test_during_a_drain_stops_at_once(self, bench, queue, busy):
        worker = busy()
        drain(worker)
        eventually(lambda: "taking nothing new" in bench.log, "a line about the drain")
        worker.terminate()
        assert worker.wait(PATIENCE_SECONDS) == 143
        assert counts(queue) == (2, 0, 0)

    def test_kills_a_task_that_does_not_end_and_puts_it_back(self, bench, queue):
        queue.push(["trap '' TERM; echo $$ > shell; while :; do sleep 0.05; done"])
        worker = bench.worker(STOP_SECONDS=0.2)
        shell = bench.pid_in("shell")
        worker.terminate()
        assert worker.wait(PATIENCE_SECONDS) == 143
        assert is_gone(shell)
        assert counts(queue) == (1, 0, 0)

    def test_puts_a_task_back_that_ends_well_because_of_it(self, bench, queue):
        # A task that saves its state and leaves has not done its work.
        queue.push(["trap 'exit 0' TERM; touch began; while :; do sleep 0.02; done"])
        worker = bench.worker()
        bench.wait_for("began")
        os.killpg(worker.pid, signal.SIGTERM)
        assert worker.wait(PATIENCE_SECONDS) == 143
        assert counts(queue) == (1, 0, 0)


class TestSigkill:
    def test_of_the_group_leaves_nothing_running_and_the_message_visible(self, bench, queue, busy):
        worker = busy(UNTIL_KILLED)
        assert counts(queue) == (1, 1, 0)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(PATIENCE_SECONDS)
        assert counts(queue) == (2, 0, 0)
        eventually(lambda: is_gone(bench.pid_in("shell")), "the end of the task")
        eventually(lambda: is_gone(bench.pid_in("sleep")), "the end of what the task started")

    @ON_LINUX
    def test_of_the_worker_alone_takes_its_task_along(self, bench, queue, busy):
        worker = busy("echo $$ > shell; touch began; while :; do sleep 0.02; done")
        worker.kill()
        worker.wait(PATIENCE_SECONDS)
        eventually(lambda: is_gone(bench.pid_in("shell")), "the end of the task")
        assert counts(queue) == (2, 0, 0)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_the_command_line_ends_with_the_workers_exit_code(bench, queue, number, code):
    queue.push(["touch began; sleep 0.5"])
    worker = bench.start([sys.executable, "-m", "reconciler", "queue", "work", "tasks"])
    bench.wait_for("began")
    os.kill(worker.pid, number)
    assert worker.wait(PATIENCE_SECONDS) == code
    assert "Traceback" not in bench.log
