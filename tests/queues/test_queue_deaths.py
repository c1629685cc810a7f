"""A message whose worker died becomes visible again, and one whose worker lives does not."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest
from queue_bench import PATIENCE_SECONDS, counts, eventually

from reconciler.processes.identity import Life, own_identity
from reconciler.queues.local import CLAIM_SECONDS, MOST_DEATHS, LocalQueue

CLAIM_AND_WAIT = """
import pathlib, signal
from reconciler.queues.local import local_queue
claim = local_queue("tasks").claim()
pathlib.Path("claimed").write_text(claim.command)
signal.pause()
"""


def claimer(bench, queue):
    """A process that holds the queue's one message."""
    queue.push(["a"])
    process = bench.python(CLAIM_AND_WAIT)
    bench.wait_for("claimed")
    return process


def of_owner(queue, **changes):
    """The same queue, claimed by a process whose identity differs from ours by `changes`."""
    return LocalQueue(queue.path, identify=lambda: replace(own_identity(), **changes))


def test_a_killed_workers_message_is_visible_at_once(bench, queue):
    process = claimer(bench, queue)
    assert counts(queue) == (0, 1, 0)
    os.kill(process.pid, signal.SIGKILL)
    # Nobody has waited for the process: a zombie holds no message either.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert counts(queue) == (1, 0, 0)
    process.wait(PATIENCE_SECONDS)
    assert queue.claim().attempt == 2


def test_claiming_finds_a_dead_workers_message_without_anyone_asking_for_the_size(bench, queue):
    process = claimer(bench, queue)
    assert queue.claim() is None
    process.kill()
    process.wait(PATIENCE_SECONDS)
    assert queue.claim().command == "a"


def test_a_stopped_process_is_alive_and_keeps_its_message(bench, queue):
    process = claimer(bench, queue)
    os.kill(process.pid, signal.SIGSTOP)
    assert counts(queue) == (0, 1, 0)


def test_a_process_with_the_same_number_is_not_taken_for_the_owner(queue):
    queue.push(["a"])
    of_owner(queue, start="1").claim()
    assert counts(queue) == (1, 0, 0)


def test_no_owner_outlives_a_reboot(queue):
    queue.push(["a"])
    before = replace(own_identity().machine, boot="an earlier one")
    of_owner(queue, machine=before).claim()
    assert counts(queue) == (1, 0, 0)


def test_a_live_worker_keeps_its_message_past_every_deadline(queue):
    queue.push(["a"])
    queue.claim()
    much_later = LocalQueue(queue.path, clock=lambda: 1e11)
    assert counts(much_later) == (0, 1, 0)


class TestAWorkerOutOfSight:
    """In a container of its own, where its process number says nothing here."""

    @pytest.fixture
    def there(self, queue):
        queue.push(["a"])
        elsewhere = replace(own_identity().machine, pid_namespace="another")
        self.now = 1000.0
        return LocalQueue(
            queue.path,
            identify=lambda: replace(own_identity(), machine=elsewhere),
            clock=lambda: self.now,
        )

    @pytest.fixture
    def here(self, queue):
        return LocalQueue(queue.path, clock=lambda: self.now)

    def test_keeps_its_message_until_the_deadline(self, there, here):
        there.claim()
        self.now += CLAIM_SECONDS - 1
        assert counts(here) == (0, 1, 0)
        self.now += 1
        assert counts(here) == (1, 0, 0)

    def test_keeps_its_message_as_long_as_it_extends_its_claim(self, there, here):
        claim = there.claim()
        for _ in range(5):
            self.now += CLAIM_SECONDS - 1
            assert there.extend(claim)
            assert counts(here) == (0, 1, 0)

    def test_can_no_longer_complete_what_was_given_to_another(self, there, here):
        claim = there.claim()
        self.now += CLAIM_SECONDS
        assert here.claim().attempt == 2
        assert not there.complete(claim)
        assert counts(here) == (0, 1, 0)

    def test_loses_only_the_claims_whose_deadline_has_passed(self, there, here):
        there.push(["b"])
        there.claim()
        self.now += CLAIM_SECONDS - 1
        there.claim()
        self.now += 1
        assert here.claim().command == "a"
        assert here.claim() is None


class TestAMessageThatItsWorkersDieOf:
    @pytest.fixture
    def doomed(self, queue):
        """A queue whose claims are all held by the dead."""
        return LocalQueue(queue.path, judge=lambda _: Life.ENDED)

    @pytest.fixture
    def poisoned(self, doomed):
        doomed.push(["poison", "food"])
        for attempt in range(1, MOST_DEATHS + 1):
            claim = doomed.claim()
            assert (claim.command, claim.attempt) == ("poison", attempt)
        return doomed

    def test_is_set_apart_after_the_last_death_and_the_next_one_is_given_out(self, poisoned):
        assert poisoned.claim().command == "food"

    def test_is_counted_apart_in_the_size(self, poisoned):
        assert counts(poisoned) == (1, 0, 1)

    def test_comes_back_to_its_old_place_when_asked_for(self, poisoned):
        assert counts(poisoned) == (1, 0, 1)
        size = poisoned.push(["new"], revive=True)
        assert (size.visible, size.dead_lettered) == (3, 0)
        claim = poisoned.claim()
        assert (claim.command, claim.attempt) == ("poison", MOST_DEATHS + 1)
        assert counts(poisoned) == (3, 0, 0), "its earlier deaths were forgiven"

    def test_is_not_one_that_workers_gave_back_themselves(self, queue):
        queue.push(["a"])
        for _ in range(2 * MOST_DEATHS):
            queue.release(queue.claim())
        assert counts(queue) == (1, 0, 0)


def test_kills_at_any_moment_lose_no_message_and_leave_a_sound_file(bench, queue):
    queue.push([str(number) for number in range(60)])
    code = """
from reconciler.queues.local import local_queue
queue = local_queue("tasks")
with open("done", "a", buffering=1) as done:
    while claim := queue.claim():
        done.write(claim.command + "\\n")
        queue.complete(claim)
"""
    done = bench.folder / "done"
    for least in (1, 9, 20, 33, 47):
        process = bench.python(code)
        eventually(
            lambda least=least: done.exists() and len(done.read_text().splitlines()) >= least,
            f"{least} done",
        )
        process.kill()
        process.wait(PATIENCE_SECONDS)
    assert bench.python(code).wait(PATIENCE_SECONDS) == 0
    lines = done.read_text().split()
    assert set(lines) == {str(number) for number in range(60)}
    assert len(lines) <= 60 + 5, "at most one message for each kill was done again"
    assert counts(queue) == (0, 0, 0)
