"""Pages of the index in shapes that were seen, and in ones that were not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.azure.decoding import BAD_JSON
from reconciler.model.phases import Phase
from reconciler.targets.azureml.entities import Page, read_page
from reconciler.targets.azureml.sightings import Sighting

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
WORKSPACE = "/subscriptions/s/resourcegroups/g/providers/p/workspaces/science"


def entity(**changes: Any) -> dict[str, Any]:
    """An entity; a keyword like `properties__runId` changes one key, `...` takes it away."""
    made: dict[str, Any] = {
        "type": "runs",
        "annotations": {
            "archived": False,
            "status": "Cancel requested",
            "displayName": "renamed",
            "tags": {"reconciler.project": "physics", "reconciler.digest": "1:00"},
            "error": None,
        },
        "properties": {
            "runId": "job-1",
            "experimentName": "Exp",
            "parentRunId": None,
            "rootRunId": "job-1",
            "runType": "azureml.scriptrun",
            "creationContext": {"createdTime": "2026-11-01T11:00:00.1234567+00:00"},
            "compute": {"target": "CPU", "armId": None},
        },
    }
    for path, value in changes.items():
        *parents, key = path.split("__")
        place = made
        for parent in parents:
            place = place[parent]
        if value is ...:
            del place[key]
        else:
            place[key] = value
    return made


def page(*entities: Any, **more: Any) -> Page:
    body = {"value": list(entities), "continuationToken": None, "totalCount": len(entities), **more}
    return read_page(json.dumps(body).encode(), WORKSPACE, NOW)


def only(*entities: Any) -> Sighting:
    (found,) = page(*entities).sightings
    return found


def test_a_job_is_named_by_its_run_id_and_its_status_loses_its_spaces() -> None:
    seen = only(entity())
    worker = seen.worker
    assert (worker.id, worker.status, worker.phase) == ("job-1", "CancelRequested", Phase.ENDING)
    assert (seen.experiment, seen.spelled) == ("exp", "Exp")
    assert (worker.project, worker.digest, worker.workforce) == ("physics", "1:00", None)
    assert worker.created == datetime(2026, 11, 1, 11, 0, 0, 123456, tzinfo=UTC)
    assert worker.compute == f"{WORKSPACE}/computes/cpu"


def test_a_compute_with_an_arm_id_is_that_compute() -> None:
    cluster = "/subscriptions/S/providers/p/virtualClusters/VC"
    assert only(entity(properties__compute={"armId": cluster})).worker.compute == cluster.lower()


@pytest.mark.parametrize(
    "changes",
    [
        {"properties__parentRunId": "sweep-1"},
        {"properties__rootRunId": "pipeline-1"},
        {"properties__runType": "hyperdrive"},
        {"properties__runType": "azureml.PipelineRun"},
        {"properties__runType": "automl"},
    ],
)
def test_children_and_other_types_do_not_count(changes: dict[str, str]) -> None:
    assert not only(entity(**changes)).counts


@pytest.mark.parametrize(
    "changes",
    [
        {"properties__runType": "azureml.somethingnew"},
        {"properties__runType": None},
        {"properties__runType": ...},
        {"properties__parentRunId": ..., "properties__rootRunId": ...},
        {"properties__parentRunId": ""},
        {"annotations__archived": True},
        {"annotations__tags": None},
        {"annotations__tags": ...},
        {"properties__compute": None},
        {"annotations__mood": "good", "properties__depth": [1]},
    ],
)
def test_what_is_missing_or_new_does_not_keep_a_job_from_counting(changes: dict[str, Any]) -> None:
    assert only(entity(**changes)).counts


@pytest.mark.parametrize("status", [None, ..., 7, "", "Hibernating"])
def test_a_job_without_a_known_status_is_live(status: Any) -> None:
    assert only(entity(annotations__status=status)).worker.phase is Phase.UNKNOWN


@pytest.mark.parametrize("created", [None, ..., "yesterday", 5])
def test_a_job_without_a_time_was_made_now(created: Any) -> None:
    found = only(entity(properties__creationContext__createdTime=created))
    assert found.worker.created == NOW


def test_tags_of_other_types_are_passed_over() -> None:
    tags = {"reconciler.project": 3, "reconciler.region": "eastus", "x": None}
    worker = only(entity(annotations__tags=tags)).worker
    assert (worker.project, worker.region) == (None, "eastus")


@pytest.mark.parametrize(
    "odd",
    [
        None,
        7,
        "text",
        [],
        {},
        {"type": "runs", "annotations": None},
        {"type": "models", "annotations": {}, "properties": {"runId": "m"}},
        {"type": "runs", "annotations": {}, "properties": {"runId": None}},
        {"type": "runs", "annotations": {}, "properties": {"runId": ["a"]}},
    ],
)
def test_an_entity_that_is_no_job_is_counted_among_entities_alone(odd: Any) -> None:
    found = page(entity(), odd)
    assert [seen.worker.id for seen in found.sightings] == ["job-1"]
    assert len(found.identities) == found.total == 2


def test_an_error_message_is_one_short_line() -> None:
    said = entity(annotations__error={"message": "out of\n memory " + "x" * 500})
    note = only(said).worker.note
    assert note is not None
    assert note.startswith("out of memory xxx")
    assert len(note) == 200


@pytest.mark.parametrize("name", ["totalCount", "totalResultCount"])
def test_the_total_has_either_name(name: str) -> None:
    body = {"value": [], name: 4}
    assert read_page(json.dumps(body).encode(), WORKSPACE, NOW).total == 4


def test_failed_shards_are_told() -> None:
    assert page(shardErrors={"shard-2": "timed out"}).has_shard_errors
    assert not page(shardErrors={}).has_shard_errors


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"<html>",
        b'{"value": {}}',
        b"\xff",
        b"[" * 5000,
        b'{"value": [{"a": "\xff"}]}',
    ],
)
def test_what_is_no_page_is_an_error(body: bytes) -> None:
    with pytest.raises(BAD_JSON):
        read_page(body, WORKSPACE, NOW)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "annotations", "properties", "runId", "tags", "status"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(anything, max_size=4))
def test_nothing_in_an_entity_breaks_the_page(odd: list[Any]) -> None:
    found = page(entity(), *odd)
    assert "job-1" in {seen.worker.id for seen in found.sightings}
    assert len(found.identities) <= 1 + len(odd)
