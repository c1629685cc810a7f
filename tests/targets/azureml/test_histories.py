"""Random histories: what is counted is what is there, or a reason why it can't be counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.model.observation import Readable
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import TAGS, look, reason, region, statuses, target, truth

STATUSES = (
    "NotStarted",
    "Queued",
    "Preparing",
    "Running",
    "Finalizing",
    "Paused",
    "NotResponding",
    "CancelRequested",
    "Completed",
    "Failed",
    "Canceled",
    "Hibernating",
)
seeds = st.fixed_dictionaries(
    {
        "experiment": st.sampled_from(["exp", "EXP", "other", "gone"]),
        "count": st.sampled_from([1, 2, 3, 99, 100, 101]),
        "status": st.sampled_from(STATUSES),
        "age": st.sampled_from([1.0, 800.0, 1000.0, 3500.0, 3700.0, 90_000.0]),
        "spacing": st.sampled_from([0.0, 0.001, 5.0]),
        "tags": st.sampled_from([{}, TAGS, {**TAGS, "reconciler.project": "chemistry"}]),
        "archived": st.booleans(),
        "properties": st.sampled_from([{}, {"jobType": "Sweep"}, {"parentJobName": "parent"}]),
    }
)
behaviours = st.fixed_dictionaries(
    {
        "operators": st.sampled_from([["eq"], ["eq", "ne"], ["eq", "ne", "ge", "lt"]]),
        "total_fields": st.sampled_from([[], ["totalCount"], ["totalResultCount"]]),
        "full_page_continues": st.booleans(),
        "refused_fields": st.sampled_from(
            [[], ["annotations/tags/reconciler.project"], ["annotations/status"]]
        ),
    }
)
failures = st.sampled_from(
    [None, {"share": 0.3, "seed": 1}, {"share": 0.6, "seed": 2}, {"share": 1.0}]
)
SETTINGS = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SETTINGS
@given(
    history=st.lists(seeds, min_size=1, max_size=8),
    behaviour=behaviours,
    failing=failures,
    failing_list=failures,
)
def test_a_count_is_the_truth_or_there_is_none(
    azure: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    history: list[dict[str, Any]],
    behaviour: dict[str, Any],
    failing: dict[str, Any] | None,
    failing_list: dict[str, Any] | None,
) -> None:
    monkeypatch.setattr("reconciler.azure.pipeline.BACKOFF_SECONDS", 0.0)
    name = f"w{len(azure.cloud.world.workspaces)}"
    azure.admin.clear_faults()
    azure.admin.add_workspace(name, "eastus", {"cpu": 10_000})
    azure.admin.behave(**behaviour)
    for number, each in enumerate(history):
        azure.admin.seed(name, prefix=f"job{number}", **each)
    for kind, fault in (("index.*", failing), ("job.list", failing_list)):
        if fault is not None:
            azure.admin.fail([kind], **fault)
    regions = [region(name), region(name, "other")]
    seen = look(regions, [target(name)])
    for each_region in regions:
        if isinstance(seen.regions[each_region.key], Readable):
            assert statuses(seen, each_region) == truth(azure, name, each_region.experiment)
        else:
            assert reason(seen, each_region)
            refused = "annotations/status" in behaviour["refused_fields"]
            assert failing is not None or (refused and failing_list is not None)
    if name not in seen.unreadable_targets:
        live = truth(azure, name, "gone") - Counter({"CancelRequested": 10_000})
        expected = sum(
            each["count"]
            for each in history
            if each["experiment"] == "gone"
            and each["tags"] == TAGS
            and not each["properties"]
            and each["status"] in live
        )
        assert len(seen.strays) == expected
