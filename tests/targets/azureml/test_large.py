"""Experiments and workspaces with more live jobs than a page or ten hold."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.targets.azureml.engine import AzureMLEngine
from tests.azure.standin import StandIn, StandInProcess
from tests.targets.azureml.looking import (
    PROJECT,
    TAGS,
    look,
    reading,
    reason,
    region,
    target,
    with_engine,
)


@pytest.mark.parametrize("spacing", [0.0, 0.0001, 0.01, 3.0])
def test_thousands_in_one_experiment_are_counted_exactly(science: StandIn, spacing: float) -> None:
    science.admin.seed("science", "exp", 3000, spacing=spacing, age=9100)
    assert len(reading(look([region()]), region()).workers) == 3000


def test_bursts_far_apart_are_counted_exactly(science: StandIn) -> None:
    for number, age in enumerate((2_600_000, 900_000, 9_000, 4_000, 50)):
        science.admin.seed("science", "exp", 450, prefix=f"burst{number}", age=age)
    assert len(reading(look([region()]), region()).workers) == 2250


def test_thousands_hired_in_the_last_hour_are_counted_exactly(science: StandIn) -> None:
    science.admin.seed("science", "exp", 200, "Completed", prefix="old", age=9_000)
    science.admin.seed("science", "exp", 2500, spacing=1.0, age=3000)
    science.admin.set_latency(0.02)
    assert len(reading(look([region()]), region()).workers) == 2500
    assert science.admin.peak()["index.query"] > 4


@pytest.mark.parametrize("spacing", [0.0, 0.01])
def test_an_index_that_refuses_times_is_read_page_by_page(science: StandIn, spacing: float) -> None:
    science.admin.behave(refused_fields=["properties/creationContext/createdTime"])
    science.admin.seed("science", "exp", 1500, spacing=spacing, age=60)
    assert len(reading(look([region()]), region()).workers) == 1500


def test_more_than_can_be_paged_is_read_in_windows(science: StandIn) -> None:
    science.admin.behave(paging_limit=1000)
    science.admin.seed("science", "exp", 4000, spacing=0.01)
    assert len(reading(look([region()]), region()).workers) == 4000


def test_more_than_can_be_paged_is_unreadable_where_there_are_no_windows(science: StandIn) -> None:
    science.admin.behave(
        paging_limit=1000, refused_fields=["properties/creationContext/createdTime"]
    )
    science.admin.seed("science", "exp", 1600)
    said = reason(look([region()]), region())
    assert "the index gave 1000 jobs and says there are 1600, twice" in said


def test_jobs_that_end_and_begin_meanwhile_do_not_make_a_large_region_unreadable(
    science: StandIn,
) -> None:
    names = science.admin.seed("science", "exp", 2500, spacing=0.01)
    science.admin.set_latency(0.05)

    async def work(engine: AzureMLEngine) -> int:
        async def churn() -> None:
            for number in range(100):
                await asyncio.to_thread(
                    science.admin.set_status, "science", [names[number * 25]], "Completed"
                )
                await asyncio.to_thread(
                    science.admin.seed, "science", "exp", 1, prefix=f"new{number}", age=0.0
                )

        churning = asyncio.create_task(churn())
        seen = await engine.observe(PROJECT, [region()], [])
        churning.cancel()
        return len(reading(seen, region()).workers)

    assert 2400 <= with_engine(work) <= 2600


def test_others_in_a_crowded_workspace_are_not_read(science: StandIn) -> None:
    science.admin.seed("science", "others", 3000)
    science.admin.seed("science", "exp", 20, prefix="ours")
    science.admin.seed("science", "gone", 2, prefix="stray", tags=TAGS)

    async def work(engine: AzureMLEngine) -> tuple[int, list[str], dict[str, int]]:
        await engine.observe(PROJECT, [region()], [target()])
        before = science.admin.position()
        seen = await engine.observe(PROJECT, [region()], [target()])
        strays = [stray.worker.id for stray in seen.strays]
        return len(reading(seen, region()).workers), strays, science.admin.counts(before)

    live, strays, counts = with_engine(work)
    assert (live, strays) == (20, ["stray-000001", "stray-000002"])
    assert counts == {"index.query": 3}


MEASURE = """
import asyncio, json, os, time
from reconciler.targets.azureml.engine import AzureMLEngine
from tests.targets.azureml.looking import PROJECT, reading, region

async def main():
    engine = AzureMLEngine()
    await engine.observe(PROJECT, [], [])
    pages = int(open("/proc/self/statm").read().split()[1])
    before = pages * os.sysconf("SC_PAGE_SIZE")
    began = time.process_time()
    seen = await engine.observe(PROJECT, [region()], [])
    spent = time.process_time() - began
    await engine.close()
    # Not getrusage: its peak holds that of the process this one was forked from.
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    peak = int(status["VmHWM"].split()[0]) * 1024
    print(json.dumps([len(reading(seen, region()).workers), spent, peak - before]))

asyncio.run(main())
"""


def test_fifty_thousand_live_workers_are_read_in_seconds_and_little_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with StandInProcess() as azure:
        for name, value in azure.environment().items():
            monkeypatch.setenv(name, value)
        azure.admin.add_workspace(name="science", location="eastus", computes={"cpu": 60_000})
        azure.admin.seed(workspace="science", experiment="exp", count=50_000, tags=TAGS)
        done = subprocess.run(
            [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True, timeout=90
        )
    live, seconds, memory = json.loads(done.stdout)
    assert live == 50_000
    assert memory < 200 * 2**20
    # Several times what it takes on a machine of its own.
    assert seconds < 20
