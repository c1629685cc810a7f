"""Large results in parallel: the time of creation is cut into windows, each read for itself.

Times of creation never change, so a window loses no job to another one. A window that holds much
is cut where its first page suggests its middle to be. An index that doesn't heed the conditions
is found out by jobs outside of their window, and read page by page instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from reconciler.azure.at_once import at_once
from reconciler.azure.errors import ServiceFailure
from reconciler.targets.azureml.entities import Page
from reconciler.targets.azureml.index import CREATED, Condition, Index, is_refusal
from reconciler.targets.azureml.index_pages import Tally, read_pages
from reconciler.targets.azureml.sightings import time_of

_IN_FLIGHT = 24
_SMALL = 300
"""What a window may hold to be read page by page."""


class _NotHeededError(Exception):
    """The index gave jobs that lie outside of the window asked for."""


class _Streams:
    """One reading: what the windows gave, and whether each of them was whole."""

    def __init__(self, index: Index, conditions: Sequence[Condition]) -> None:
        self._index = index
        self._conditions = tuple(conditions)
        self._turn = asyncio.Semaphore(_IN_FLIGHT)
        self._now = index.service_time
        self.all = Tally()
        self.every_window_agrees = True

    async def window(self, low: str | None, high: str | None, first: Page | None = None) -> None:
        """Read jobs created from `low` on and before `high`; None is without bound."""
        conditions = [*self._conditions, *_between(low, high)]
        if first is None:
            async with self._turn:
                first = await self._index.page(conditions)
        _check_heeded(first, low, high)
        middle = None if first.token is None else _middle(first, low, high, self._now)
        if middle is None:
            async with self._turn:
                tally = await read_pages(self._index, conditions, first)
            self._keep(tally)
            self.every_window_agrees &= tally.agrees
            return
        tally = Tally()
        tally.take(first)
        self._keep(tally)
        await at_once(self.window(first.last, middle), self.window(middle, high))

    def _keep(self, tally: Tally) -> None:
        self.all.found.update(tally.found)
        self.all.identities |= tally.identities


async def read_streams(index: Index, conditions: Sequence[Condition], first: Page) -> Tally:
    """Everything that meets the conditions; `first` is their first page. Raises ServiceFailure.

    Jobs end while it lasts, and new ones come. The new ones are told apart by time, so that what
    was read of the others must lie between their number before and their number after.
    """
    now = _written(index.service_time)
    before = [*conditions, *_between(None, now)]
    streams = _Streams(index, conditions)
    try:
        at_first = await index.total(before)
        await streams.window(None, None, first)
        at_last = await index.total(before)
    except _NotHeededError:
        index.dialect.times = False
    except ServiceFailure as failure:
        if not is_refusal(failure):
            raise
        index.dialect.times = False
    if not index.dialect.times:
        return await read_pages(index, conditions, first)
    tally = streams.all
    if at_first is None or at_last is None:
        return tally
    edge = time_of(now)
    assert edge is not None
    new = sum(seen.worker.created >= edge for seen in tally.found.values())
    tally.lowest, tally.highest = min(at_first, at_last) + new, max(at_first, at_last) + new
    if not streams.every_window_agrees:
        tally.lowest = len(tally.identities) + 1
        tally.highest = max(tally.highest, tally.lowest)
    return tally


def _check_heeded(page: Page, low: str | None, high: str | None) -> None:
    lowest, highest = time_of(low), time_of(high)
    for found in (time_of(page.first), time_of(page.last)):
        if found and ((lowest and found < lowest) or (highest and found >= highest)):
            raise _NotHeededError


def before_and_after(edge: datetime) -> tuple[Condition, Condition]:
    """The conditions that a job was created at `edge` or later, and that it was before."""
    (since,) = _between(_written(edge), None)
    (until,) = _between(None, _written(edge))
    return since, until


def _between(low: str | None, high: str | None) -> list[Condition]:
    found = []
    if low is not None:
        found.append(Condition(CREATED, "ge", (low,)))
    if high is not None:
        found.append(Condition(CREATED, "lt", (high,)))
    return found


def _middle(page: Page, low: str | None, high: str | None, now: datetime) -> str | None:
    """Where to cut what follows a window's first page; None where it is read page by page."""
    begin, last = time_of(page.first), time_of(page.last)
    if begin is None or last is None or page.total is None or page.total <= _SMALL:
        return None
    end = time_of(high) or max(now, last) + timedelta(seconds=1)
    if page.last == low or last >= end:
        return None  # a whole page of one moment: no cut would get further
    per_job = (last - begin) / max(1, len(page.identities) - 1)
    guess = last + per_job * (page.total - len(page.identities)) / 2
    middle = min(guess, last + (end - last) / 2)
    if middle <= last:
        middle = last + (end - last) / 2
    return _written(middle) if last < middle < end else None


def _written(moment: datetime) -> str:
    """A time as the index writes it."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:26]}0+00:00"
