"""What a compute's document says of its state, whatever it looks like."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.azure.errors import ServiceFailure
from reconciler.model.findings import Verdict
from reconciler.targets.azureml.checkup.compute import State, state_of


def state(kind: str = "AmlCompute", maximum: object = 100, **fields: Any) -> State:
    details: dict[str, Any] = {
        "scaleSettings": {"minNodeCount": 0, "maxNodeCount": maximum},
        "currentNodeCount": 3,
        "allocationState": "Steady",
        "nodeStateCounts": {"runningNodeCount": 2, "idleNodeCount": 1, "preparingNodeCount": 0},
    }
    details.update(fields.pop("details", {}))
    properties = {
        "computeType": kind,
        "provisioningState": "Succeeded",
        "properties": details,
        **fields,
    }
    return state_of(json.dumps({"properties": properties}).encode())


def test_a_cluster_tells_its_nodes() -> None:
    found = state()
    assert found.verdict is Verdict.OK
    assert "3 of at most 100 nodes (1 idle, 2 running), steady" in found.found


def test_a_cluster_that_may_have_no_node_fails() -> None:
    found = state(maximum=0)
    assert (found.verdict, found.needs_nodes) == (Verdict.FAILED, True)


def test_provisioning_that_failed_says_why() -> None:
    errors = [{"error": {"code": "SubnetFull", "message": "no address\nis free"}}]
    found = state(provisioningState="Failed", provisioningErrors=errors)
    assert found.verdict is Verdict.FAILED
    assert "SubnetFull: no address is free" in found.found


@pytest.mark.parametrize("word", ["Creating", "Updating", "Deleting", "Canceled", "Brandnew", ""])
def test_any_other_provisioning_state_warns(word: str) -> None:
    assert state(provisioningState=word).verdict is Verdict.WARNING


def test_an_error_of_a_cluster_that_is_there_warns() -> None:
    found = state(details={"errors": [{"code": "QuotaExceeded", "message": "100 of 100 cores"}]})
    assert found.verdict is Verdict.WARNING
    assert "QuotaExceeded: 100 of 100 cores" in found.found


def test_other_kinds_tell_no_nodes() -> None:
    found = state("Kubernetes", maximum=0)
    assert (found.verdict, found.found) == (Verdict.OK, "Kubernetes, provisioning Succeeded")


def test_missing_and_strange_parts_are_passed_over() -> None:
    strange = {"scaleSettings": None, "nodeStateCounts": [1], "errors": [None, "x", {"error": 1}]}
    assert state(details=strange).verdict is Verdict.OK
    assert state(details={"errors": "none"}, provisioningErrors=7).verdict is Verdict.OK


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"properties": 1}', b"<html>", b"\xff"])
def test_what_is_no_compute_is_a_failure(body: bytes) -> None:
    with pytest.raises(ServiceFailure, match="no compute"):
        state_of(body)
