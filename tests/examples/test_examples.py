"""The specs that readers learn from are valid, and do what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.spec.loading import load
from tests.cli.shell import REPOSITORY, Shell, end_everything

PROJECT = "specs/project.yaml"
FLEET = REPOSITORY / "specs" / "fleet"
MOST_LINES_OF_FIRST, MOST_LINES_OF_FURTHER = 120, 25


def carried_out(path: Path) -> bool:
    """Whether this version can do all that the example asks for."""
    specs = load([str(REPOSITORY / PROJECT), str(path)]).specs
    return not any(workforce.needs for workforce in specs.workforces)


LOCAL = sorted(
    path for path in (REPOSITORY / "specs").glob("*.yaml") if path.name != "project.yaml"
)
FLEET_WORKFORCES = sorted(path for path in FLEET.glob("*.yaml") if path.name != "fleet.yaml")


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    one = Shell(REPOSITORY, tmp_path / "state")
    yield one
    end_everything(one.state)


def test_the_examples_are_valid_together(shell: Shell) -> None:
    result = shell.run("validate", "specs")
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize("example", LOCAL, ids=lambda path: path.name)
def test_an_example_can_be_applied_and_then_needs_no_changes(shell: Shell, example: Path) -> None:
    paths = [PROJECT, str(example.relative_to(REPOSITORY))]
    if not carried_out(example):
        planned = shell.run("plan", *paths)
        assert (planned.code, "this version can't do yet" in planned.err) == (1, True), planned
        return
    applied = shell.run("apply", "--auto-approve", "--wait=30s", *paths)
    assert applied.code == 0, applied
    planned = shell.run("plan", "--detailed-exitcode", *paths)
    assert planned.code == 0, planned
    destroyed = shell.run("destroy", "--auto-approve", "--cancel-running", *paths)
    assert destroyed.code == 0, destroyed


@pytest.mark.parametrize("example", FLEET_WORKFORCES, ids=lambda path: path.name)
def test_a_fleet_is_refused_until_there_is_an_engine_for_it(shell: Shell, example: Path) -> None:
    paths = [PROJECT, "specs/fleet/fleet.yaml", str(example.relative_to(REPOSITORY))]
    applied = shell.run("apply", "--auto-approve", *paths)
    assert applied.code == 1, applied
    assert "needs acting on AzureML targets, which this version can't do yet" in applied.err


def lines(*paths: Path) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)


def test_a_fleet_of_84_regions_is_a_few_lines() -> None:
    specs = load([str(REPOSITORY / "specs")]).specs
    by_name = {workforce.name: workforce for workforce in specs.workforces}
    assert [len(by_name[path.stem].regions) for path in FLEET_WORKFORCES] == [84, 84]
    first, *further = FLEET_WORKFORCES
    whole = lines(FLEET / "fleet.yaml", FLEET / "jobs" / "relax.yml", first)
    assert whole < MOST_LINES_OF_FIRST
    assert all(lines(path) < MOST_LINES_OF_FURTHER for path in further)
