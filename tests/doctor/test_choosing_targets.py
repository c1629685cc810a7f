"""Which targets a checkup is about, and what becomes of an engine that can't be had."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from reconciler.doctor.examine import examine, targets_of
from reconciler.model.findings import Finding, Verdict
from reconciler.model.workforce import Specs, Workforce
from reconciler.targets.engines import Engines
from reconciler.values.errors import UserError
from tests.targets.azureml.looking import region, target


def specs(*regions_at: str) -> Specs:
    """Two targets, `science` and `spare`; regions on `science` with these computes."""
    regions = tuple(region("science", f"exp-{compute}", compute) for compute in regions_at)
    workforces = (Workforce("work", 1, regions),) if regions else ()
    return Specs("trial", workforces, (target("science"), target("spare")))


def chosen(*regions_at: str, **options: bool) -> list[tuple[str, str]]:
    found = targets_of(specs(*regions_at), **options)
    return [(one.name, one.compute.rpartition("/")[2]) for one in found]


def test_targets_are_checked_whether_a_region_uses_them_or_not() -> None:
    assert chosen("cpu") == [("science", "cpu"), ("spare", "cpu")]
    assert chosen() == [("science", "cpu"), ("spare", "cpu")]


def test_a_target_is_checked_once_for_each_compute_that_regions_name() -> None:
    assert chosen("gpu", "spot", "gpu") == [
        ("science", "gpu"),
        ("science", "spot"),
        ("spare", "cpu"),
    ]


def test_unused_targets_can_be_left_out() -> None:
    assert chosen("cpu", in_use_only=True) == [("science", "cpu")]


def test_targets_are_filtered_by_name() -> None:
    found = targets_of(specs("cpu"), matches=lambda name: name == "spare")
    assert [one.name for one in found] == ["spare"]


def test_an_engine_that_cannot_be_had_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Engines, kind: str) -> object:
        raise UserError("a package is missing", "pip install it")

    monkeypatch.setattr(Engines, "of", refuse)
    checkup = asyncio.run(examine([target(), replace(target(), name="other")], Engines()))
    assert checkup.findings == (
        Finding(
            "azureml targets",
            "engine",
            Verdict.FAILED,
            "a package is missing",
            "pip install it",
            targets=("other", "science"),
        ),
    )
    assert not checkup.is_sound
