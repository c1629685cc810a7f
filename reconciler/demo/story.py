"""The steps of the demo, in the order in which they are told."""

from __future__ import annotations

from typing import Any

from reconciler.demo.stage import Stage

_PROJECT = """\
kind: Project
name: demo
---
kind: Targets
targets:
  laptop:
    local: {slots: 8} # this machine; up to 8 workers at once
"""

_WORKFORCE = """\
---
kind: Workforce
name: thumbnails
task:
  command: reconciler queue work tasks # takes one task after another from a queue
  environment_variables:
    QUALITY: "{quality}"
scale:
  desired: {desired}
regions:
  laptop: {{}}
layoffs: graceful # running workers finish their task before they leave
"""

NEXT = """\
What to try next:
  reconciler init            a first project of your own, in ./specs
  reconciler plan --explain  every number with its arithmetic
  reconciler status --watch  the workers, live
"""


def spec(desired: int, quality: str = "80") -> str:
    """The demo's spec with one workforce of `desired` workers."""
    return _PROJECT + _WORKFORCE.format(desired=desired, quality=quality)


def tell(stage: Stage) -> None:
    """Play the whole story. Leaves no worker behind, however it ends."""
    try:
        _hire(stage)
        _scale_up(stage)
        _change_the_task(stage)
        _drain(stage)
        _orphan_and_prune(stage)
    finally:
        stage.write_spec(spec(0))
        stage.quietly("destroy", "--auto-approve", "--cancel-running")
    for line in ("", *NEXT.splitlines()):
        stage.say(line, None)


def _hire(stage: Stage) -> None:
    stage.narrate("A spec says what should live: three workers on this machine.")
    stage.write_spec(spec(3), show=True)
    stage.narrate("Work for them: sixty short tasks in a local queue.")
    stage.run("queue", "push", "tasks", "--repeat", "60", "sleep 0.4")
    stage.narrate("What would happen? Planning changes nothing.")
    stage.run("plan")
    stage.narrate("Make it so, and wait until they run.")
    stage.run("apply", "--auto-approve", "--wait")
    stage.narrate("The workers are at it.")
    stage.run("status", "--workers")
    stage.run("queue", "size", "tasks")


def _scale_up(stage: Stage) -> None:
    stage.narrate("Edit the spec: desired 3 → 5. Only the difference is hired.")
    stage.write_spec(spec(5))
    stage.run("apply", "--auto-approve")
    stage.run("queue", "size", "tasks")
    stage.narrate("Applying again hires nobody: the live workers are the only state.")
    stage.run("apply", "--auto-approve")


def _change_the_task(stage: Stage) -> None:
    stage.narrate("Edit the task. The plan shows the difference; running workers are left alone.")
    stage.write_spec(spec(5, quality="95"))
    stage.run("plan")


def _drain(stage: Stage) -> None:
    stage.narrate("Longer tasks now, so that everyone is in the middle of one.")
    stage.run("queue", "push", "tasks", "--repeat", "5", "sleep 3; echo this task was finished")
    stage.wait_until(lambda: stage.ask("queue", "size", "tasks")["in_flight"] >= 5, "five tasks")
    stage.narrate("Desired 5 → 3: two are asked to leave. Nobody is killed.")
    stage.write_spec(spec(3, quality="95"))
    stage.run("apply", "--auto-approve")
    leaving = [one for one in _workers(stage) if one["draining_since"]]
    stage.run("status")
    stage.narrate("A moment later they have finished their tasks and left.")
    stage.wait_until(lambda: len(_workers(stage)) == 3, "two workers to leave")
    for worker in leaving:
        stage.run("logs", f"thumbnails/laptop/{worker['number']}", "--tail", "4")
    stage.run("status", "--workers")


def _orphan_and_prune(stage: Stage) -> None:
    stage.narrate("Take the workforce out of the spec: its workers aren't forgotten.")
    stage.write_spec(_PROJECT)
    stage.run("plan")
    stage.narrate("Orphans go when someone says so, by the rule that they were hired under.")
    stage.run("apply", "--auto-approve", "--prune")
    stage.write_spec(spec(0))
    stage.wait_until(lambda: not _workers(stage), "the orphans to leave")
    stage.narrate("Nothing is left running.")
    stage.run("status")


def _workers(stage: Stage) -> list[dict[str, Any]]:
    status = stage.ask("status")
    return [
        worker
        for workforce in status["workforces"]
        for region in workforce["regions"]
        for worker in region["workers"]
        if worker["phase"] != "ending"
    ]
