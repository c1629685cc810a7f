"""Many processes on one queue."""

from __future__ import annotations

from queue_bench import PATIENCE_SECONDS, counts

WORK = """
import sys
from reconciler.queues.local import local_queue
queue = local_queue("tasks")
with open(f"done-{sys.argv[1]}", "w") as done:
    while claim := queue.claim():
        done.write(claim.command + "\\n")
        queue.complete(claim)
"""
PUSH = """
import sys
from reconciler.queues.local import local_queue
local_queue("tasks").push([f"{sys.argv[1]}-{number}" for number in range(50)])
"""


def test_each_message_is_claimed_by_exactly_one_of_many_processes(bench, queue):
    queue.push([str(number) for number in range(80)])
    workers = [bench.python(WORK, str(number)) for number in range(4)]
    assert [worker.wait(PATIENCE_SECONDS) for worker in workers] == [0] * 4, bench.log
    done = [line for file in bench.folder.glob("done-*") for line in file.read_text().split()]
    assert sorted(done, key=int) == [str(number) for number in range(80)]
    assert counts(queue) == (0, 0, 0)


def test_processes_that_push_first_at_the_same_time_make_one_queue(bench, queue):
    pushers = [bench.python(PUSH, str(number)) for number in range(4)]
    while any(pusher.poll() is None for pusher in pushers):
        assert queue.size().visible % 50 == 0, "a push is seen whole or not at all"
    assert [pusher.wait(PATIENCE_SECONDS) for pusher in pushers] == [0] * 4, bench.log
    assert counts(queue) == (200, 0, 0)
    commands = []
    while claim := queue.claim():
        commands.append(claim.command)
    for pusher in range(4):
        own = [command for command in commands if command.startswith(f"{pusher}-")]
        assert own == [f"{pusher}-{number}" for number in range(50)]
