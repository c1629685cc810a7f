"""What a hire needs besides: capacities, and numbers that go back far enough."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reconciler.model.observation import Capacity, Readable, Unreadable
from reconciler.model.workforce import Region
from reconciler.targets.azureml.engine import AzureMLEngine
from reconciler.targets.azureml.merging import Listing
from reconciler.targets.protocol import Seen
from reconciler.values.names import worker_prefix
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import PROJECT, region, with_engine, workspace_id

CLUSTER = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices"
    "/virtualClusters/big"
)


def closer(regions: Sequence[Region]) -> tuple[Seen, dict[str, Listing]]:
    """A look, then a closer one; and the numbers that it left, by experiment."""

    async def work(engine: AzureMLEngine) -> tuple[Seen, dict[str, Listing]]:
        await engine.observe(PROJECT, regions, [])
        seen = await engine.look_closer(regions)
        return seen, {key.experiment: found for key, found in engine.listings.items()}

    return with_engine(work)


def prefix(experiment: str) -> str:
    return worker_prefix(workspace_id("science"), experiment).rstrip("-")


def test_each_compute_is_asked_once_whatever_uses_it(science: StandIn) -> None:
    science.admin.add_compute("science", "gpu", maximum=7)
    regions = [region(), region(experiment="b"), region(experiment="c", compute="gpu")]
    seen, _ = closer(regions)
    assert seen.computes == {
        regions[0].target.compute: Capacity(1000, "nodes"),
        regions[2].target.compute: Capacity(7, "nodes"),
    }
    assert science.admin.counts()["compute.get"] == 2


def test_computes_without_figures_have_no_limit(science: StandIn) -> None:
    science.admin.add_compute("science", "kube", kind="Kubernetes")
    regions = [region(compute="kube"), region(experiment="b", compute=CLUSTER)]
    seen, _ = closer(regions)
    assert set(seen.computes.values()) == {Capacity(None, "nodes")}
    assert science.admin.counts()["compute.get"] == 1


def test_a_compute_that_is_not_there_is_unreadable_and_says_why(science: StandIn) -> None:
    seen, _ = closer([region(compute="none")])
    (found,) = seen.computes.values()
    assert isinstance(found, Unreadable)
    assert found.because.startswith("compute none: 404 NotFound (request ")
    assert "check subscription, resource group, workspace and compute" in found.because


def test_a_capacity_counts_nodes_in_use_as_well(science: StandIn) -> None:
    science.admin.seed("science", "exp", 40)
    science.admin.seed("science", "exp", 20, "Queued", prefix="queued")
    seen, _ = closer([region()])
    assert seen.computes[region().target.compute] == Capacity(1000, "nodes")


def test_capacities_are_kept_for_minutes_and_failures_are_not(
    science: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    science.admin.fail(["compute.get"], times=4)

    async def work(engine: AzureMLEngine) -> list[object]:
        await engine.observe(PROJECT, [region()], [])
        found: list[object] = [(await engine.look_closer([region()])).computes]
        for _ in range(3):
            found.append((await engine.look_closer([region()])).computes)
        return [next(iter(one.values())) for one in found if isinstance(one, dict)]

    first, *others = with_engine(work)
    assert isinstance(first, Unreadable)
    assert others == [Capacity(1000, "nodes")] * 3
    assert science.admin.counts()["compute.get"] == 5


def test_numbers_are_read_further_back_where_others_hide_them(science: StandIn) -> None:
    """Two experiments share a workspace; the newest page holds jobs of the busy one alone."""
    science.admin.seed("science", "quiet", 300, "Completed", prefix=prefix("quiet"), age=90_000)
    science.admin.seed("science", "busy", 150, "Completed", prefix=prefix("busy"), age=9_000)
    quiet = region(experiment="quiet")

    async def work(engine: AzureMLEngine) -> tuple[Seen, Seen, Listing]:
        seen = await engine.observe(PROJECT, [quiet, region(experiment="busy")], [])
        before = science.admin.position()
        again = await engine.look_closer([quiet, region(experiment="busy")])
        assert science.admin.counts(before)["index.query"] == 1
        return seen, again, engine.listings[quiet.key]

    seen, again, listing = with_engine(work)
    first, second = seen.regions[quiet.key], again.regions[quiet.key]
    assert isinstance(first, Readable)
    assert isinstance(second, Readable)
    assert (first.next_number, second.next_number) == (1, 301)
    assert listing.is_deep
    assert (listing.highest_settled, listing.highest_closed) == (300, 300)
    assert list(again.regions) == [quiet.key]


def test_where_nothing_is_hidden_nothing_more_is_read(science: StandIn) -> None:
    science.admin.seed("science", "exp", 300, "Completed", prefix=prefix("exp"), age=90_000)
    seen, listings = closer([region()])
    assert seen.regions == {}
    assert listings["exp"].first_free == 301


def test_a_further_look_that_fails_makes_the_region_unreadable(science: StandIn) -> None:
    science.admin.seed("science", "exp", 90, "Completed", age=90_000)
    science.admin.seed("science", "exp", 20, "Completed", prefix="new", age=60)

    async def work(engine: AzureMLEngine) -> Seen:
        await engine.observe(PROJECT, [region()], [])
        science.admin.fail(["index.*"])
        return await engine.look_closer([region()])

    found = with_engine(work).regions[region().key]
    assert isinstance(found, Unreadable)
    assert "503" in found.because


def test_workers_that_began_meanwhile_are_counted(science: StandIn) -> None:
    science.admin.seed("science", "exp", 90, "Completed", age=90_000)
    science.admin.seed("science", "exp", 20, "Completed", prefix="new", age=60)

    async def work(engine: AzureMLEngine) -> Seen:
        await engine.observe(PROJECT, [region()], [])
        science.admin.seed("science", "exp", 2, prefix="just", age=0.0)
        return await engine.look_closer([region()])

    found = with_engine(work).regions[region().key]
    assert isinstance(found, Readable)
    assert len(found.workers) == 2


def test_the_service_clock_decides_what_is_old(science: StandIn) -> None:
    """A machine whose clock is wrong would take numbers for settled that are not."""
    science.admin.seed("science", "exp", 3, "Completed", prefix=prefix("exp"), age=1800)
    science.admin.skew_clock(7200)
    _, listings = closer([region()])
    assert listings["exp"].highest_settled == 3
