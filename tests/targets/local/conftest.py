"""Each test has a state folder of its own, and leaves no process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .world import World, kill_all


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of all local state; whatever runs for it is killed at the end."""
    folder = tmp_path / "state"
    monkeypatch.setenv("RECONCILER_STATE_DIR", str(folder))
    monkeypatch.setenv("RECONCILER_LOCAL_GRACE", "0.5")
    yield folder
    kill_all(folder)


@pytest.fixture
def world(root: Path, tmp_path: Path) -> World:
    work = tmp_path / "work"
    work.mkdir()
    return World(root=root, work=work)
