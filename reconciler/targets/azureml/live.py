"""The live listing of a workspace: whose jobs are asked for, by how many queries.

One query over the whole workspace finds the regions' workers in whatever spelling of their
experiments, and the project's workers that no region claims. Where others run so much there that
this would take too many pages, two queries ask for the regions' experiments and for the project's
tag elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.azure.at_once import at_once
from reconciler.azure.errors import ServiceFailure, malformed
from reconciler.targets.azureml.index import (
    ENDED_STATUSES,
    EXPERIMENT,
    LARGEST_PAGE,
    LISTED_STATUSES,
    PROJECT,
    STATUS,
    Condition,
    Index,
    is_refusal,
    none_of,
    one_of,
)
from reconciler.targets.azureml.index_reading import read_all
from reconciler.targets.azureml.merging import all_of
from reconciler.targets.azureml.sightings import Sighting

WHOLE_UP_TO = 10 * LARGEST_PAGE
"""A workspace with no more live jobs than this is read whole."""


@dataclass(frozen=True, slots=True)
class Live:
    """Live jobs by name in lower case. `strays_unread` says why strays could not be looked for."""

    found: dict[str, Sighting]
    strays_unread: str | None = None
    is_crowded: bool = False


async def read_live(
    index: Index, project: str, experiments: Sequence[str], *, crowded: bool = False
) -> Live:
    """Every job of `experiments` that has not ended, and the project's live jobs elsewhere.

    `crowded` says that the workspace was seen to hold too much to be read whole. Raises
    ServiceFailure.
    """
    try:
        return await _read(index, project, experiments, _not_ended(index), crowded)
    except ServiceFailure as failure:
        if not is_refusal(failure) or not index.dialect.negation:
            raise
    index.dialect.negation = False
    return await _read(index, project, experiments, _not_ended(index), crowded)


async def _read(
    index: Index,
    project: str,
    experiments: Sequence[str],
    not_ended: Condition,
    crowded: bool,
) -> Live:
    if not crowded:
        first = await index.page([not_ended])
        if first.total is None or first.total <= WHOLE_UP_TO:
            found = await read_all(index, [not_ended], first)
            await _check_unlisted(index, experiments)
            return Live(found)
    own, (others, unread) = await at_once(
        _claimed(index, experiments, not_ended),
        _elsewhere(index, project, experiments, not_ended),
    )
    return Live(all_of(own, others), unread, is_crowded=True)


async def _claimed(
    index: Index, experiments: Sequence[str], not_ended: Condition
) -> dict[str, Sighting]:
    if not experiments:
        return {}
    found = await read_all(index, [not_ended, one_of(EXPERIMENT, experiments)])
    await _check_unlisted(index, experiments)
    return found


async def _elsewhere(
    index: Index, project: str, experiments: Sequence[str], not_ended: Condition
) -> tuple[dict[str, Sighting], str | None]:
    """Live jobs with the project's tag in other experiments, or why they can't be told."""
    if not index.dialect.tags:
        return {}, "the index can't search for tags, and too many jobs run there to look at all"
    conditions = [not_ended, one_of(PROJECT, [project])]
    if experiments and index.dialect.negation:
        conditions.append(none_of(EXPERIMENT, experiments))
    try:
        found = await read_all(index, conditions)
    except ServiceFailure as failure:
        if is_refusal(failure):
            index.dialect.tags = False
        return {}, str(failure)
    if _is_ignored(project, found.values()):
        index.dialect.tags = False
        return {}, "the index doesn't heed tags, and too many jobs run there to look at all"
    return found, None


def _is_ignored(project: str, found: Iterable[Sighting]) -> bool:
    return any(seen.worker.project != project for seen in found)


def _not_ended(index: Index) -> Condition:
    if index.dialect.negation:
        return none_of(STATUS, ENDED_STATUSES)
    return one_of(STATUS, LISTED_STATUSES)


async def _check_unlisted(index: Index, experiments: Sequence[str]) -> None:
    """See that no job has a status that a positive list leaves out.

    The totals of all, of the ended and of the listed ones must add up; once more where they
    don't, as jobs may have ended between the questions. Raises ServiceFailure.
    """
    if index.dialect.negation or not experiments:
        return
    ours = one_of(EXPERIMENT, experiments)
    missing = 0
    for _ in range(2):
        every, ended, listed = await at_once(
            index.total([ours]),
            index.total([ours, one_of(STATUS, ENDED_STATUSES)]),
            index.total([ours, one_of(STATUS, LISTED_STATUSES)]),
        )
        if every is None or ended is None or listed is None or every == ended + listed:
            return
        missing = every - ended - listed
    raise malformed("the index", f"{missing} jobs whose status it can't be asked for")
