"""Where the system gives no more processes, a worker says so or waits; nothing crashes."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.targets.local import keeper, starter


@pytest.fixture(autouse=True)
def no_more_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", fork)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    os.close(writer)


def test_a_keeper_reports_why_it_could_not_start_the_command(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    command = keeper.Command(("/bin/true",), "/", {}, log=-1, slot=-1)
    assert keeper.start(command, writer) is None
    assert os.read(reader, 1000).startswith(b"not-started [Errno 11]")


def test_a_starter_answers_why_there_is_no_supervisor() -> None:
    before = open_files()
    answer = starter._start_supervisor({}, {})
    assert answer.startswith("failed no process can be started: Resource temporarily")
    assert open_files() == before


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
