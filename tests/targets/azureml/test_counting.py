"""Which jobs of a workspace are a region's workers, seen through the real services' stand-in."""

from __future__ import annotations

from collections import Counter

import pytest

from reconciler.model.phases import Phase
from reconciler.values.names import worker_prefix
from tests.azure.plain_client import PlainClient
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import (
    TAGS,
    look,
    reading,
    region,
    statuses,
    target,
    truth,
    workspace_id,
)


def test_live_and_ending_workers_are_told_by_status(science: StandIn) -> None:
    for status in ("Running", "Preparing", "Paused", "CancelRequested", "Completed", "Failed"):
        science.admin.seed("science", "exp", 3, status, prefix=status.lower())
    seen = look([region()])
    assert statuses(seen, region()) == truth(science, "science", "exp")
    assert sum(statuses(seen, region()).values()) == 12


def test_regions_of_several_workspaces_and_experiments_are_kept_apart(azure: StandIn) -> None:
    regions = []
    for number, name in enumerate(("one", "two", "three")):
        azure.admin.add_workspace(name, name, {"cpu": 100})
        for experiment in ("relax", "static"):
            azure.admin.seed(name, experiment, 2 + number, prefix=f"{name}-{experiment}")
            regions.append(region(name, experiment))
    seen = look(regions)
    assert [len(reading(seen, each).workers) for each in regions] == [2, 2, 3, 3, 4, 4]


def test_an_archived_worker_still_counts(science: StandIn) -> None:
    science.admin.seed("science", "exp", 2, archived=True)
    assert statuses(look([region()]), region()) == {"Running": 2}


def test_a_renamed_worker_is_known_by_its_run_id(science: StandIn) -> None:
    (name,) = science.admin.seed("science", "exp", 1)
    science.admin.change("science", name, display_name="my favourite")
    (worker,) = reading(look([region()]), region()).workers
    assert worker.id == name


def test_a_status_that_nobody_knows_yet_is_live_and_unknown(science: StandIn) -> None:
    science.admin.seed("science", "exp", 2, "Hibernating")
    (worker, _) = reading(look([region()]), region()).workers
    assert (worker.phase, worker.status) == (Phase.UNKNOWN, "Hibernating")


def test_children_sweeps_and_pipelines_are_no_workers(science: StandIn) -> None:
    science.admin.seed("science", "exp", 1)
    science.admin.seed("science", "exp", 1, prefix="sweep", properties={"jobType": "Sweep"})
    science.admin.seed("science", "exp", 1, prefix="pipe", properties={"jobType": "Pipeline"})
    child = {"parentJobName": "sweep-000001"}
    science.admin.seed("science", "exp", 5, prefix="child", properties=child)
    assert statuses(look([region()]), region()) == {"Running": 1}


def test_untagged_workers_count_and_tags_are_read_where_they_are(science: StandIn) -> None:
    science.admin.seed("science", "exp", 1, prefix="plain", age=100)
    science.admin.seed("science", "exp", 1, prefix="ours", tags=TAGS, age=50)
    plain, ours = reading(look([region()]), region()).workers
    assert (plain.project, plain.digest) == (None, None)
    assert (ours.project, ours.workforce, ours.region) == ("physics", "relax", "eastus")
    assert (ours.digest, ours.layoffs) == ("1:0123456789abcdef", "graceful")


@pytest.mark.parametrize("spelled", ["Exp", "EXP", "exp"])
def test_experiments_that_differ_in_case_alone_are_one_region(
    science: StandIn, spelled: str
) -> None:
    science.admin.seed("science", spelled, 2, age=60)
    science.admin.seed("science", spelled, 1, "Completed", prefix="ended", age=60)
    found = region(experiment="eXP")
    assert statuses(look([found]), found) == {"Running": 2}


def test_other_shapes_of_entities_and_fields_change_no_count(science: StandIn) -> None:
    science.admin.behave(extra_index={"annotations": {"mood": 1}, "depth": [1]})
    science.admin.seed("science", "exp", 3)
    science.admin.add_entities(
        "science",
        [
            {"type": "runs", "annotations": None},
            {"type": "models", "properties": {"runId": "m"}, "annotations": {}},
            {"surprise": True},
        ],
    )
    assert statuses(look([region()]), region()) == {"Running": 3}


def test_workers_have_their_numbers_and_the_next_one_is_free(science: StandIn) -> None:
    prefix = worker_prefix(workspace_id("science"), "exp").rstrip("-")
    science.admin.seed("science", "exp", 4, "Completed", prefix=prefix, age=9000)
    science.admin.seed("science", "exp", 2, prefix=prefix, first=5, age=60)
    science.admin.seed("science", "exp", 1, prefix=prefix, first=9, age=30)
    found = reading(look([region()]), region())
    assert [worker.number for worker in found.workers] == [5, 6, 9]
    assert found.next_number == 7


def test_a_worker_is_on_the_compute_that_the_spec_names(science: StandIn) -> None:
    cluster = "/subscriptions/S/resourceGroups/G/providers/Microsoft.MachineLearningServices"
    cluster += "/virtualClusters/Big"
    science.admin.seed("science", "exp", 1)
    science.admin.seed("science", "vc", 1, compute=cluster)
    ours, theirs = region(), region(experiment="vc", compute=cluster)
    seen = look([ours, theirs])
    assert reading(seen, ours).workers[0].compute == ours.target.compute
    assert reading(seen, theirs).workers[0].compute == theirs.target.compute == cluster.lower()


def test_workers_come_oldest_first(science: StandIn) -> None:
    for age in (10, 30, 20):
        science.admin.seed("science", "exp", 1, prefix=f"age{age}", age=age)
    found = reading(look([region()]), region())
    assert [worker.id[:5] for worker in found.workers] == ["age30", "age20", "age10"]


@pytest.mark.parametrize("live", [0, 1, 99, 100, 101, 200, 250, 1000])
def test_counts_are_exact_at_every_size_of_page(science: StandIn, live: int) -> None:
    science.admin.seed("science", "exp", 30, "Completed", prefix="ended")
    if live:
        science.admin.seed("science", "exp", live)
    assert len(reading(look([region()]), region()).workers) == live


@pytest.mark.parametrize("continues", [True, False])
@pytest.mark.parametrize("total", [("totalCount",), ("totalResultCount",), ()])
def test_the_index_may_count_and_page_either_way(
    science: StandIn, continues: bool, total: tuple[str, ...]
) -> None:
    science.admin.behave(full_page_continues=continues, total_fields=list(total))
    science.admin.seed("science", "exp", 200)
    assert len(reading(look([region()]), region()).workers) == 200


@pytest.mark.parametrize("live", [60, 1300])
def test_an_index_that_knows_only_equality_gives_the_same(science: StandIn, live: int) -> None:
    science.admin.behave(operators=["eq"])
    science.admin.seed("science", "exp", live)
    science.admin.seed("science", "exp", 40, "Completed", prefix="ended")
    science.admin.seed("science", "exp", 3, "CancelRequested", prefix="ending")
    seen = look([region()])
    assert statuses(seen, region()) == {"Running": live, "CancelRequested": 3}


@pytest.mark.parametrize("age", [60, 90_000])
def test_unknown_statuses_are_found_where_the_index_only_knows_equality(
    science: StandIn, age: float
) -> None:
    science.admin.behave(operators=["eq"])
    science.admin.seed("science", "exp", 2, "Hibernating", age=age)
    science.admin.seed("science", "exp", 150, "Completed", prefix="ended", age=60)
    assert statuses(look([region()]), region()) == {"Hibernating": 2}


def test_a_workspace_without_jobs_is_readable_and_empty(science: StandIn) -> None:
    seen = look([region()], [target()])
    found = reading(seen, region())
    assert (found.workers, found.next_number, seen.strays) == ((), 1, ())
    assert seen.unreadable_targets == {}
    assert Counter(seen.warnings) == {}


def test_listings_from_copies_with_different_lags_are_judged_together(science: StandIn) -> None:
    """Two copies of the index answer in turn: one shows the world of an hour ago.

    A job that ended since may be shown as live by one and not at all by the other: it counts. One
    that is new to one of them counts as well.
    """
    science.admin.freeze()
    ended, leaving = science.admin.seed("science", "exp", 2, age=100)
    look([region()])
    science.admin.set_index_lag([0, 3600])
    science.admin.set_status("science", [ended], "Completed")
    science.admin.set_status("science", [leaving], "CancelRequested")
    client = PlainClient(science)
    client.put_job("new")
    for _ in range(4):
        seen = look([region()])
        assert statuses(seen, region())["CancelRequested"] == 1
        running = {w.id for w in reading(seen, region()).workers if w.status == "Running"}
        assert running in ({"new"}, {"new", ended})


def test_a_workspace_may_be_spelled_in_any_case(science: StandIn) -> None:
    science.admin.seed("science", "exp", 2)
    assert statuses(look([region("SCIENCE")]), region("SCIENCE")) == {"Running": 2}
