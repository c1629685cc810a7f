"""ai4s-jobq's workforce hires, counts and lays off against the stand-in, unchanged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from .standin import StandIn, lead_this_process

pytest.importorskip("ai4s.jobq.orchestration.workforce")


@pytest.fixture
def credential(azure: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from azure.identity import DefaultAzureCredential

    lead_this_process(azure.environment(public_cloud=True), monkeypatch.setenv)
    with DefaultAzureCredential() as credential:
        yield credential


def test_one_region_hires_counts_and_lays_off(azure: StandIn, credential: Any) -> None:
    from .peer import workforce

    azure.admin.add_workspace("science", "eastus", {"cpu": 3})
    region = workforce(azure.address, credential, "science", "relax")
    before = azure.admin.position()
    region.hire(5, progress=False)
    counts = azure.admin.counts(before)
    assert (counts["job.put"], counts["environment.put"]) == (5, 5)
    state = region.get_current_state()
    assert (state.num_running, state.num_pending) == (3, 2)
    assert region.get_available_to_hire(state) == -2
    region.parallel_lay_off(4, progress=False)
    assert azure.admin.truth()["science"]["relax"] == {"Canceled": 4, "Running": 1}


def test_several_regions_reach_the_wanted_number(azure: StandIn, credential: Any) -> None:
    from .peer import FixedDemand, workforce

    for name in ("one", "two", "three"):
        azure.admin.add_workspace(name, f"{name}-region", {"cpu": 100})
    regions = [
        workforce(azure.address, credential, name, f"relax-{name}")
        for name in ("one", "two", "three")
    ]
    fleet = FixedDemand(9, regions, parallel_region_reads=True)
    assert asyncio.run(fleet.run())
    assert azure.admin.live() == 9
    assert asyncio.run(fleet.run())
    assert azure.admin.live() == 9


def test_an_index_that_lags_makes_it_hire_twice(azure: StandIn, credential: Any) -> None:
    from .peer import FixedDemand, workforce

    azure.admin.set_index_lag(30)
    azure.admin.add_workspace("science", "eastus", {"cpu": 100})
    fleet = FixedDemand(4, [workforce(azure.address, credential, "science", "relax")])
    asyncio.run(fleet.run())
    asyncio.run(fleet.run())
    assert azure.admin.live() == 8
