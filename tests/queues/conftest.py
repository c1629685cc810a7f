"""A queue in a folder of its own, and a bench to start processes on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from queue_bench import Bench

from reconciler.queues.local import LocalQueue, local_queue


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(tmp_path)
    monkeypatch.setenv("RECONCILER_STATE_DIR", made.environment["RECONCILER_STATE_DIR"])
    yield made
    made.close()


@pytest.fixture
def queue(bench: Bench) -> LocalQueue:
    """The queue `tasks` of the bench."""
    assert bench.folder.exists()
    return local_queue("tasks")
