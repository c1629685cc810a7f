"""`doctor` as a user runs it: faults planted one by one, and what it says mends each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.azure.standin import StandIn
from tests.azure.world import RESOURCE_GROUP, SUBSCRIPTION
from tests.cli.azure_shell import AzureShell, imported
from tests.cli.shell import Shell, spec

SPEC = f"""\
kind: Project
name: trial
---
kind: Targets
targets:
  eastus:
    azureml:
      subscription_id: {SUBSCRIPTION}
      resource_group: {RESOURCE_GROUP}
      workspace: science
      compute: cpu
  laptop: {{local: {{slots: 2}}}}
---
kind: Workforce
name: relax
task: {{command: sleep 3, environment: "azureml:relax:1"}}
scale: {{desired: 1}}
regions: {{eastus: {{}}}}
"""


@pytest.fixture
def azure() -> Iterator[StandIn]:
    with StandIn() as standin:
        standin.admin.add_workspace("science", "eastus", {"cpu": 100})
        yield standin


@pytest.fixture
def shell(azure: StandIn, tmp_path: Path) -> AzureShell:
    folder = tmp_path / "project"
    folder.mkdir()
    one = AzureShell(folder, tmp_path / "state", azure.environment())
    one.write(SPEC)
    return one


def _workspace_missing(azure: StandIn, shell: Shell) -> None:
    shell.write(SPEC.replace("workspace: science", "workspace: missing"))


def _no_token(azure: StandIn, shell: Shell) -> None:
    azure.admin.refuse_tokens()


def _reader_only(azure: StandIn, shell: Shell) -> None:
    azure.admin.set_role("science", "reader")


def _compute_removed(azure: StandIn, shell: Shell) -> None:
    azure.admin.remove_compute("science", "cpu")


def _clock_off(azure: StandIn, shell: Shell) -> None:
    azure.admin.skew_clock(1000)


@pytest.mark.parametrize(
    ("plant", "failed", "remedies"),
    [
        (
            _workspace_missing,
            ["workspace"],
            ["check workspace in the spec", "az ml workspace list"],
        ),
        (_no_token, ["token"], ["az login"]),
        (
            _reader_only,
            ["submit", "cancel"],
            ["az role assignment create --role 'AzureML Data Scientist'", "/workspaces/science"],
        ),
        (_compute_removed, ["compute cpu"], ["check compute in the spec", "az ml compute list"]),
        (_clock_off, ["clock"], ["set this machine's clock"]),
    ],
    ids=["workspace missing", "no token", "role missing", "compute removed", "clock skew"],
)
def test_a_planted_fault_is_found_with_its_remedy_and_nothing_else_is(
    azure: StandIn,
    shell: AzureShell,
    plant: Callable[[StandIn, Shell], None],
    failed: list[str],
    remedies: list[str],
) -> None:
    plant(azure, shell)
    result = shell.run("doctor")
    assert (result.code, result.err) == (1, "")
    lines = result.out.splitlines()
    found = [line.split()[1:] for line in lines if line.startswith("  failed ")]
    assert [" ".join(words).split(":")[0] for words in found] == failed
    for remedy in remedies:
        assert remedy in result.out


def test_where_nothing_is_missing_both_kinds_are_ok(shell: AzureShell) -> None:
    result = shell.run("doctor")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[-1] == "14 ok."
    for subject in ("Azure (target eastus)", "workspace science (target eastus)", "target laptop"):
        assert subject in result.out.splitlines()


def test_json_names_each_check_and_the_sdk_is_not_loaded_for_it(
    azure: StandIn, shell: AzureShell
) -> None:
    azure.admin.deny("science", ["*/jobs/cancel/action"])
    profiled = replace(shell, variables={**shell.variables, "PYTHONPROFILEIMPORTTIME": "1"})
    result = profiled.run("doctor", "-o", "json")
    assert "reconciler.cli.doctor" in imported(result)
    assert "azure.ai.ml" not in imported(result)
    assert (result.code, result.json["ok"]) == (1, False)
    verdicts = {
        (each["subject"], each["check"]): each["verdict"] for each in result.json["findings"]
    }
    assert verdicts.pop(("workspace science", "cancel")) == "failed"
    assert set(verdicts.values()) == {"ok"}
    assert ("this machine", "state-folder") in verdicts


def test_filters_leave_out_targets(azure: StandIn, shell: AzureShell) -> None:
    azure.admin.refuse_tokens()
    assert shell.run("doctor", "--target", "lap*").code == 0
    assert "laptop" not in shell.run("doctor", "--only", "relax").out
    unknown = shell.run("doctor", "--target", "nowhere")
    assert (unknown.code, "eastus, laptop" in unknown.err) == (1, True)


def test_local_targets_alone_need_nothing_of_azure(tmp_path: Path) -> None:
    one = Shell(tmp_path, tmp_path / "state")
    one.write(spec())
    result = one.run("doctor")
    assert (result.code, "Azure" in result.out) == (0, False)
