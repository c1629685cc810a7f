"""Specs from what lives: a plan of them changes nothing."""

from __future__ import annotations

from tests.cli.shell import Shell

PROJECT = """\
kind: Project
name: trial
---
kind: Targets
targets:
  laptop: {local: {slots: 8}}
  spare: {local: {slots: 4}}
"""

WORKFORCES = """\
kind: Workforce
name: relax
task:
  command: |
    echo "a: b # not a comment"
    sleep 1000
  environment_variables: {VERSION: 1.10, FLAG: yes, QUOTED: "a 'b' \\"c\\""}
  limits: {timeout: 2h}
  tags: {team: "0123"}
scale: {desired: 5}
placement: weighted
regions:
  laptop: {weight: 3}
  spare: {task: {environment_variables: {VERSION: "2"}}}
  second: {target: laptop, experiment: another}
layoffs: cancel
---
kind: Workforce
name: single
task: {command: sleep 1000}
scale: {desired: 1}
regions: {laptop: {}}
"""


def test_a_plan_of_what_was_dumped_changes_nothing(shell: Shell) -> None:
    shell.write(PROJECT, "specs/project.yaml")
    shell.write(WORKFORCES, "specs/workforces.yaml")
    assert shell.run("apply", "--auto-approve", "--wait").code == 0
    dumped = shell.run("dump")
    assert dumped.code == 0
    shell.write(PROJECT, "again/project.yaml")
    shell.write(dumped.out, "again/found.yaml")
    planned = shell.run("plan", "again", "--detailed-exitcode", "-o", "json")
    assert planned.code == 0, planned
    changes = [
        region["task_changes"]
        for workforce in planned.json["workforces"]
        for region in workforce["regions"]
    ]
    assert changes == [[], [], [], []]
    assert planned.json["summary"]["orphans"] == 0


def test_a_region_whose_task_lacks_a_key_of_the_others_keeps_lacking_it(shell: Shell) -> None:
    one = WORKFORCES.split("---")[0].split("regions:")[0]
    shell.write(PROJECT, "specs/project.yaml")
    with_timeout = one.replace("desired: 5", "desired: 2") + "regions: {laptop: {}}\n"
    shell.write(with_timeout, "specs/relax.yaml")
    shell.run("apply", "--auto-approve", "--wait")
    without = one.replace("desired: 5", "desired: 3").replace("  limits: {timeout: 2h}\n", "")
    shell.write(without + "regions: {laptop: {}, spare: {min: 1}}\n", "specs/relax.yaml")
    shell.run("apply", "--auto-approve", "--wait")
    dumped = shell.run("dump").out
    shell.write(PROJECT, "again/project.yaml")
    shell.write(dumped, "again/found.yaml")
    (workforce,) = shell.run("plan", "again", "-o", "json").json["workforces"]
    assert [region["task_changes"] for region in workforce["regions"]] == [[], []]


def test_only_some_experiments_are_dumped(shell: Shell) -> None:
    shell.write(PROJECT, "specs/project.yaml")
    shell.write(WORKFORCES, "specs/workforces.yaml")
    shell.run("apply", "--auto-approve", "--wait")
    dumped = shell.run("dump", "--experiment", "single-*").out
    assert "name: single" in dumped
    assert "name: relax" not in dumped


def test_where_nothing_lives_dump_says_so(shell: Shell) -> None:
    shell.write(PROJECT, "specs/project.yaml")
    result = shell.run("dump")
    assert (result.code, result.out) == (1, "")
    assert "no live workers" in result.err
