"""What a worker does with commands, one after the other or several at a time."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import time

from queue_bench import PATIENCE_SECONDS, counts, eventually


def lines(output: str) -> list[str]:
    """The lines of a worker's log, without the time of day and without durations."""
    bare = re.sub(r"(?m)^\d\d:\d\d:\d\d ", "", output)
    return re.sub(r"after \d+\.\ds", "after 0.0s", bare).splitlines()


def test_commands_run_in_order_with_a_line_before_and_after_each_and_a_summary(bench, queue):
    queue.push(["echo one", "exit 3", "kill -KILL $$", "echo $((40 + 2))"])
    done = bench.reconciler("work", "tasks", "--idle", "0s")
    assert lines(done.stdout) == [
        "working on queue tasks, 1 at a time",
        "task 1 begins: echo one",
        "one",
        "task 1 done: exit 0 after 0.0s",
        "task 2 begins: exit 3",
        "task 2 failed: exit 3 after 0.0s",
        "task 3 begins: kill -KILL $$",
        "task 3 failed: exit 137 (SIGKILL) after 0.0s",
        "task 4 begins: echo $((40 + 2))",
        "42",
        "task 4 done: exit 0 after 0.0s",
        "done 2, failed 2",
    ]
    assert done.returncode == 0
    assert counts(queue) == (0, 0, 0), "failed commands are not tried again"


def test_a_command_is_shown_on_one_short_line_whatever_it_holds(bench, queue):
    queue.push(["true \x1b[2J\u202e " + "x" * 100, "true\nfalse", "true"])
    queue.release(queue.claim())
    done = bench.reconciler("work", "tasks", "--idle", "0s")
    begun = [line for line in lines(done.stdout) if "begins" in line]
    assert begun == [
        "task 1 begins (attempt 2): true ?[2J? " + "x" * 38 + "…",
        "task 2 begins: true…",
        "task 3 begins: true",
    ]


def test_a_waiting_worker_takes_what_is_pushed_later(bench, queue):
    bench.worker()
    queue.push(["touch pushed-first"])
    bench.wait_for("pushed-first")
    queue.push(["touch pushed-later"])
    bench.wait_for("pushed-later")


def test_a_worker_ends_once_the_queue_was_empty_for_as_long_as_it_was_told(bench):
    begin = time.monotonic()
    assert bench.worker(idle_seconds=0.6).wait(PATIENCE_SECONDS) == 0
    assert time.monotonic() - begin >= 0.6


def test_a_worker_with_a_task_is_not_idle(bench, queue):
    queue.push(["sleep 0.5", "true"])
    assert bench.worker(idle_seconds=0.1).wait(PATIENCE_SECONDS) == 0
    assert lines(bench.log)[-1] == "done 2, failed 0"


def test_a_task_reads_nothing_and_its_errors_go_where_the_workers_do(bench, queue):
    queue.push(["cat; echo to-stderr >&2"])
    done = bench.reconciler("work", "tasks", "--idle", "0s", stdin=b"for the worker alone")
    assert "for the worker alone" not in done.stdout
    assert done.stderr == "to-stderr\n"


def test_several_tasks_run_at_a_time_when_asked_for(bench, queue):
    # Each waits for the other, so that one at a time would never end.
    queue.push([f"touch {a}; until [ -e {b} ]; do sleep 0.02; done" for a, b in ("pq", "qp")])
    worker = bench.worker(idle_seconds=0, parallel=2)
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert lines(bench.log)[-1] == "done 2, failed 0"


def test_tasks_per_worker_of_the_environment_says_how_many_at_a_time(bench):
    done = bench.reconciler("work", "tasks", "--idle", "0s", RECONCILER_TASKS_PER_WORKER="7")
    assert lines(done.stdout)[0] == "working on queue tasks, 7 at a time"


def test_claims_are_extended_while_the_task_runs(bench, queue):
    queue.push(["until [ -e go ]; do sleep 0.02; done"])

    def deadline():
        with sqlite3.connect(queue.path) as connection:
            return connection.execute("SELECT max(deadline) FROM messages").fetchone()[0]

    worker = bench.worker(idle_seconds=0, HEARTBEAT_SECONDS=0.05)
    eventually(deadline, "a claim")
    first = deadline()
    eventually(lambda: deadline() > first, "a later deadline")
    bench.touch("go")
    assert worker.wait(PATIENCE_SECONDS) == 0


def test_a_queue_that_breaks_ends_the_worker_after_its_task_with_the_reason(bench, queue):
    queue.push(["touch began; until [ -e go ]; do sleep 0.02; done; touch finished"])
    worker = bench.worker()
    bench.wait_for("began")
    queue.path.write_bytes(b"no longer a queue" * 500)
    bench.touch("go")
    assert worker.wait(PATIENCE_SECONDS) == 1
    assert bench.has("finished")
    assert "done 1, failed 0" in bench.log
    assert "UserError" in bench.log
    assert "is not a queue" in bench.log


def test_a_log_that_nobody_reads_any_more_does_not_stop_the_work(bench, queue):
    queue.push(["true", "touch finished"])
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "reconciler", "queue", "work", "tasks", "--idle", "0s"]
    worker = bench.start(command, stdout=writer)
    os.close(writer)
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert bench.has("finished")
    assert bench.log == "", "and there is no complaint about it"


def test_a_worker_uses_sh_where_there_is_no_bash(bench, queue):
    queue.push(['/usr/bin/env > environment; echo "shell: $0"'])
    done = bench.reconciler("work", "tasks", "--idle", "0s", PATH=str(bench.folder))
    assert "shell: /bin/sh" in done.stdout


def test_two_workers_share_a_queue(bench, queue):
    queue.push([f"echo {number} >> done" for number in range(12)])
    workers = [bench.worker(idle_seconds=0) for _ in range(2)]
    assert [worker.wait(PATIENCE_SECONDS) for worker in workers] == [0, 0]
    done = (bench.folder / "done").read_text().split()
    assert sorted(done, key=int) == [str(number) for number in range(12)]
