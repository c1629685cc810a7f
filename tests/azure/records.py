"""The record of every request: what was asked, what was answered, what was in flight."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from .routing import Call


@dataclass(slots=True)
class Record:
    """One request. `status` is None while it is open, and where no answer was sent."""

    sequence: int
    kind: str
    method: str
    path: str
    query: dict[str, str]
    workspace: str
    name: str
    began: float
    """Seconds since the stand-in was started."""
    status: int | None = None
    seconds: float | None = None
    fault: str | None = None
    """The fault that it met: delay alone is not recorded."""
    worked: bool = False
    """The service did what was asked, whether or not the answer arrived."""


class Records:
    """All requests in order of their arrival; the control endpoints' own are left out."""

    def __init__(self) -> None:
        self.all: list[Record] = []
        self.in_flight: Counter[str] = Counter()
        self.peak: Counter[str] = Counter()
        self._start = time.monotonic()
        self._attempts: Counter[tuple[str, str, str]] = Counter()

    def open(self, call: Call) -> tuple[Record, int]:
        """Writes a request down; also gives how often this very thing was asked before."""
        record = Record(
            sequence=len(self.all),
            kind=call.kind,
            method=call.method,
            path=call.path,
            query=call.query,
            workspace=call.workspace,
            name=call.name,
            began=time.monotonic() - self._start,
        )
        self.all.append(record)
        subject = (call.kind, call.workspace, call.name)
        attempt = self._attempts[subject]
        self._attempts[subject] += 1
        now = self.in_flight[call.kind] = self.in_flight[call.kind] + 1
        if now > self.peak[call.kind]:
            self.peak[call.kind] = now
        return record, attempt

    def close(self, record: Record, status: int | None) -> None:
        """Writes down how a request ended; None for a connection that was dropped."""
        record.status = status
        record.seconds = time.monotonic() - self._start - record.began
        self.in_flight[record.kind] -= 1

    def select(self, kind: str = "*", since: int = 0, workspace: str = "*") -> list[Record]:
        """Requests from number `since` on whose kind and workspace match the patterns."""
        return [
            record
            for record in self.all[since:]
            if fnmatchcase(record.kind, kind) and fnmatchcase(record.workspace, workspace)
        ]

    def counts(self, since: int = 0) -> dict[str, int]:
        """Number of requests by kind, from number `since` on."""
        return dict(Counter(record.kind for record in self.all[since:]))


def as_json(record: Record) -> dict[str, Any]:
    """A record as a plain dictionary."""
    return asdict(record)
