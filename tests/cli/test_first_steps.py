"""What a newcomer does in an empty folder, command by command."""

from __future__ import annotations

import time
from pathlib import Path

from tests.cli.shell import Shell


def running(shell: Shell) -> int:
    status = shell.run("status", "-o", "json").json
    regions = [region for one in status["workforces"] for region in one["regions"]]
    return sum(region["observed"]["running"] for region in regions)


def test_init_plan_apply_plan_ends_with_no_changes(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("init").code == 0
    assert shell.run("plan").code == 0
    assert shell.run("plan", "--detailed-exitcode").code == 2
    assert shell.run("apply", "--auto-approve", "--wait").code == 0
    again = shell.run("plan", "--detailed-exitcode")
    assert (again.code, again.out.splitlines()[-1]) == (0, "No changes: 3 live.")
    assert running(shell) == 3

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "specs").symlink_to(shell.folder / "specs")
    applied = shell.run("apply", "--auto-approve", folder=elsewhere)
    assert (applied.code, running(shell)) == (0, 3)

    time.sleep(2)
    assert running(shell) == 3
    destroyed = shell.run("destroy", "--auto-approve", "--cancel-running")
    assert (destroyed.code, "Nobody is left in these workforces." in destroyed.out) == (0, True)
    assert running(shell) == 0


def test_init_does_not_overwrite(shell: Shell) -> None:
    shell.write("kind: Project\nname: mine\n")
    result = shell.run("init")
    assert result.code == 1
    assert "specs is there already" in result.err
    assert (shell.folder / "specs/spec.yaml").read_text() == "kind: Project\nname: mine\n"


def test_init_names_the_project_after_its_folder(shell: Shell) -> None:
    assert shell.run("init", "My Great_Project").code == 0
    text = (shell.folder / "My Great_Project/specs/project.yaml").read_text()
    assert "name: my-great-project\n" in text


def test_without_specs_the_way_to_a_first_one_is_named(shell: Shell) -> None:
    result = shell.run("plan")
    assert result.code == 1
    assert "reconciler init" in result.err
    assert "Traceback" not in result.err
