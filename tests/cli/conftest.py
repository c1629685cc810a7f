"""A user's folder for each test, in which nothing is left running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell, end_everything


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A user's empty folder; whatever still runs at the end of a test is ended."""
    folder = tmp_path / "project"
    folder.mkdir()
    one = Shell(folder, tmp_path / "state")
    yield one
    end_everything(one.state)
