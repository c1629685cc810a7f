"""From a command job's document to the task that it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.azure.errors import ServiceFailure
from reconciler.dumping.documents import workforce_documents
from reconciler.model.observation import NO_DIGEST, Experiment
from reconciler.spec.loading import load
from reconciler.targets.azureml.job_reading import image_of, read_job, task_of, timeout_of
from reconciler.task.declared import declared
from reconciler.values.duration import Duration
from tests.targets.azureml.looking import target, workspace_id

HERE = workspace_id("science")
ELSEWHERE = workspace_id("other")

BODY: dict[str, Any] = {
    "jobType": "Command",
    "status": "Running",
    "displayName": "relax-1",
    "experimentName": "relax",
    "parentJobName": None,
    "command": "python work.py ${{inputs.rate}}",
    "computeId": f"{HERE}/computes/cpu",
    "codeId": f"{HERE}/codes/work/versions/3",
    "environmentId": f"{HERE.lower()}/environments/dft/versions/7",
    "environmentVariables": {
        "OMP_NUM_THREADS": "32",
        "STORAGE": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0;",
        "RECONCILER_TASKS_PER_WORKER": "4",
        "WORKFORCE_NAME": "relax",
        "JOBQ_PID_DIR": "/tmp/pids",
        "NOTHING": None,
    },
    "identity": {"identityType": "Managed", "clientId": "abc", "objectId": None},
    "resources": {
        "instanceCount": 1,
        "shmSize": "262144k",
        "dockerArgs": "--cpus 8",
        "properties": {"AISuperComputer": {"slaTier": "Basic", "nothing": None}},
    },
    "limits": {"jobLimitsType": "Command", "timeout": "P14D"},
    "distribution": {"distributionType": "PyTorch", "processCountPerInstance": 8},
    "queueSettings": {"jobTier": "Standard", "priority": 2},
    "inputs": {
        "rate": {"jobInputType": "literal", "value": "0.1"},
        "data": {"jobInputType": "uri_folder", "uri": "azureml:data:1", "mode": "ReadOnlyMount"},
        "other": {"jobInputType": "mltable", "uri": f"{ELSEWHERE}/data/t/versions/2"},
        "signed": {"jobInputType": "uri_file", "uri": "https://a/b?sv=1&sig=c2VjcmV0"},
    },
    "outputs": {
        "default": {
            "jobOutputType": "uri_folder",
            "uri": "azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.relax-1",
        },
        "own": {"jobOutputType": "uri_folder", "uri": "azureml://datastores/b/paths/relax-1/own"},
        "out": {"jobOutputType": "uri_folder", "mode": "ReadWriteMount", "uri": "wasbs://c@a/x"},
    },
    "services": {
        "Tracking": {"jobServiceType": "Tracking", "endpoint": "azureml://x"},
        "Studio": {"jobServiceType": "Studio", "endpoint": "https://ml.azure.com/runs/relax-1"},
        "shell": {
            "jobServiceType": "SSH",
            "nodes": {"nodesValueType": "All"},
            "properties": {"sshPublicKeys": "ssh-rsa AAAA"},
            "status": "Running",
        },
    },
    "tags": {"team": "0123", "reconciler.digest": "1:0123456789abcdef"},
    "properties": {
        "_azureml.ComputeTargetType": "amlctrain",
        "ContentSnapshotId": "x",
        "mlflow.source.git.branch": "main",
        "origin": "sweep-7",
    },
    "description": "Relaxes molecules",
    "isArchived": False,
    "fieldOfTheFuture": {"a": [1]},
}
TASK = {
    "command": "python work.py ${{inputs.rate}}",
    "environment_variables": {"OMP_NUM_THREADS": "32", "STORAGE": {"from_env": "STORAGE"}},
    "limits": {"timeout": 14 * 86_400},
    "tags": {"team": "0123"},
    "code": "azureml:work:3",
    "description": "Relaxes molecules",
    "distribution": {"type": "pytorch", "process_count_per_instance": 8},
    "environment": "azureml:dft:7",
    "identity": {"type": "managed", "client_id": "abc"},
    "inputs": {
        "rate": "0.1",
        "data": {"type": "uri_folder", "path": "azureml:data:1", "mode": "ro_mount"},
        "other": {"type": "mltable", "path": f"azureml:{ELSEWHERE}/data/t/versions/2"},
        "signed": {"type": "uri_file", "path": "https://a/b?sv=1&sig=***"},
    },
    "outputs": {
        "own": {"type": "uri_folder"},
        "out": {"type": "uri_folder", "path": "wasbs://c@a/x", "mode": "rw_mount"},
    },
    "properties": {"origin": "sweep-7"},
    "queue_settings": {"job_tier": "standard", "priority": "medium"},
    "resources": {
        "shm_size": "256m",
        "docker_args": "--cpus 8",
        "properties": {"AISuperComputer": {"slaTier": "Basic"}},
    },
    "services": {"shell": {"type": "ssh", "nodes": "all", "ssh_public_keys": "ssh-rsa AAAA"}},
}


def declared_of(**changes: Any) -> dict[str, object]:
    task = task_of({**BODY, **changes}, "relax-1", HERE)
    assert task is not None
    return declared(task)


def test_a_job_is_read_into_the_keys_of_its_yaml() -> None:
    assert declared_of() == TASK


def test_what_is_read_is_a_task_that_a_spec_may_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = task_of(BODY, "relax-1", HERE)
    assert task is not None
    monkeypatch.chdir(tmp_path)
    (document,) = workforce_documents([Experiment("relax", target(), (), {NO_DIGEST: task})])
    project = "{kind: Project, name: physics}"
    settings = dict(target().settings)
    targets = {"kind": "Targets", "targets": {"science": {"azureml": settings}}}
    texts = [project, json.dumps(targets), json.dumps(document)]
    (tmp_path / "spec.yaml").write_text("\n---\n".join(texts))
    (workforce,) = load(["spec.yaml"]).specs.workforces
    assert declared(workforce.regions[0].task) == TASK


@pytest.mark.parametrize(
    ("told", "written"),
    [
        (f"{HERE}/environments/dft/versions/7", "azureml:dft:7"),
        (f"azureml:{HERE}/environments/dft/versions/7", "azureml:dft:7"),
        (
            f"{ELSEWHERE}/environments/dft/versions/7",
            f"azureml:{ELSEWHERE}/environments/dft/versions/7",
        ),
        (
            "azureml://registries/azureml/environments/sklearn-1.5/versions/20",
            "azureml://registries/azureml/environments/sklearn-1.5/versions/20",
        ),
        (None, None),
        (17, None),
    ],
)
def test_environments_are_named_as_short_as_they_are_clear(told: object, written: str) -> None:
    assert declared_of(environmentId=told).get("environment") == written


@pytest.mark.parametrize(
    ("identity", "written"),
    [
        ({"identityType": "UserIdentity"}, {"type": "user_identity"}),
        ({"identityType": "AMLToken"}, {"type": "aml_token"}),
        (
            {"identityType": "Managed", "resourceId": "/x"},
            {"type": "managed", "msi_resource_id": "/x"},
        ),
        ({"identityType": "OfTheFuture"}, None),
        ("Managed", None),
    ],
)
def test_identities_of_every_kind(identity: object, written: object) -> None:
    assert declared_of(identity=identity).get("identity") == written


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P1DT2H3M4S", 93_784),
        ("PT1H", 3_600),
        ("PT90S", 90),
        ("PT0.0S", None),
        ("PT30.000S", 30),
        ("P2W", 1_209_600),
        ("P14D", 1_209_600),
        ("PT0S", None),
        ("PT1.5S", None),
        ("P1Y", None),
        ("P1M", None),
        ("P", None),
        ("PT", None),
        ("1h", None),
        ("-PT1H", None),
        ("PT" + "9" * 90 + "S", None),
        ("PT١H", None),
        (3600, None),
        (None, None),
    ],
)
def test_timeouts_are_exact_or_left_out(text: object, seconds: int | None) -> None:
    assert timeout_of(text) == (None if seconds is None else Duration(seconds))


def test_a_job_that_is_no_command_has_no_task() -> None:
    pipeline = {"name": "p", "properties": {"jobType": "Pipeline", "jobs": {}}}
    assert read_job(json.dumps(pipeline).encode(), HERE) is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"name": "x"}', b"\xff"])
def test_what_is_no_job_is_a_failure_of_the_service(body: bytes) -> None:
    with pytest.raises(ServiceFailure, match="no job"):
        read_job(body, HERE)


def test_an_inline_image_is_written_inline() -> None:
    identity = f"{HERE}/environments/CliV2AnonymousEnvironment/versions/0a1b"
    document = {"name": "relax-1", "properties": {**BODY, "environmentId": identity}}
    job = read_job(json.dumps(document).encode(), HERE)
    assert job is not None
    assert job.is_environment_anonymous
    assert declared(job.in_image("a/b:1").task)["environment"] == {"image": "a/b:1"}


@pytest.mark.parametrize(
    ("properties", "image"),
    [
        ({"image": "a/b:1", "condaFile": None}, "a/b:1"),
        ({"image": "a/b:1", "condaFile": "name: x"}, None),
        ({"build": {"contextUri": "https://x"}}, None),
        ([], None),
    ],
)
def test_an_environment_is_its_image_where_it_is_nothing_else(
    properties: object, image: str | None
) -> None:
    assert image_of(json.dumps({"properties": properties}).encode()) == image


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = sorted(key for key in BODY if key != "command")
INNER = sorted(
    {name for value in BODY.values() if isinstance(value, dict) for name in value}
    | {
        name
        for part in ("inputs", "outputs", "services")
        for one in BODY[part].values()
        for name in one
    }
)


@given(
    st.dictionaries(
        st.sampled_from(KEYS), ANYTHING | st.dictionaries(st.sampled_from(INNER), ANYTHING)
    )
)
def test_no_shape_makes_it_fail(changes: dict[str, Any]) -> None:
    json.dumps(declared_of(**changes), allow_nan=False)
