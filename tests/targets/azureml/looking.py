"""Regions of a stand-in's workspaces, and one look at them with the real engine."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from reconciler.model.observation import Readable, Unreadable
from reconciler.model.phases import phase_of
from reconciler.model.workforce import DrainDelivery, Region, RegionKey, Target, Task
from reconciler.targets.azureml.arm_listing import DEFAULT_BUDGET, Budget
from reconciler.targets.azureml.engine import AzureMLEngine
from reconciler.targets.protocol import Seen
from reconciler.values.immutable import FrozenMap
from tests.azure.standin import StandIn
from tests.azure.world import RESOURCE_GROUP, SUBSCRIPTION

T = TypeVar("T")
PROJECT = "physics"
TAGS = {
    "reconciler.format": "1",
    "reconciler.project": PROJECT,
    "reconciler.workforce": "relax",
    "reconciler.region": "eastus",
    "reconciler.digest": "1:0123456789abcdef",
    "reconciler.layoffs": "graceful",
}


def workspace_id(name: str) -> str:
    return (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}"
        f"/providers/Microsoft.MachineLearningServices/workspaces/{name}"
    )


def target(workspace: str = "science", compute: str = "cpu", name: str | None = None) -> Target:
    """A target as the specs' resolution makes it."""
    whole = compute if compute.startswith("/") else f"{workspace_id(workspace)}/computes/{compute}"
    return Target(
        name=name or workspace,
        kind="azureml",
        workspace=workspace_id(workspace).lower(),
        compute=whole.lower(),
        drain_delivery=DrainDelivery.NONE,
        settings=FrozenMap(
            {
                "subscription_id": SUBSCRIPTION,
                "resource_group": RESOURCE_GROUP,
                "workspace": workspace,
                "compute": compute,
            }
        ),
    )


def region(workspace: str = "science", experiment: str = "exp", compute: str = "cpu") -> Region:
    return Region(
        name=workspace,
        target=target(workspace, compute),
        experiment=experiment,
        task=Task(command="sleep 3"),
        digest=TAGS["reconciler.digest"],
    )


def with_engine(
    work: Callable[[AzureMLEngine], Awaitable[T]], budget: Budget = DEFAULT_BUDGET
) -> T:
    """Run `work` with a fresh engine, and close it."""

    async def run() -> T:
        engine = AzureMLEngine(budget)
        try:
            return await work(engine)
        finally:
            await engine.close()

    return asyncio.run(run())


def look(
    regions: Sequence[Region], targets: Sequence[Target] = (), budget: Budget = DEFAULT_BUDGET
) -> Seen:
    """What a command that has just started sees."""
    return with_engine(lambda engine: engine.observe(PROJECT, regions, targets), budget)


def reading(seen: Seen, of: Region) -> Readable:
    """The region's reading, which must be there."""
    found = seen.regions[of.key]
    assert isinstance(found, Readable), found
    return found


def reason(seen: Seen, of: Region | RegionKey) -> str:
    """Why the region could not be read, which must be so: one line."""
    found = seen.regions[of.key if isinstance(of, Region) else of]
    assert isinstance(found, Unreadable), found
    assert "\n" not in found.because
    return found.because


def statuses(seen: Seen, of: Region) -> Counter[str]:
    return Counter(worker.status for worker in reading(seen, of).workers)


def truth(azure: StandIn, workspace: str, experiment: str) -> Counter[str]:
    """Statuses of the root command jobs that have not ended, as the stand-in knows them."""
    return Counter(
        job["status"]
        for job in azure.admin.jobs(workspace)
        if job["experiment"].casefold() == experiment.casefold()
        and job["kind"] == "Command"
        and not job["parent"]
        and phase_of(job["status"]).occupies_capacity
    )
