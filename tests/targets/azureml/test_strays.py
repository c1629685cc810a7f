"""Live workers of the project in experiments that no region claims."""

from __future__ import annotations

import pytest

from reconciler.model.workforce import RegionKey
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import TAGS, look, region, target

OTHERS = {**TAGS, "reconciler.project": "chemistry"}


def test_they_are_found_in_every_workspace_that_the_specs_name(azure: StandIn) -> None:
    for name in ("one", "two"):
        azure.admin.add_workspace(name, name, {"cpu": 10})
        azure.admin.seed(name, "Gone", 1, prefix=f"stray-{name}", tags=TAGS)
    seen = look([region("one")], [target("one"), target("two")])
    assert [(stray.worker.id, stray.key) for stray in seen.strays] == [
        ("stray-one-000001", RegionKey(target("one").workspace, "gone")),
        ("stray-two-000001", RegionKey(target("two").workspace, "gone")),
    ]


def test_jobs_of_others_ended_ones_and_children_are_none(science: StandIn) -> None:
    science.admin.seed("science", "gone", 1, prefix="plain")
    science.admin.seed("science", "gone", 1, prefix="theirs", tags=OTHERS)
    science.admin.seed("science", "gone", 1, "Completed", prefix="ended", tags=TAGS)
    child = {"parentJobName": "sweep-000001"}
    science.admin.seed("science", "gone", 1, prefix="child", tags=TAGS, properties=child)
    assert look([region()], [target()]).strays == ()


def test_ending_ones_are_told_for_they_still_take_capacity(science: StandIn) -> None:
    science.admin.seed("science", "gone", 1, "CancelRequested", prefix="ending", tags=TAGS)
    (stray,) = look([region()], [target()]).strays
    assert (stray.worker.id, stray.worker.phase.is_live) == ("ending-000001", False)


def test_a_worker_in_a_claimed_experiment_is_none(science: StandIn) -> None:
    science.admin.seed("science", "EXP", 1, tags=TAGS)
    assert look([region()], [target()]).strays == ()


def test_they_carry_the_target_whose_compute_they_are_on(science: StandIn) -> None:
    science.admin.add_compute("science", "gpu", maximum=5)
    science.admin.seed("science", "gone", 1, prefix="a", tags=TAGS, compute="gpu")
    science.admin.seed("science", "gone", 1, prefix="b", tags=TAGS, compute="cpu")
    targets = [target(compute="cpu", name="first"), target(compute="gpu", name="second")]
    seen = look([], targets)
    assert [stray.target.name for stray in seen.strays] == ["second", "first"]


@pytest.mark.parametrize(
    "behaviour",
    [{"refused_fields": ["annotations/tags/reconciler.project"]}, {"operators": ["eq"]}],
)
def test_where_they_cannot_be_searched_for_the_target_says_so_and_regions_stay_readable(
    science: StandIn, behaviour: dict[str, list[str]]
) -> None:
    science.admin.behave(**behaviour)
    science.admin.seed("science", "others", 1200)
    science.admin.seed("science", "exp", 3, prefix="ours")
    science.admin.seed("science", "gone", 2, prefix="stray", tags=TAGS)
    seen = look([region()], [target()])
    found = seen.regions[region().key]
    assert len(found.workers) == 3  # type: ignore[union-attr]  # unreadable fails as well
    if "refused_fields" in behaviour:
        assert "can't be filtered on" in seen.unreadable_targets["science"].because
    else:
        assert [stray.worker.id for stray in seen.strays] == ["stray-000001", "stray-000002"]
