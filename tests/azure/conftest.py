"""Stand-ins as fixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .standin import StandIn, StandInProcess


@pytest.fixture
def azure() -> Iterator[StandIn]:
    """A fresh, empty stand-in in this process."""
    with StandIn() as standin:
        yield standin


@pytest.fixture
def azure_process() -> Iterator[StandInProcess]:
    """A fresh, empty stand-in in a process of its own."""
    with StandInProcess() as standin:
        yield standin
