"""Jobs that live in AzureML, written down as specs and looked at, through the console script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.workforce import Task
from reconciler.task.digest import task_digest
from reconciler.values.duration import Duration
from reconciler.values.immutable import FrozenMap, frozen
from tests.azure.standin import StandInProcess
from tests.azure.world import RESOURCE_GROUP, SUBSCRIPTION
from tests.cli.azure_shell import AzureShell, azure_shell, imported, project, seed, workspace

SECRET = "AccountName=a;AccountKey=c2VjcmV0LXNlY3JldA;"
BODY = {
    "command": "python work.py",
    "environmentVariables": {"N": "32", "STORAGE": SECRET, "RECONCILER_TASKS_PER_WORKER": "4"},
    "limits": {"jobLimitsType": "Command", "timeout": "P14D"},
    "resources": {"instanceCount": 1, "shmSize": "2g"},
}
TASK = Task(
    "python work.py",
    environment_variables=FrozenMap({"N": "32"}),
    secret_variables=FrozenMap({"STORAGE": "STORAGE"}),
    timeout=Duration(14 * 86_400),
    tags=FrozenMap({"team": "0123"}),
    job=FrozenMap({"environment": "azureml:seeded:1", "resources": frozen({"shm_size": "2g"})}),
)
DIGEST = task_digest(TASK)
WORKSPACE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}"
    "/providers/Microsoft.MachineLearningServices/workspaces/science-a"
)


@pytest.fixture(scope="module")
def azure() -> Iterator[StandInProcess]:
    with StandInProcess() as one:
        for name in ("a", "b"):
            one.admin.add_workspace(name=workspace(name), computes={"cpu": 100})
        for name, count in (("a", 3), ("b", 2)):
            seed(one.admin, name, count, DIGEST, properties=BODY, tags={"team": "0123"})
        one.admin.seed(
            workspace="science-a",
            experiment="static",
            count=2,
            prefix="mine",
            properties={"command": "sleep 9"},
        )
        one.admin.seed(
            workspace="science-a",
            experiment="ended",
            count=1,
            status="Completed",
            properties={"command": "sleep 8"},
        )
        seed(one.admin, "b", 1, None, workforce="plain", properties={"command": "sleep 7"})
        yield one


@pytest.fixture
def shell(azure: StandInProcess, tmp_path: Path) -> AzureShell:
    one = azure_shell(azure, tmp_path)
    one.write(project(["a", "b"]), "specs/project.yaml")
    return one


def planned(shell: AzureShell, dumped: str) -> Any:
    shell.write(project(["a", "b"]), "again/project.yaml")
    shell.write(dumped, "again/found.yaml")
    result = shell.run("plan", "again", "--detailed-exitcode", "-o", "json")
    assert result.code == 0, result
    return result.json


def test_a_plan_of_what_was_dumped_changes_nothing(shell: AzureShell) -> None:
    dumped = shell.run("dump", "--experiment", "relax-*", "--experiment", "plain-*")
    assert dumped.code == 0, dumped
    assert "command: sleep 7" in dumped.out  # that of a worker without a digest
    plan = planned(shell, dumped.out)
    desired = {one["name"]: one["desired"]["total"] for one in plan["workforces"]}
    assert desired == {"plain": 1, "relax": 5}
    (relax,) = [one for one in plan["workforces"] if one["name"] == "relax"]
    assert [region["task_changes"] for region in relax["regions"]] == [[], []]


def test_one_job_is_read_for_each_task_and_no_secret_is_written_down(
    azure: StandInProcess, shell: AzureShell
) -> None:
    before = azure.admin.position()
    traced = replace(shell, variables={**shell.variables, "PYTHONPROFILEIMPORTTIME": "1"})
    dumped = traced.run("dump")
    assert azure.admin.counts(since=before)["job.get"] == 2
    assert "c2VjcmV0" not in dumped.out + dumped.err
    assert "from_env: STORAGE" in dumped.out
    modules = imported(dumped)
    assert "azure.mgmt.core" in modules
    assert not {one for one in modules if one.startswith("azure.ai")}


def test_a_job_of_someone_is_dumped_by_its_name_and_then_adopted(shell: AzureShell) -> None:
    dumped = shell.run("dump", "--job", "mine-000001")
    assert dumped.code == 0, dumped
    assert "command: sleep 9" in dumped.out
    assert "adopt: true" in dumped.out
    (workforce,) = planned(shell, dumped.out)["workforces"]
    assert (workforce["name"], workforce["desired"]["total"]) == ("static", 2)


def test_a_job_that_has_ended_gives_its_task_and_hires_nobody(shell: AzureShell) -> None:
    dumped = shell.run("dump", "--job", "ended-000001")
    assert "command: sleep 8" in dumped.out
    (workforce,) = planned(shell, dumped.out)["workforces"]
    assert workforce["desired"]["total"] == 0


def test_a_job_that_nobody_knows_is_an_error(shell: AzureShell) -> None:
    result = shell.run("dump", "--job", "nowhere")
    assert (result.code, result.out) == (1, "")
    assert "no target has a job 'nowhere'" in result.err


def test_an_inline_image_comes_back_inline(azure: StandInProcess, shell: AzureShell) -> None:
    identity = add_environment(azure)
    seed(
        azure.admin,
        "a",
        1,
        "1:00000000000000bb",
        workforce="inline",
        properties={"command": "sleep 6", "environmentId": identity},
    )
    dumped = shell.run("dump", "--experiment", "inline-*")
    assert "image: registry.azurecr.io/dft:1" in dumped.out


def add_environment(azure: StandInProcess) -> str:
    """Register an inline environment as the SDK does; gives its id."""
    import json
    import ssl
    import urllib.request

    environment = azure.environment()
    context = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])

    def ask(request: urllib.request.Request) -> Any:
        with urllib.request.urlopen(request, context=context, timeout=20) as response:
            return json.load(response)

    token = ask(
        urllib.request.Request(
            f"{environment['IDENTITY_ENDPOINT']}?api-version=2019-08-01&resource={azure.address}",
            headers={"X-IDENTITY-HEADER": environment["IDENTITY_HEADER"]},
        )
    )["access_token"]
    identity = f"{WORKSPACE}/environments/CliV2AnonymousEnvironment/versions/0a1b"
    ask(
        urllib.request.Request(
            f"{azure.address}{identity}?api-version=2024-04-01",
            method="PUT",
            data=json.dumps({"properties": {"image": "registry.azurecr.io/dft:1"}}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
    )
    return identity


@pytest.fixture
def relax(shell: AzureShell) -> AzureShell:
    regions = "{a: {}, b: {}}"
    shell.write(
        f"kind: Workforce\nname: relax\ntask: {{command: x}}\nscale: {{desired: 5}}\n"
        f"regions: {regions}\n",
        "specs/relax.yaml",
    )
    return shell


def test_logs_of_several_workers_are_their_pages(relax: AzureShell) -> None:
    result = relax.run("logs", "relax")
    assert result.code == 0, result
    assert result.out.count("https://ml.azure.com/runs/relax-") == 5


def test_the_log_of_one_worker_is_shown_below_its_page(
    azure: StandInProcess, relax: AzureShell
) -> None:
    (name,) = [
        job["name"]
        for job in azure.admin.jobs(workspace="science-b", experiment="relax-b")
        if job["name"].endswith("000002")
    ]
    azure.admin.mark(workspace="science-b", name=name, log="step 1\nstep 2\nstep 3\n")
    whole = relax.run("logs", "relax/b/2", "--tail", "2")
    assert whole.out.splitlines()[1:] == ["step 2", "step 3"]
    assert whole.out.startswith(f"{name}: https://ml.azure.com/runs/{name}?wsid=")
    assert "sig=" not in whole.out + whole.err
