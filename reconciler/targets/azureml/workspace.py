"""Reading one workspace: the index first, the documented list where the index fails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reconciler.azure.at_once import at_once
from reconciler.azure.clouds import Cloud
from reconciler.azure.errors import ServiceFailure, Trouble, too_slow
from reconciler.azure.pipeline import Connections
from reconciler.targets.azureml.arm_listing import DEFAULT_BUDGET, Budget, list_jobs
from reconciler.targets.azureml.discovery import Discovery
from reconciler.targets.azureml.index import EXPERIMENT, LARGEST_PAGE, Dialect, Index, one_of
from reconciler.targets.azureml.index_reading import Recent, read_recent
from reconciler.targets.azureml.live import Live, read_live
from reconciler.targets.azureml.merging import SETTLED
from reconciler.targets.azureml.places import Place
from reconciler.targets.azureml.sightings import Sighting

LONGEST_SECONDS = 90.0
"""What a workspace may take: the index with its retries, then the list within its budget."""

_NOT_THERE = {Trouble.NAME, Trouble.CONNECTION}


@dataclass(frozen=True, slots=True)
class Listings:
    """What one workspace's two listings gave, by name in lower case.

    `deep` are the folded experiments whose recent listing goes back as far as a hire needs.
    `warning` says that something else than the index was read, `strays_unread` why strays could
    not be looked for.
    """

    live: Mapping[str, Sighting]
    recent: Mapping[str, Sighting]
    at: datetime
    deep: frozenset[str] = frozenset()
    warning: str | None = None
    strays_unread: str | None = None


@dataclass(slots=True)
class Memory:
    """What is worth knowing of a workspace at the next look; forgetting it changes no result."""

    dialect: Dialect = field(default_factory=Dialect)
    is_crowded: bool = False


class WorkspaceReader:
    """Reads workspaces over one set of connections."""

    def __init__(
        self,
        connections: Connections,
        cloud: Cloud,
        discovery: Discovery,
        budget: Budget = DEFAULT_BUDGET,
    ) -> None:
        self._connections = connections
        self._cloud = cloud
        self._discovery = discovery
        self._budget = budget
        self._memory: dict[str, Memory] = {}

    async def read(self, place: Place, project: str, experiments: Sequence[str]) -> Listings:
        """Both listings of a workspace; `experiments` as the specs spell them.

        Raises ServiceFailure where neither the index nor the list can be read.
        """
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                # Hosts and the list come from the same service: where it doesn't tell the one, it
                # would not tell the other.
                found = await self._discovery.find(place)
                try:
                    return await self._from_index(place, project, experiments, found.is_kept)
                except ServiceFailure as failure:
                    if failure.trouble in (Trouble.CREDENTIAL, Trouble.COUNT):
                        raise
                    return await self._from_list(place, experiments, failure)
        except TimeoutError:
            raise too_slow(LONGEST_SECONDS) from None

    async def read_deep(self, place: Place, experiment: str) -> Recent:
        """The recent listing of one experiment, an hour back and a page of older jobs more.

        Raises ServiceFailure.
        """
        index = await self.index(place)
        return await read_recent(
            index,
            [one_of(EXPERIMENT, spellings([experiment]))],
            SETTLED,
            older=LARGEST_PAGE,
        )

    async def index(self, place: Place) -> Index:
        """The index of a workspace, at the host that is known. Raises ServiceFailure."""
        found = await self._discovery.find(place)
        memory = self._memory.setdefault(place.key, Memory())
        return Index(
            self._connections,
            self._cloud.studio_scope,
            found.hosts.api,
            place,
            memory.dialect,
        )

    async def _from_index(
        self, place: Place, project: str, experiments: Sequence[str], is_kept: bool
    ) -> Listings:
        try:
            return await self._ask_index(place, project, experiments)
        except ServiceFailure as failure:
            if not is_kept or not (failure.trouble in _NOT_THERE or failure.status == 404):
                raise
        self._discovery.forget(place)
        return await self._ask_index(place, project, experiments)

    async def _ask_index(self, place: Place, project: str, experiments: Sequence[str]) -> Listings:
        index = await self.index(place)
        memory = self._memory[place.key]
        spelled = spellings(experiments)
        if not spelled:
            live = await read_live(index, project, (), crowded=memory.is_crowded)
            memory.is_crowded = live.is_crowded
            return Listings(live.found, {}, index.service_time, strays_unread=live.strays_unread)
        live, recent = await at_once(
            read_live(index, project, spelled, crowded=memory.is_crowded),
            read_recent(index, [one_of(EXPERIMENT, spelled)], SETTLED),
        )
        memory.is_crowded = live.is_crowded
        others = _other_spellings(live, spelled)
        if others:
            more = await read_recent(index, [one_of(EXPERIMENT, others)], SETTLED)
            recent = Recent(
                {**more.found, **recent.found}, recent.at, recent.is_whole and more.is_whole
            )
        return Listings(
            live.found,
            recent.found,
            recent.at,
            deep=_deep(recent, experiments),
            strays_unread=live.strays_unread,
        )

    async def _from_list(
        self, place: Place, experiments: Sequence[str], why: ServiceFailure
    ) -> Listings:
        began = datetime.now(UTC)
        try:
            jobs = await list_jobs(self._connections, self._cloud, place, self._budget)
        except ServiceFailure as failure:
            if failure.cause == why.cause:
                raise
            raise ServiceFailure(
                failure.trouble,
                f"{failure.message}; nor can the index ({why.brief})",
                failure.remedy,
                status=failure.status,
                code=failure.code,
                request_id=failure.request_id,
            ) from failure
        return Listings(
            jobs,
            jobs,
            began,
            # The list is whole: an experiment that is not in it has no jobs.
            deep=frozenset(experiment.casefold() for experiment in experiments)
            | {seen.experiment for seen in jobs.values()},
            warning=(
                f"workspace {place.name} was read from Resource Manager's list of jobs, which is "
                f"slower, because its index can't be read: {why.cause}"
            ),
        )


def spellings(experiments: Sequence[str]) -> list[str]:
    """Experiments as the specs spell them and folded: the index may tell letters apart."""
    return sorted({*experiments, *(experiment.casefold() for experiment in experiments)})


def _other_spellings(live: Live, spelled: Sequence[str]) -> list[str]:
    """How live jobs of the same experiments spell them, where the specs don't spell them so."""
    folded = {experiment.casefold() for experiment in spelled}
    found = {seen.spelled for seen in live.found.values() if seen.experiment in folded}
    return sorted(found - set(spelled))


def _deep(recent: Recent, experiments: Sequence[str]) -> frozenset[str]:
    """The experiments of which a page of settled jobs was seen, or all jobs that there are."""
    folded = [experiment.casefold() for experiment in experiments]
    if recent.is_whole:
        return frozenset(folded)
    counted = dict.fromkeys(folded, 0)
    for seen in recent.found.values():
        if seen.experiment in counted and recent.at - seen.worker.created > SETTLED:
            counted[seen.experiment] += 1
    return frozenset(name for name, count in counted.items() if count >= LARGEST_PAGE)
