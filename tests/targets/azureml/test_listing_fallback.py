"""Resource Manager's documented list, where the index can't be read."""

from __future__ import annotations

import pytest

from reconciler.targets.azureml.arm_listing import Budget
from reconciler.targets.azureml.engine import AzureMLEngine
from reconciler.targets.protocol import Seen
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import (
    PROJECT,
    TAGS,
    look,
    reading,
    reason,
    region,
    statuses,
    target,
    truth,
    with_engine,
)


def test_it_is_chosen_with_a_warning_that_names_the_cause(science: StandIn) -> None:
    science.admin.fail(["index.*"])
    science.admin.seed("science", "exp", 3)
    seen = look([region()])
    assert len(reading(seen, region()).workers) == 3
    (warning,) = seen.warnings
    assert warning.startswith("workspace science was read from Resource Manager's list of jobs")
    assert "503 ServiceUnavailable (request " in warning


def test_it_counts_as_the_index_does(science: StandIn) -> None:
    science.admin.fail(["index.*"])
    science.admin.seed("science", "Exp", 120, tags=TAGS)
    science.admin.seed("science", "exp", 2, "CancelRequested", prefix="ending")
    science.admin.seed("science", "exp", 2, "Hibernating", prefix="odd", archived=True)
    science.admin.seed("science", "exp", 1, prefix="sweep", properties={"jobType": "Sweep"})
    child = {"parentJobName": "sweep-000001"}
    science.admin.seed("science", "exp", 5, prefix="child", properties=child)
    science.admin.seed("science", "gone", 1, prefix="stray", tags=TAGS)
    seen = look([region()], [target()])
    assert statuses(seen, region()) == truth(science, "science", "exp")
    assert [stray.worker.id for stray in seen.strays] == ["stray-000001"]
    worker = reading(seen, region()).workers[0]
    assert (worker.digest, worker.compute) == (TAGS["reconciler.digest"], target().compute)


def test_a_listing_that_is_cut_short_by_pages_is_unreadable(science: StandIn) -> None:
    science.admin.fail(["index.*"])
    science.admin.behave(arm_page_size=10)
    science.admin.seed("science", "exp", 51)
    said = reason(look([region()], budget=Budget(pages=5)), region())
    assert "has no end within 5 pages" in said
    assert "nor can the index (503 ServiceUnavailable)" in said
    assert science.admin.counts()["job.list"] == 5
    assert len(reading(look([region()], budget=Budget(pages=6)), region()).workers) == 51


def test_a_listing_that_takes_too_long_is_unreadable(science: StandIn) -> None:
    science.admin.fail(["index.*"])
    science.admin.behave(arm_page_size=10)
    science.admin.set_latency(0.1, kinds=["job.list"])
    science.admin.seed("science", "exp", 100)
    said = reason(look([region()], budget=Budget(seconds=0.25)), region())
    assert "and 0.25 s" in said


def test_a_next_page_at_another_host_is_not_fetched(
    science: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    science.admin.fail(["index.*"])
    science.admin.behave(arm_page_size=10)
    science.admin.seed("science", "exp", 11)

    async def work(engine: AzureMLEngine) -> Seen:
        await engine.observe(PROJECT, [region()], [])
        monkeypatch.setattr(science.cloud, "address", "https://elsewhere.example")
        return await engine.observe(PROJECT, [region()], [])

    said = reason(with_engine(work), region())
    assert "a next page at another host: https://elsewhere.example" in said


def test_where_both_fail_both_are_named(science: StandIn) -> None:
    science.admin.fail(["index.*"])
    science.admin.fail(["job.list"], status=500, code="InternalServerError", message="Sorry.")
    said = reason(look([region()]), region())
    assert "500 InternalServerError (request " in said
    assert "nor can the index (503 ServiceUnavailable)" in said
