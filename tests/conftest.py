"""What `make check` leaves out: tests that start processes or serve a stand-in take longer."""

from __future__ import annotations

from pathlib import Path

import pytest

_SLOW = {"azure", "cli", "doctor", "examples", "queues", "targets"}
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(_HERE).parts[0] in _SLOW:
            item.add_marker(pytest.mark.slow)
