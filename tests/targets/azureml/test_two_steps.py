"""Observing in two steps: what only a hire needs is asked for where something is to be hired."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from reconciler.model.observation import Capacity, Observation
from reconciler.model.scale import Auto
from reconciler.model.workforce import Region, Specs, Target, Workforce
from reconciler.observing.observe import observe
from reconciler.planning.plan import plan
from reconciler.targets.azureml.engine import AzureMLEngine
from reconciler.targets.engines import Engines
from reconciler.targets.protocol import Seen
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import PROJECT, region


class NoEngine:
    """Stands for the kinds of targets that these specs don't use."""

    async def observe(
        self, project: str, regions: Sequence[Region], targets: Sequence[Target]
    ) -> Seen:
        return Seen({})


class OneEngine:
    """Engines of which there is only AzureML's."""

    def __init__(self, engine: AzureMLEngine) -> None:
        self._engine = engine

    def of(self, kind: str) -> AzureMLEngine | NoEngine:
        return self._engine if kind == "azureml" else NoEngine()


def observed(specs: Specs) -> Observation:
    async def run() -> Observation:
        engine = AzureMLEngine()
        try:
            return await observe(specs, cast(Engines, OneEngine(engine)))
        finally:
            await engine.close()

    return asyncio.run(run())


def wanting(desired: int) -> Specs:
    regions = (region("one"), region("two"))
    workforce = Workforce(name="relax", desired=desired, regions=regions)
    return Specs(PROJECT, (workforce,), tuple(each.target for each in regions))


def two_workspaces(azure: StandIn, live: int = 5) -> None:
    for name in ("one", "two"):
        azure.admin.add_workspace(name, name, {"cpu": 8})
        azure.admin.seed(name, "exp", live)


def test_no_compute_is_read_where_nothing_is_to_be_hired(azure: StandIn) -> None:
    two_workspaces(azure)
    for desired in (10, 3):
        assert observed(wanting(desired)).computes == {}
    assert "compute.get" not in azure.admin.counts()


def test_computes_are_read_where_workers_are_missing(azure: StandIn) -> None:
    two_workspaces(azure)
    seen = observed(wanting(12))
    assert list(seen.computes.values()) == [Capacity(8, "nodes")] * 2
    made = plan(wanting(12), seen, seen.at)
    assert [(each.free, each.share) for each in made.workforces[0].regions] == [(3, 6), (3, 6)]


def test_computes_are_read_where_a_queue_decides(azure: StandIn) -> None:
    two_workspaces(azure)
    specs = wanting(0)
    (workforce,) = specs.workforces
    auto = replace(workforce, auto=Auto("ladder"))
    assert len(observed(replace(specs, workforces=(auto,))).computes) == 2


def test_no_compute_is_read_of_a_region_that_cannot_be_read(azure: StandIn) -> None:
    two_workspaces(azure)
    azure.admin.region_down("two")
    seen = observed(wanting(100))
    assert list(seen.computes) == [region("one").target.compute]


def test_the_fallbacks_warning_reaches_the_plan(azure: StandIn) -> None:
    two_workspaces(azure)
    azure.admin.fail(["index.*"], workspace="two")
    seen = observed(wanting(10))
    (warning,) = plan(wanting(10), seen, seen.at).diagnostics
    assert warning.summary.startswith("workspace two was read from Resource Manager's list")
