"""Progress of an apply: a bar with counts on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.cli import output
from reconciler.model.plan import ActionKind, Plan
from reconciler.model.report import Outcome, WorkerOutcome

if TYPE_CHECKING:
    from reconciler.applying.apply import Progress
    from reconciler.targets.protocol import Order

_SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def progress_of(plan: Plan) -> Iterator[Progress]:
    """A callback that shows how far the plan is carried out, on standard error."""
    total = sum(plan.count(kind) for kind in ActionKind if kind is not ActionKind.HOLD)
    if not output.is_terminal(sys.stderr):
        yield _Lines(total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.completed}/{task.total}"),
        BarColumn(complete_style="green", finished_style="green"),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("apply", total=total, counts="")
        counts = _Counts()

        def advance(order: Order, outcome: WorkerOutcome) -> None:
            counts.add(outcome)
            bar.update(task, advance=1, counts=str(counts))

        yield advance


class _Counts:
    """`hire 3, cancel 1, failed 1`, as it grows."""

    def __init__(self) -> None:
        self._figures: dict[str, int] = {}

    def add(self, outcome: WorkerOutcome) -> None:
        done = outcome.outcome in (Outcome.DONE, Outcome.ALREADY)
        word = outcome.kind.value if done else outcome.outcome.value
        self._figures[word] = self._figures.get(word, 0) + 1

    def __str__(self) -> str:
        return ", ".join(f"{word} {figure}" for word, figure in self._figures.items())


class _Lines:
    """A line at most every few seconds, for logs."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._told = 0
        self._counts = _Counts()
        self._last = time.monotonic()

    def __call__(self, order: Order, outcome: WorkerOutcome) -> None:
        self._told += 1
        self._counts.add(outcome)
        if time.monotonic() - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            output.say(f"{self._told}/{self._total}: {self._counts}")
