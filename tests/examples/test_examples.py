"""The specs that readers learn from are valid, and do what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import REPOSITORY, Shell, end_everything

EXAMPLES = sorted(
    path.relative_to(REPOSITORY / "specs")
    for path in (REPOSITORY / "specs").rglob("*.yaml")
    if path.name != "project.yaml"
)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    one = Shell(REPOSITORY, tmp_path / "state")
    yield one
    end_everything(one.state)


def test_the_examples_are_valid_together(shell: Shell) -> None:
    result = shell.run("validate", "specs")
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_can_be_applied_and_then_needs_no_changes(shell: Shell, example: Path) -> None:
    paths = ["specs/project.yaml", str(Path("specs") / example)]
    applied = shell.run("apply", "--auto-approve", "--wait=30s", *paths)
    assert applied.code == 0, applied
    planned = shell.run("plan", "--detailed-exitcode", *paths)
    assert planned.code == 0, planned
    destroyed = shell.run("destroy", "--auto-approve", "--cancel-running", *paths)
    assert destroyed.code == 0, destroyed
