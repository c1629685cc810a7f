"""Applying: asks, acts, reports what happened, and repeats harmlessly."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.cli.shell import Shell, spec


def live(shell: Shell) -> int:
    return int(shell.run("status", "-o", "json").json["live"])


def test_without_a_terminal_apply_names_the_flag_and_does_nothing(shell: Shell) -> None:
    shell.write(spec())
    result = shell.run("apply")
    assert result.code == 1
    assert "--auto-approve" in result.err
    assert live(shell) == 0


def test_on_a_terminal_only_yes_is_a_yes(shell: Shell) -> None:
    shell.write(spec())
    assert _answered(shell, b"y\n") == 1
    assert live(shell) == 0
    assert _answered(shell, b"yes\n") == 0
    assert live(shell) == 2


def _answered(shell: Shell, answer: bytes) -> int:
    """Run apply on a pseudo terminal and give `answer`; the exit code."""
    terminal, other_end = pty.openpty()
    process = subprocess.Popen(
        shell.command("apply"),
        cwd=shell.folder,
        env=shell.environment(),
        stdin=other_end,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(other_end)
    os.write(terminal, answer)
    code = process.wait(timeout=60)
    os.close(terminal)
    return code


def test_results_go_to_standard_output_and_nothing_is_coloured_in_a_pipe(shell: Shell) -> None:
    shell.write(spec())
    result = shell.run("apply", "--auto-approve")
    assert result.code == 0
    assert result.out.splitlines()[-1] == "Applied: hired 2."
    assert result.err == ""
    assert "\x1b" not in result.out


def test_the_json_report_names_each_worker_and_its_outcome(shell: Shell) -> None:
    shell.write(spec())
    report = shell.run("apply", "--auto-approve", "-o", "json").json
    (action,) = report["actions"]
    assert (action["kind"], action["count"], action["region"]) == ("hire", 2, "laptop")
    assert [worker["outcome"] for worker in action["workers"]] == ["done", "done"]
    assert (report["format_version"], report["complete"]) == ("1", True)


def test_two_applies_at_once_hire_once(shell: Shell) -> None:
    shell.write(spec(desired=4))
    both = [
        subprocess.Popen(
            shell.command("apply", "--auto-approve"),
            cwd=shell.folder,
            env=shell.environment(),
            stdout=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert live(shell) == 4


def test_scaling_down_drains_running_workers(shell: Shell) -> None:
    command = "trap 'sleep 1; exit 0' INT; while true; do sleep 0.1; done"
    shell.write(spec(desired=3, command=command))
    assert shell.run("apply", "--auto-approve", "--wait").code == 0
    shell.write(spec(desired=1, command=command))
    result = shell.run("apply", "--auto-approve")
    assert result.out.splitlines()[-1] == "Applied: draining 2."
    again = shell.run("plan", "--detailed-exitcode", "-o", "json")
    assert (again.code, again.json["summary"]["drain"]) == (0, 0)
    _until(lambda: live(shell) == 1)


def test_a_worker_that_fails_at_once_is_named_by_wait(shell: Shell) -> None:
    shell.write(spec(desired=1, command="exit 3"))
    result = shell.run("apply", "--auto-approve", "--wait=20s")
    assert result.code == 5
    assert "Failed: exit code 3" in " ".join(result.out.split())


def test_orphans_are_named_and_pruned_by_their_own_rule(shell: Shell) -> None:
    shell.write(spec(desired=2, extra="layoffs: cancel"))
    shell.run("apply", "--auto-approve", "--wait")
    shell.write("kind: Project\nname: trial\n---\nkind: Targets\ntargets: {other: {local: {}}}\n")
    plan = shell.run("plan", "--detailed-exitcode", "-o", "json")
    assert (plan.code, plan.json["summary"]["orphans"]) == (0, 2)
    pruned = shell.run("apply", "--auto-approve", "--prune")
    assert (pruned.code, pruned.out.splitlines()[-1]) == (0, "Applied: cancelled 2.")
    _until(lambda: shell.run("plan", "-o", "json").json["summary"]["orphans"] == 0)


def test_a_safety_limit_stops_with_its_number_and_its_key(shell: Shell) -> None:
    shell.write(spec(desired=3, extra="safety: {max_hires: 2}"))
    result = shell.run("apply", "--auto-approve")
    assert result.code == 4
    assert "3 hires are over safety.max_hires: 2 (specs/spec.yaml:14:" in result.out
    assert live(shell) == 0
    assert shell.run("apply", "--auto-approve", "--force").code == 0
    assert live(shell) == 3


def test_interrupted_apply_reports_what_it_did_and_the_next_one_finishes(shell: Shell) -> None:
    shell.write(spec(desired=40, slots=40, command="sleep 1000", extra="safety: {max_hires: 50}"))
    process = subprocess.Popen(
        shell.command("apply", "--auto-approve"),
        cwd=shell.folder,
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _until(lambda: any(shell.state.glob("trial/laptop/workers/*.json")), pause=0.005)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "Stopped early: hired" in out
    hired = int(out.split("Stopped early: hired ")[1].split(",")[0].rstrip(".\n"))
    assert live(shell) == hired < 40
    assert shell.run("apply", "--auto-approve").code == 0
    assert live(shell) == 40


def test_an_apply_of_one_target_leaves_the_slots_of_another(shell: Shell) -> None:
    two = spec(slots=2).replace("targets:\n", "targets:\n  other: {local: {slots: 1}}\n")
    shell.write(two)
    shell.run("apply", "--auto-approve")
    limit = shell.state / "trial" / "laptop" / "slots" / "limit"
    before = limit.read_text()
    shell.write(two.replace("slots: 2", "slots: 3"))
    assert shell.run("apply", "--auto-approve", "--target", "other").code == 0
    assert limit.read_text() == before
    assert shell.run("apply", "--auto-approve").code == 0
    assert limit.read_text() != before


def test_a_part_of_the_project_is_not_placed_where_the_rest_could_not_be_counted(
    shell: Shell,
) -> None:
    other = "---\nkind: Workforce\nname: other\ntask: {command: sleep 1000}\n"
    shell.write(spec(desired=1, slots=2) + other + "scale: {desired: 1}\nregions: {laptop: {}}\n")
    assert shell.run("apply", "--auto-approve", "--only", "other").code == 0
    for record in (shell.state / "trial" / "laptop" / "workers").glob("*.json"):
        record.write_text("{")
    planned = shell.run("plan", "--only", "work", "--strict", "-o", "json")
    assert (planned.code, planned.json["summary"]["hire"]) == (5, 0)


def test_a_closed_input_and_an_ascii_output_are_no_trouble(shell: Shell) -> None:
    shell.write(spec())
    asked = shell.bash("reconciler apply <&-")
    assert (asked.code, "--auto-approve" in asked.err) == (1, True)
    shown = shell.bash("PYTHONIOENCODING=ascii reconciler plan")
    assert (shown.code, "Plan: hire 2." in shown.out) == (0, True)
    odd = shell.bash("reconciler logs work/laptop/²")
    assert (odd.code, "is not a worker's number" in odd.err) == (1, True)


def test_the_state_directory_must_be_absolute(shell: Shell) -> None:
    shell.write(spec())
    relative = Shell(shell.folder, Path("state"))
    result = relative.run("plan")
    assert result.code == 1
    assert "RECONCILER_STATE_DIR" in result.err
    assert "Traceback" not in result.err


def _until(holds: Callable[[], bool], seconds: float = 30, pause: float = 0.1) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(pause)
