"""`scale` and `fmt` as processes: the edit, what is told where, and the plan that follows."""

from __future__ import annotations

from tests.cli.conftest import shell
from tests.cli.shell import Shell, spec

__all__ = ["shell"]

OTHER = """\
---
kind: Workforce
name: other
task: {command: sleep 1000}
scale: {desired: 1}
regions: {laptop: {experiment: others}}
"""


def test_scale_tells_the_edit_and_shows_the_plan_of_that_workforce(shell: Shell) -> None:
    file = shell.write(spec(desired=3) + OTHER)
    result = shell.run("scale", "work", "+1")
    assert result.code == 0
    first, second, *rest = result.out.splitlines()
    assert first == "specs/spec.yaml:12: scale.desired: 3 → 4"
    assert second == "work: 4 desired, 0 live"
    assert not [line for line in rest if "other" in line]
    assert file.read_text() == spec(desired=4) + OTHER


def test_scale_takes_fewer_behind_two_dashes(shell: Shell) -> None:
    file = shell.write(spec(desired=3))
    result = shell.run("scale", "work", "--", "-2")
    assert result.code == 0
    assert file.read_text() == spec(desired=1)


def test_scale_as_json_gives_the_plan_alone(shell: Shell) -> None:
    shell.write(spec(desired=3))
    result = shell.run("scale", "work", "5", "-o", "json")
    assert result.json["workforces"][0]["desired"]["total"] == 5
    assert result.err.startswith("specs/spec.yaml:12: scale.desired: 3 → 5\n")


def test_scale_can_apply_what_it_edited(shell: Shell) -> None:
    shell.write(spec(desired=3))
    result = shell.run("scale", "work", "1", "--apply", "--auto-approve")
    assert result.code == 0, result
    assert shell.run("plan", "--detailed-exitcode").code == 0


def test_scale_tells_an_error_without_a_traceback_and_leaves_the_file(shell: Shell) -> None:
    file = shell.write(spec(desired=3))
    result = shell.run("scale", "work", "--", "-4")
    assert (result.code, result.out) == (1, "")
    assert result.err == "Error: scale.desired is 3: -4 would make it -1, below 0\n"
    assert file.read_text() == spec(desired=3)


def test_fmt_ends_with_1_where_a_file_would_change(shell: Shell) -> None:
    file = shell.write("name: science\nkind:  Project\n")
    assert shell.run("fmt", "--check").code == 1
    result = shell.run("fmt")
    assert (result.code, result.out) == (0, "specs/spec.yaml\n")
    assert file.read_text() == "kind: Project\nname: science\n"
    assert shell.run("fmt", "--check").code == 0


def test_fmt_formats_standard_input(shell: Shell) -> None:
    result = shell.run("fmt", "-", stdin="name: science\nkind:  Project\n")
    assert (result.code, result.out) == (0, "kind: Project\nname: science\n")


def test_what_init_writes_is_formatted(shell: Shell) -> None:
    shell.run("init")
    assert shell.run("fmt", "--check").code == 0
