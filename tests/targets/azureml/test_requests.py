"""What a look costs: requests, counted by the stand-in, and modules."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reconciler.targets.azureml.engine import AzureMLEngine
from reconciler.targets.protocol import Seen
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import (
    PROJECT,
    look,
    reading,
    region,
    target,
    with_engine,
)


def test_the_second_look_asks_each_workspace_twice_and_nothing_else(azure: StandIn) -> None:
    regions = []
    for number in range(5):
        azure.admin.add_workspace(f"w{number}", f"l{number}", {"cpu": 100})
        azure.admin.seed(f"w{number}", "exp", 100)
        azure.admin.seed(f"w{number}", "exp", 300, "Completed", prefix="ended")
        azure.admin.seed(f"w{number}", "other", 100, "Completed", prefix="others")
        regions += [region(f"w{number}"), region(f"w{number}", "other")]
    targets = [target(f"w{number}") for number in range(5)]

    async def work(engine: AzureMLEngine) -> dict[str, int]:
        await engine.observe(PROJECT, regions, targets)
        before = azure.admin.position()
        await engine.observe(PROJECT, regions, targets)
        return azure.admin.counts(before)

    assert with_engine(work) == {"index.query": 10}


def test_a_new_command_asks_for_hosts_once_a_day(science: StandIn) -> None:
    science.admin.seed("science", "exp", 5)
    look([region()])
    assert science.admin.counts() == {
        "metadata": 1,
        "token": 2,
        "workspace.get": 1,
        "discovery": 1,
        "index.query": 2,
    }
    before = science.admin.position()
    look([region()])
    assert science.admin.counts(before) == {"metadata": 1, "token": 1, "index.query": 2}


def test_all_workspaces_are_asked_at_once(azure: StandIn) -> None:
    regions = []
    for number in range(12):
        azure.admin.add_workspace(f"w{number}", f"l{number}", {"cpu": 100})
        regions.append(region(f"w{number}"))
    azure.admin.set_latency(0.3)
    look(regions)
    assert azure.admin.peak()["index.query"] >= 20
    assert azure.admin.peak()["token"] <= 2


def test_no_more_than_sixty_four_readings_are_in_flight_at_one_host(azure: StandIn) -> None:
    regions = []
    for number in range(80):
        azure.admin.add_workspace(f"w{number}", "eastus", {"cpu": 100})
        regions.append(region(f"w{number}"))
    azure.admin.set_latency(0.2)
    seen = look(regions)
    assert [reading(seen, each).workers for each in regions] == [()] * 80
    assert azure.admin.peak()["workspace.get"] <= 64
    assert azure.admin.peak()["index.query"] <= 64


def test_a_workspace_without_regions_is_only_searched_for_strays(science: StandIn) -> None:
    before = science.admin.position()
    look([], [target()])
    assert science.admin.counts(before)["index.query"] == 1


@pytest.mark.parametrize(("live", "most"), [(100, 1), (101, 2), (1000, 10)])
def test_a_listing_takes_no_more_requests_than_it_has_pages(
    science: StandIn, live: int, most: int
) -> None:
    science.admin.seed("science", "exp", live)

    async def work(engine: AzureMLEngine) -> Seen:
        return await engine.observe(PROJECT, [region()], [])

    with_engine(work)
    assert science.admin.counts()["index.query"] == most + 1


def test_azure_ai_ml_is_not_imported(science: StandIn) -> None:
    program = """
import asyncio, sys
from reconciler.targets.azureml.engine import AzureMLEngine
from tests.targets.azureml.looking import PROJECT, reading, region, target

async def main():
    engine = AzureMLEngine()
    seen = await engine.observe(PROJECT, [region()], [target()])
    await engine.look_closer([region()])
    await engine.history(region())
    await engine.close()
    print(len(reading(seen, region()).workers))

asyncio.run(main())
heavy = [name for name in sys.modules if name.startswith(("azure.ai", "msrest", "requests"))]
print(*[name for name in heavy if name.startswith("azure.ai")])
"""
    science.admin.seed("science", "exp", 7)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["7"]


def test_nothing_of_azure_is_imported_before_an_engine_is_made() -> None:
    program = """
import sys
import reconciler.targets.azureml, reconciler.targets.registry
print(*[name for name in sys.modules if name.split(".")[0] in ("azure", "aiohttp", "msgspec")])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []
