"""A stand-in of AzureML to observe, and a cache folder that no other test sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.azure.standin import StandIn


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StandIn]:
    """An empty stand-in that this process is led to by environment variables alone.

    The pauses between tries are shortened; that there are tries, and how many, stays.
    """
    monkeypatch.setattr("reconciler.azure.pipeline.BACKOFF_SECONDS", 0.005)
    with StandIn() as standin:
        for name, value in standin.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        yield standin


@pytest.fixture
def science(azure: StandIn) -> StandIn:
    """The stand-in with one workspace, `science`, and a compute, `cpu`, of a thousand nodes."""
    azure.admin.add_workspace("science", "eastus", {"cpu": 1000})
    return azure
