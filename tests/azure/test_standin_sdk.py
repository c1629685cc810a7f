"""The real azure.ai.ml SDK, unchanged, against the stand-in: environment variables alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .standin import StandIn, lead_this_process
from .world import RESOURCE_GROUP, SUBSCRIPTION

pytest.importorskip("azure.ai.ml")

EXPERIMENT = "relax"


@pytest.fixture(params=[False, True], ids=["own cloud", "public cloud"])
def client(
    azure: StandIn, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Any]:
    """An `MLClient` with `DefaultAzureCredential`, both led here by the environment."""
    from azure.ai.ml import MLClient
    from azure.identity import DefaultAzureCredential

    azure.admin.add_workspace("science", "eastus", {"cpu": 2})
    lead_this_process(azure.environment(public_cloud=request.param), monkeypatch.setenv)
    with DefaultAzureCredential() as credential:
        yield MLClient(credential, SUBSCRIPTION, RESOURCE_GROUP, "science")


def task(name: str, **fields: Any) -> Any:
    """A command job with an inline image."""
    from azure.ai.ml import command
    from azure.ai.ml.entities import Environment

    fields.setdefault("environment", Environment(image="registry.azurecr.io/dft:1"))
    return command(
        command="sleep 3",
        compute="cpu",
        experiment_name=EXPERIMENT,
        name=name,
        tags={"project": "0123"},
        environment_variables={"A": "b"},
        shm_size="16g",
        **fields,
    )


def test_a_job_with_an_inline_image_takes_two_puts(azure: StandIn, client: Any) -> None:
    created = client.jobs.create_or_update(task("relax-1"))
    assert (created.name, created.status) == ("relax-1", "Running")
    counts = azure.admin.counts()
    assert (counts["environment.put"], counts["job.put"]) == (1, 1)
    assert azure.admin.truth() == {"science": {EXPERIMENT: {"Running": 1}}}
    (job,) = azure.admin.jobs("science")
    assert job["body"]["environmentVariables"]["A"] == "b"
    assert job["body"]["resources"]["shmSize"] == "16g"


def test_a_registered_environment_takes_one_put(azure: StandIn, client: Any) -> None:
    from azure.ai.ml.entities import Environment

    registered = client.environments.create_or_update(
        Environment(name="dft", version="7", image="registry.azurecr.io/dft:1")
    )
    before = azure.admin.position()
    client.jobs.create_or_update(task("relax-1", environment="azureml:dft:7"))
    client.jobs.create_or_update(task("relax-2", environment=registered.id))
    client.jobs.create_or_update(task("relax-3", environment="dft@latest"))
    counts = azure.admin.counts(before)
    assert (counts.get("environment.put", 0), counts["job.put"]) == (0, 3)
    environments = {job["body"]["environmentId"] for job in azure.admin.jobs("science")}
    assert environments == {registered.id}


def test_a_code_folder_is_uploaded_once(azure: StandIn, client: Any, tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("print('work')\n", encoding="utf-8")
    client.jobs.create_or_update(task("relax-1", code=str(tmp_path)))
    client.jobs.create_or_update(task("relax-2", code=str(tmp_path)))
    first, second = azure.admin.jobs("science")
    assert first["body"]["codeId"] == second["body"]["codeId"]
    assert b"print('work')\n" in [content for content, _ in azure.cloud.blobs.values()]


def test_jobs_are_read_and_listed_over_pages(azure: StandIn, client: Any) -> None:
    azure.admin.behave(arm_page_size=10)
    azure.admin.seed("science", EXPERIMENT, 25, "Completed")
    azure.admin.seed("science", EXPERIMENT, 1, "Queued", prefix="last", age=1)
    azure.admin.seed("science", EXPERIMENT, 3, "Failed", prefix="hidden", archived=True)
    listed = [job.name for job in client.jobs.list()]
    assert len(set(listed)) == len(listed) == 26
    assert listed[0] == "last-000001"
    read = client.jobs.get("last-000001")
    assert (read.status, read.experiment_name) == ("Running", EXPERIMENT)


def test_cancelling_with_polling_waits_for_the_end(azure: StandIn, client: Any) -> None:
    azure.admin.set_timings(cancelling=0.3)
    client.jobs.create_or_update(task("relax-1"))
    poller = client.jobs.begin_cancel("relax-1")
    assert azure.admin.truth()["science"][EXPERIMENT] == {"CancelRequested": 1}
    poller.wait(timeout=20)
    assert poller.done()
    assert azure.admin.truth()["science"][EXPERIMENT] == {"Canceled": 1}


def test_cancelling_without_polling_is_one_request(azure: StandIn, client: Any) -> None:
    client.jobs.create_or_update(task("relax-1"))
    before = azure.admin.position()
    client.jobs.begin_cancel("relax-1", polling=False)
    counts = azure.admin.counts(before)
    assert {kind: n for kind, n in counts.items() if kind != "metadata"} == {"job.cancel": 1}


def test_tags_of_a_running_job_are_merged(azure: StandIn, client: Any) -> None:
    client.jobs.create_or_update(task("relax-1"))
    updated = client.jobs.update("relax-1", tags={"more": "1"}, display_name="renamed")
    assert updated.tags == {"project": "0123", "more": "1"}
    assert client.jobs.get("relax-1").display_name == "renamed"
    assert azure.admin.counts()["run.patch"] == 1


def test_a_job_is_archived_and_restored(azure: StandIn, client: Any) -> None:
    client.jobs.create_or_update(task("relax-1"))
    client.jobs.archive("relax-1")
    assert [job["archived"] for job in azure.admin.jobs("science")] == [True]
    assert list(client.jobs.list()) == []
    client.jobs.restore("relax-1")
    assert [job.name for job in client.jobs.list()] == ["relax-1"]


def test_another_task_under_a_name_that_exists_is_refused(client: Any) -> None:
    from azure.core.exceptions import HttpResponseError

    client.jobs.create_or_update(task("relax-1"))
    with pytest.raises(HttpResponseError, match="JobPropertyImmutable") as caught:
        client.jobs.create_or_update(task("relax-1", instance_count=2))
    assert caught.value.status_code == 400
    assert caught.value.error is not None
    assert caught.value.error.code == "UserError"


def test_the_same_task_twice_is_one_job(azure: StandIn, client: Any) -> None:
    client.jobs.create_or_update(task("relax-1"))
    client.jobs.create_or_update(task("relax-1"))
    assert azure.admin.live() == 1


def test_logs_are_streamed_until_the_job_ends(
    azure: StandIn, client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    azure.admin.set_timings(running=2.5)
    azure.admin.behave(default_output=False)
    client.jobs.create_or_update(task("relax-1"))
    azure.admin.mark("science", "relax-1", log="step 1 of 2\nstep 2 of 2\n")
    client.jobs.stream("relax-1")
    printed = capsys.readouterr().out
    assert "step 2 of 2" in printed
    assert "Execution Summary" in printed


def test_compute_and_workspace_are_read(client: Any) -> None:
    compute = client.compute.get("cpu")
    assert (compute.type, compute.max_instances) == ("amlcompute", 2)
    assert [each.name for each in client.compute.list()] == ["cpu"]
    assert client.workspaces.get("science").location == "eastus"


def test_a_missing_role_reaches_the_caller(azure: StandIn, client: Any) -> None:
    from azure.core.exceptions import HttpResponseError

    azure.admin.set_role("science", "reader")
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        client.jobs.create_or_update(task("relax-1", environment="azureml:dft:7"))


def test_throttling_is_waited_out_by_the_sdk(azure: StandIn, client: Any) -> None:
    azure.admin.fail(["job.get"], status=429, times=2, retry_after=0.2)
    azure.admin.seed("science", EXPERIMENT, 1)
    began = time.monotonic()
    assert client.jobs.get(f"{EXPERIMENT}-000001").name == f"{EXPERIMENT}-000001"
    assert time.monotonic() - began > 0.2
    assert azure.admin.counts()["job.get"] == 3
