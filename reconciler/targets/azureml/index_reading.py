"""Whole results of index queries, however large, and the newest jobs of any status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.azure.at_once import at_once
from reconciler.azure.errors import ServiceFailure, Trouble, malformed
from reconciler.targets.azureml.entities import Page
from reconciler.targets.azureml.index import LARGEST_PAGE, Condition, Index, is_refusal
from reconciler.targets.azureml.index_pages import Tally, read_pages
from reconciler.targets.azureml.index_streams import before_and_after, read_streams
from reconciler.targets.azureml.merging import all_of, gather
from reconciler.targets.azureml.sightings import Sighting, time_of

STREAMS_FROM = 1_000
"""Results larger than this are read in parallel, by time of creation."""


async def read_all(
    index: Index, conditions: Sequence[Condition], first: Page | None = None
) -> dict[str, Sighting]:
    """Everything that meets the conditions, by name in lower case.

    Raises ServiceFailure, also where the number of names and the number of entities that the
    index gives disagree in two readings.
    """
    for attempt in range(2):
        page = first if first is not None and attempt == 0 else await index.page(conditions)
        if page.total is not None and page.total > STREAMS_FROM and index.dialect.times:
            tally = await read_streams(index, conditions, page)
        else:
            tally = await read_pages(index, conditions, page)
        if tally.agrees:
            return tally.found
    raise ServiceFailure(
        Trouble.COUNT,
        f"the index gave {len(tally.identities)} jobs and says there are {tally.highest}, twice",
        "try again in some minutes; jobs can't be counted while it is so",
    )


@dataclass(frozen=True, slots=True)
class Recent:
    """Jobs of any status, the newest first, by name in lower case.

    `at` is the service's clock when the listing was begun; `is_whole` says that there are no
    older ones at all.
    """

    found: dict[str, Sighting]
    at: datetime
    is_whole: bool


async def read_recent(
    index: Index, conditions: Sequence[Condition], back_to: timedelta, *, older: int = 1
) -> Recent:
    """The newest jobs: all those of the last `back_to`, and then `older` more at least.

    Raises ServiceFailure, also where they don't come newest first: what was read would say
    nothing about what was not.
    """
    first = await index.page(conditions, descending=True)
    at = index.service_time
    _check_order(first)
    edge = at - back_to
    if _reaches(first, edge, older):
        return Recent(_by_name(first), at, is_whole=_is_last(first))
    if index.dialect.times and older <= LARGEST_PAGE:
        found = await _by_time(index, conditions, edge)
        if found is not None:
            return Recent(all_of(_by_name(first), found), at, is_whole=False)
    return await _backwards(index, conditions, first, at, edge, older)


async def _by_time(
    index: Index, conditions: Sequence[Condition], edge: datetime
) -> dict[str, Sighting] | None:
    """What was created since `edge`, in parallel where it is much, and a page of what is older.

    None where the index doesn't heed times.
    """
    since, until = before_and_after(edge)
    try:
        young, old = await at_once(
            read_all(index, [*conditions, since]),
            index.page([*conditions, until], descending=True),
        )
    except ServiceFailure as failure:
        if not is_refusal(failure):
            raise
        index.dialect.times = False
        return None
    _check_order(old)
    found = _by_name(old)
    newest_old = time_of(old.first)
    if any(one.worker.created < edge for one in young.values()) or (
        newest_old is not None and newest_old >= edge
    ):
        index.dialect.times = False
        return None
    return all_of(young, found)


async def _backwards(
    index: Index,
    conditions: Sequence[Condition],
    page: Page,
    at: datetime,
    edge: datetime,
    older: int,
) -> Recent:
    tally = Tally()
    tally.take(page)
    tokens: set[str] = set()
    while page.token is not None and not tally.has_all:
        beyond = sum(one.worker.created < edge for one in tally.found.values())
        if beyond >= older:
            return Recent(tally.found, at, is_whole=False)
        if page.token in tokens:
            raise malformed("the index", "the same continuation token again")
        tokens.add(page.token)
        page = await index.page(conditions, token=page.token, descending=True)
        _check_order(page)
        tally.take(page)
    return Recent(tally.found, at, is_whole=True)


def _reaches(page: Page, edge: datetime, older: int) -> bool:
    beyond = sum(one.worker.created < edge for one in page.sightings)
    return _is_last(page) or beyond >= older


def _is_last(page: Page) -> bool:
    return page.token is None or (page.total is not None and len(page.identities) >= page.total)


def _by_name(page: Page) -> dict[str, Sighting]:
    found: dict[str, Sighting] = {}
    gather(page.sightings, found)
    return found


def _check_order(page: Page) -> None:
    first, last = time_of(page.first), time_of(page.last)
    if first is not None and last is not None and first < last:
        raise malformed("the index", "jobs in another order than asked for")
