"""The engine of AzureML targets: the protocol of `reconciler.targets.protocol`, over the network.

Everything that is open is opened at the first use and kept until `close`, so that whoever looks
again and again pays for connections, tokens and hosts once.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.azure.at_once import at_once
from reconciler.azure.clouds import Cloud, choice, from_metadata
from reconciler.azure.errors import ServiceFailure
from reconciler.azure.pipeline import Connections
from reconciler.model.findings import Finding, Verdict
from reconciler.model.observation import Capacity, Experiment, Readable, Unreadable, Worker
from reconciler.model.plan import ActionKind
from reconciler.model.report import Outcome, WorkerOutcome
from reconciler.model.workforce import Region, RegionKey, Target
from reconciler.targets.azureml.arm_listing import DEFAULT_BUDGET, Budget
from reconciler.targets.azureml.capacity import Capacities
from reconciler.targets.azureml.discovery import Discovery
from reconciler.targets.azureml.history import read_history
from reconciler.targets.azureml.host_cache import HostCache, cache_folder
from reconciler.targets.azureml.jobs import Jobs
from reconciler.targets.azureml.merging import Listing, all_of, merge
from reconciler.targets.azureml.observing import (
    Asked,
    by_workspace,
    experiment_of,
    experiments_of,
    readable,
    seen_in,
    together,
)
from reconciler.targets.azureml.places import place_of
from reconciler.targets.azureml.workspace import Listings, WorkspaceReader
from reconciler.targets.protocol import Order, Seen, Tell, WorkerLog
from reconciler.values.errors import UserError
from reconciler.values.names import worker_name

_NOT_YET = "this version reads AzureML and doesn't act on it yet"


@dataclass(frozen=True, slots=True)
class _Open:
    """What is open: connections, and what reads over them."""

    connections: Connections
    cloud: Cloud
    reader: WorkspaceReader
    capacities: Capacities
    jobs: Jobs


class AzureMLEngine:
    """All AzureML targets. `listings` are the numbers of each region at the last look."""

    def __init__(self, budget: Budget = DEFAULT_BUDGET) -> None:
        self._budget = budget
        self._opened: _Open | None = None
        self._opening = asyncio.Lock()
        self._last: dict[str, tuple[Asked, Listings]] = {}
        self.listings: dict[RegionKey, Listing] = {}

    @property
    def credential_used(self) -> str | None:
        """The credential that gave the last token, by its class; None before there was one."""
        return self._opened.connections.credentials.used if self._opened is not None else None

    async def observe(
        self, project: str, regions: Sequence[Region], targets: Sequence[Target]
    ) -> Seen:
        """Read all workspaces at once. Raises UserError where the environment names no cloud.

        Computes are read by `look_closer`, where something is to be hired.
        """
        asked = by_workspace(regions, targets)
        opened = await self._open()
        read = await at_once(*(self._read(opened, one, project) for one in asked))
        self._last.clear()
        self.listings.clear()
        seen = []
        for one, listings in zip(asked, read, strict=True):
            what, numbers = seen_in(one, project, listings)
            if isinstance(listings, Listings):
                self._last[one.place.key] = (one, listings)
            self.listings.update(numbers)
            seen.append(what)
        return together(seen)

    async def look_closer(self, regions: Sequence[Region]) -> Seen:
        """What hiring into `regions` needs besides: capacities, and numbers far enough back."""
        opened = await self._open()
        computes = sorted({one.target.compute for one in regions if one.target.compute})
        capacities, readings = await at_once(
            self._capacities(opened, computes), self._deepen(opened, regions)
        )
        return Seen(regions=readings, computes=capacities)

    async def set_up(self, target: Target) -> None:
        """Nothing: a workspace has no setting that a spec changes."""

    async def inventory(self, project: str, targets: Sequence[Target]) -> Sequence[Experiment]:
        """The project's live workers in the targets' workspaces, by experiment. Raises UserError.

        One job is read for each digest, as the index doesn't know what jobs run.
        """
        opened = await self._open()
        asked = by_workspace((), targets)
        found: list[Experiment] = []
        read = await at_once(*(self._read(opened, one, project) for one in asked))
        for one, listings in zip(asked, read, strict=True):
            if isinstance(listings, ServiceFailure):
                raise UserError(f"workspace {one.place.name}: {listings.cause}", listings.remedy)
            if listings.strays_unread is not None:
                raise UserError(f"workspace {one.place.name}: {listings.strays_unread}")
            found += experiments_of(project, one.targets, one, listings)
        try:
            return await opened.jobs.with_tasks(found)
        except ServiceFailure as failure:
            raise UserError(f"a job can't be read: {failure.cause}", failure.remedy) from failure

    async def experiment_of_job(
        self, project: str, targets: Sequence[Target], name: str
    ) -> Experiment | None:
        """All live workers in the experiment of the job `name`, with the task of that job.

        Raises UserError where a workspace can't be read and no other has the job.
        """
        opened = await self._open()
        asked = by_workspace((), targets)
        found = await at_once(*(self._experiment_of(opened, one, project, name) for one in asked))
        unread = next((one for one in found if isinstance(one, UserError)), None)
        experiment = next((one for one in found if isinstance(one, Experiment)), None)
        if experiment is None and unread is not None:
            raise unread
        return experiment

    async def carry_out(self, order: Order, tell: Tell) -> None:
        """Fail every worker of the order: acting on AzureML is not there yet."""
        action = order.action
        if action.kind is ActionKind.HOLD:
            return
        names = [worker.id for worker in action.workers]
        first = action.first_number or 1
        names += [worker_name(*order.key, first + n) for n in range(action.count - len(names))]
        for name in names:
            tell(WorkerOutcome(action.kind, Outcome.FAILED, name, _NOT_YET))

    async def history(self, region: Region) -> Sequence[Worker]:
        """The newest thousand workers of a region in any status, oldest first. Raises UserError."""
        opened = await self._open()
        place = place_of(region.target)
        try:
            return await read_history(opened.reader, place, region.experiment)
        except ServiceFailure as failure:
            raise UserError(f"workspace {place.name}: {failure.cause}", failure.remedy) from failure

    async def log(self, region: Region, worker: Worker) -> WorkerLog:
        """The job's page in the studio. Raises UserError where the environment names no cloud."""
        cloud = (await self._open()).cloud
        place = place_of(region.target)
        return WorkerLog(worker, link=f"{cloud.studio}/runs/{worker.id}?wsid={place.id}")

    async def checkup(self, targets: Sequence[Target]) -> Sequence[Finding]:
        """Whether the cloud, its workspaces and their computes can be used."""
        # No other command has a use for it.
        from reconciler.targets.azureml.checkup.everything import check_up

        try:
            opened = await self._open()
        except UserError as error:
            names = tuple(sorted({target.name for target in targets}))
            return [
                Finding(
                    "Azure", "cloud", Verdict.FAILED, error.message, error.remedy, targets=names
                )
            ]
        return await check_up(opened.connections, opened.cloud, targets)

    async def log_text(self, region: Region, worker: Worker) -> str | None:
        """What the job's command has written so far. Raises UserError."""
        place = place_of(region.target)
        try:
            return await (await self._open()).jobs.log(place, worker.id)
        except ServiceFailure as failure:
            raise UserError(f"workspace {place.name}: {failure.cause}", failure.remedy) from failure

    async def close(self) -> None:
        """Close all connections."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.connections.close()

    async def _open(self) -> _Open:
        async with self._opening:
            if self._opened is None:
                self._opened = await _open(self._budget)
            return self._opened

    async def _read(self, opened: _Open, asked: Asked, project: str) -> Listings | ServiceFailure:
        try:
            return await opened.reader.read(asked.place, project, asked.experiments)
        except ServiceFailure as failure:
            return failure

    async def _experiment_of(
        self, opened: _Open, asked: Asked, project: str, name: str
    ) -> Experiment | UserError | None:
        try:
            job = await opened.jobs.find(asked.place, name)
            if job is None:
                return None
            listings = await opened.reader.read(asked.place, project, [job.experiment])
        except ServiceFailure as failure:
            return UserError(f"workspace {asked.place.name}: {failure.cause}", failure.remedy)
        return experiment_of(asked, job, listings)

    async def _capacities(
        self, opened: _Open, computes: Sequence[str]
    ) -> dict[str, Capacity | Unreadable]:
        found = await at_once(*(opened.capacities.of(compute) for compute in computes))
        return dict(zip(computes, found, strict=True))

    async def _deepen(
        self, opened: _Open, regions: Sequence[Region]
    ) -> dict[RegionKey, Readable | Unreadable]:
        """Read further back where the last look did not go far enough for a hire."""
        shallow: dict[str, list[Region]] = defaultdict(list)
        for region in regions:
            listing = self.listings.get(region.key)
            if listing is not None and not listing.is_deep:
                shallow[region.key.workspace].append(region)
        found = await at_once(
            *(
                self._deepen_one(opened, region)
                for workspace in sorted(shallow)
                for region in shallow[workspace]
            )
        )
        return dict(found)

    async def _deepen_one(
        self, opened: _Open, region: Region
    ) -> tuple[RegionKey, Readable | Unreadable]:
        key = region.key
        asked, listings = self._last[key.workspace]
        try:
            further = await opened.reader.read_deep(asked.place, region.experiment)
        except ServiceFailure as failure:
            del self.listings[key]
            return key, Unreadable(f"workspace {asked.place.name}: {failure}")
        merged = merge(
            [key.experiment],
            listings.live,
            all_of(listings.recent, further.found),
            listings.at,
            deep=frozenset([key.experiment]),
        )[key.experiment]
        self.listings[key] = merged.listing
        return key, readable(merged, asked.other_computes)


async def _open(budget: Budget) -> _Open:
    """Open what is needed. Raises UserError where the cloud can't be told."""
    chosen = choice(os.environ)
    connections = Connections()
    try:
        cloud = chosen.known
        if cloud is None:
            assert chosen.metadata is not None
            try:
                answer = await connections.read("GET", chosen.metadata, scope=None)
            except ServiceFailure as failure:
                raise UserError(
                    f"the cloud {chosen.name!r} is not known here, and {chosen.metadata} doesn't "
                    f"tell of it: {failure.cause}",
                    failure.remedy,
                ) from failure
            cloud = from_metadata(chosen.name, answer.body)
    except BaseException:
        await connections.close()
        raise
    discovery = Discovery(connections, cloud, HostCache(cache_folder(os.environ), cloud))
    return _Open(
        connections,
        cloud,
        WorkspaceReader(connections, cloud, discovery, budget),
        Capacities(connections, cloud),
        Jobs(connections, cloud, discovery),
    )
