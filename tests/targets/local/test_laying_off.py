"""Cancels end a worker, drains let it finish; its supervisor is asked, and answers once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase
from reconciler.model.plan import Action, ActionKind
from reconciler.model.report import Outcome

from .world import SLEEP, World, eventually, outcomes

FINISHES_ITS_TASK = """
trap 'echo finishing >>story; stop=1' INT
touch began
while [ ! -e finish ]; do sleep 0.05; done
echo "stop=$stop" >>story
"""


class TestCancel:
    def test_a_running_worker_is_ended_politely(self, world: World) -> None:
        world.hire(
            command="trap 'echo bye; exit 0' TERM; touch began; while :; do sleep 0.05; done"
        )
        world.wait_for_file("began")
        assert outcomes(world.cancel([world.worker()])) == [Outcome.DONE]
        assert world.wait_for("Canceled").phase is Phase.ENDED
        assert "bye" in world.log()
        assert world.processes() == []

    def test_one_that_does_not_listen_is_killed_after_the_grace(self, world: World) -> None:
        world.hire(command="trap '' TERM; touch began; while :; do sleep 0.05; done")
        world.wait_for_file("began")
        assert outcomes(world.cancel([world.worker()])) == [Outcome.DONE]
        assert world.worker().status == "CancelRequested"
        assert world.live() == []
        assert len(world.workers()) == 1, "an ending worker still occupies its place"
        world.wait_for("Canceled")
        assert world.processes() == []

    def test_the_whole_tree_is_ended_whatever_groups_it_moved_to(self, world: World) -> None:
        world.hire(
            command="trap '' TERM; set -m; (trap '' TERM; sleep 1000) & setsid sleep 1001 & "
            "timeout 1000 sleep 1002 & touch began; wait; sleep 1003"
        )
        world.wait_for_file("began")
        world.cancel([world.worker()])
        world.wait_for("Canceled")
        assert world.processes() == []

    def test_cancelling_again_finds_it_done(self, world: World) -> None:
        world.hire(command="trap '' TERM; touch began; while :; do sleep 0.05; done")
        world.wait_for_file("began")
        worker = world.worker()
        assert outcomes(world.cancel([worker])) == [Outcome.DONE]
        assert outcomes(world.cancel([worker])) == [Outcome.ALREADY]
        world.wait_for("Canceled")
        assert outcomes(world.cancel([worker])) == [Outcome.ALREADY]

    def test_one_that_ended_by_itself_is_named_with_its_end(self, world: World) -> None:
        world.hire(command="exit 3")
        world.wait_for("Failed")
        (told,) = world.cancel([planned_as(world.worker(), Phase.RUNNING)])
        assert told.outcome is Outcome.ALREADY
        assert "exit code 3" in told.detail

    def test_a_waiting_worker_is_cancelled_without_ever_starting(self, world: World) -> None:
        world.slots = 1
        world.hire(2, command=f"touch ran-$RECONCILER_WORKER; {SLEEP}")
        first, second = world.workers()
        waiting = second if world.wait_for_one_running() == 1 else first
        assert waiting.phase is Phase.PENDING
        assert waiting.note == "waiting for a slot"
        assert outcomes(world.cancel([waiting])) == [Outcome.DONE]
        assert world.wait_for("Canceled", waiting.number or 0).phase is Phase.ENDED
        assert not (world.work / f"ran-{waiting.id}").exists()

    def test_one_planned_as_pending_that_has_started_is_not_cancelled(self, world: World) -> None:
        world.hire()
        worker = world.wait_for("Running")
        (told,) = world.cancel([planned_as(worker, Phase.PENDING)])
        assert told.outcome is Outcome.SKIPPED
        assert "has started since the plan" in told.detail
        assert world.worker().status == "Running"

    def test_of_all_that_are_starting_none_that_has_started_is_cancelled(
        self, world: World
    ) -> None:
        # The supervisor decides, so every worker either never ran, or runs on.
        world.slots = 3
        world.hire(6, command=f"touch ran-$RECONCILER_WORKER; {SLEEP}")
        told = world.cancel([planned_as(worker, Phase.PENDING) for worker in world.history()])
        for one in told:
            worker = next(w for w in world.history() if w.id == one.worker)
            ran = (world.work / f"ran-{worker.id}").exists()
            if one.outcome is Outcome.DONE:
                assert worker.status == "Canceled"
                assert not ran
            else:
                assert one.outcome is Outcome.SKIPPED
                assert worker.status == "Running"
        assert len(told) == 6

    def test_many_are_asked_at_once(self, world: World) -> None:
        world.hire(20)
        eventually(lambda: {w.status for w in world.workers()} == {"Running"}, "all run")
        assert outcomes(world.cancel(world.workers())) == [Outcome.DONE] * 20
        eventually(lambda: world.workers() == [], "all have ended")

    def test_a_stopped_apply_asks_nobody(self, world: World) -> None:
        world.hire()
        worker = world.wait_for("Running")
        assert outcomes(world.cancel([worker], stopping=lambda: True)) == [Outcome.SKIPPED]
        assert world.worker().status == "Running"

    def test_a_worker_without_a_record_has_long_ended(self, world: World) -> None:
        assert outcomes(world.cancel([unknown_worker()])) == [Outcome.ALREADY]


class TestDrain:
    def test_a_drained_worker_finishes_its_task_and_completes(self, world: World) -> None:
        world.hire(command=FINISHES_ITS_TASK)
        world.wait_for_file("began")
        assert outcomes(world.drain([world.worker()])) == [Outcome.DONE]
        story = world.wait_for_file("story")
        worker = world.worker()
        assert worker.status == "Running"
        assert worker.draining_since is not None
        (world.work / "finish").touch()
        world.wait_for("Completed")
        assert story.read_text() == "finishing\nstop=1\n"

    def test_draining_again_sends_no_second_signal(self, world: World) -> None:
        world.hire(command=FINISHES_ITS_TASK)
        world.wait_for_file("began")
        assert outcomes(world.drain([world.worker()])) == [Outcome.DONE]
        since = world.worker().draining_since
        assert outcomes(world.drain([world.worker()])) == [Outcome.ALREADY]
        assert world.worker().draining_since == since
        (world.work / "finish").touch()
        world.wait_for("Completed")
        assert (world.work / "story").read_text().count("finishing") == 1
        assert outcomes(world.drain([world.worker()])) == [Outcome.ALREADY]

    def test_a_shell_that_dies_of_the_signal_does_not_end_a_worker_whose_task_goes_on(
        self, world: World
    ) -> None:
        task = "trap 'touch asked' INT; touch began; until [ -e finish ]; do sleep 0.05; done"
        world.hire(command=f"set -m; ({task}; touch finished) & wait; exit 9")
        world.wait_for_file("began")
        # `wait` is interrupted, so this shell dies of SIGINT long before its child ends.
        world.drain([world.worker()])
        world.wait_for_file("asked")
        eventually(lambda: world.worker().note is not None, "the shell's end shows")
        assert world.worker().status == "Running"
        (world.work / "finish").touch()
        eventually(lambda: world.worker().phase is Phase.ENDED, "the worker ends")
        assert (world.work / "finished").exists()

    def test_a_command_that_does_not_handle_the_signal_is_canceled_with_a_note(
        self, world: World
    ) -> None:
        world.hire()
        world.drain([world.wait_for("Running")])
        assert "SIGINT" in (world.wait_for("Canceled").note or "")

    def test_a_drained_worker_that_fails_has_failed(self, world: World) -> None:
        world.hire(command="trap 'exit 5' INT; touch began; while :; do sleep 0.05; done")
        world.wait_for_file("began")
        world.drain([world.worker()])
        assert world.wait_for("Failed").note == "exit code 5"

    def test_a_waiting_worker_has_nothing_to_drain(self, world: World) -> None:
        world.slots = 1
        world.hire(2)
        running = world.wait_for_one_running()
        waiting = next(w for w in world.workers() if w.number != running)
        (told,) = world.drain([waiting])
        assert told.outcome is Outcome.SKIPPED
        assert "waits for a slot" in told.detail

    def test_a_draining_worker_can_be_cancelled(self, world: World) -> None:
        world.hire(command=FINISHES_ITS_TASK)
        world.wait_for_file("began")
        world.drain([world.worker()])
        assert outcomes(world.cancel([world.worker()])) == [Outcome.DONE]
        world.wait_for("Canceled")


def test_local_workers_cannot_be_resumed_and_say_so(world: World) -> None:
    worker = unknown_worker()
    (told,) = world.carry_out(Action(ActionKind.RESUME, 1, "", workers=(worker,)))
    assert told.outcome is Outcome.FAILED
    assert "never paused" in told.detail


def planned_as(worker: Worker, phase: Phase) -> Worker:
    return replace(worker, phase=phase)


def unknown_worker() -> Worker:
    return Worker("relax-laptop-0123456789-000001", Phase.RUNNING, "Running", datetime.now(UTC))
