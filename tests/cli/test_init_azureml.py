"""`init --azureml`: from flags or answers to a project that validates, is checked and plans."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.spec.loading import load
from tests.azure.standin import StandIn
from tests.azure.world import RESOURCE_GROUP, SUBSCRIPTION
from tests.cli.azure_shell import AzureShell
from tests.cli.shell import Shell

FLAGS = {
    "--subscription": SUBSCRIPTION,
    "--resource-group": RESOURCE_GROUP,
    "--workspace": "science",
    "--compute": "cpu",
}


def flags_with(**changed: str | None) -> list[str]:
    """All flags; `changed` has other values, None leaves a flag out."""
    flags: dict[str, str | None] = {
        **FLAGS,
        **{f"--{name.replace('_', '-')}": value for name, value in changed.items()},
    }
    return [part for flag, value in flags.items() if value is not None for part in (flag, value)]


def init(folder: Path, **changed: str | None) -> int:
    """Run it in this process, which has no terminal; its exit code."""
    return run(["init", str(folder), "--azureml", *flags_with(**changed)])


def answered(shell: Shell, answers: list[str], *arguments: str) -> tuple[int, str]:
    """Run `init --azureml` on a terminal, and type an answer to each question; code and screen."""
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        shell.command("init", "--azureml", *arguments),
        cwd=shell.folder,
        env=shell.environment(),
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.close(terminal)
    os.write(master, "".join(f"{answer}\n" for answer in answers).encode())
    screen, _ = process.communicate(timeout=60)
    os.close(master)
    return process.returncode, screen


def test_from_flags_to_a_plan(tmp_path: Path) -> None:
    with StandIn() as azure:
        azure.admin.add_workspace("science", "eastus", {"cpu": 100})
        shell = AzureShell(tmp_path, tmp_path / "state", azure.environment())
        assert shell.run("init", "--azureml", *flags_with()).code == 0
        validated = shell.run("validate")
        assert (validated.code, validated.err) == (0, "")
        assert shell.run("doctor").code == 0
        planned = shell.run("plan", "--detailed-exitcode")
        assert (planned.code, planned.err) == (2, "")
        assert planned.out.splitlines()[-1] == "Plan: hire 1."
        azure.admin.seed("science", "hello-science", 1)
        assert "1 live" in shell.run("plan").out


def test_without_a_terminal_all_missing_flags_are_named(shell: Shell) -> None:
    result = shell.run("init", "--azureml", "--workspace", "science")
    assert result.code == 1
    assert "give --subscription, --resource-group, --compute" in result.err
    assert "az account show" in result.err
    assert not (shell.folder / "specs").exists()


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"subscription": "science"}, "--subscription 'science' is no subscription id"),
        ({"resource_group": "a/b"}, "--resource-group 'a/b' is no resource group"),
        ({"workspace": "x"}, "--workspace 'x' is no workspace"),
        ({"workspace": "{target}"}, "--workspace '{target}' is no workspace"),
        ({"compute": "/cpu"}, "--compute '/cpu' is no compute"),
        ({"image": "two words"}, "--image 'two words' is no image"),
        ({"image": ""}, "--image '' is no image"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, str],
    complaint: str,
) -> None:
    assert init(tmp_path / "new", **changed) == 1
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_all_that_is_wrong_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path / "new", subscription="x", workspace="y z", compute=None) == 1
    told = capsys.readouterr().err
    for part in ("--subscription 'x'", "--workspace 'y z'", "give --compute"):
        assert part in told


@pytest.mark.parametrize(
    "changed",
    [
        {"resource_group": "1.10"},
        {"resource_group": "null"},
        {"resource_group": "(rg)-é_"},
        {"workspace": "007"},
        {"workspace": "My_Science-2"},
        {"compute": "on"},
        {"compute": "/subscriptions/s/resourceGroups/r/providers/Microsoft.MachineLearningServices"
            "/virtualClusters/big"},
        {"image": "azureml:relax@latest"},
        {"image": "azureml:relax:7"},
        {"image": "registry.azurecr.io/a/b@sha256:0123"},
    ],
)  # fmt: skip
def test_any_valid_value_gives_a_project_that_has_it(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    assert init(tmp_path, **changed) == 0
    loaded = load([str(tmp_path / "specs")])
    assert loaded.warnings == ()
    (region,) = (region for one in loaded.specs.workforces for region in one.regions)
    ((name, value),) = changed.items()
    if name == "image":
        environment = region.task.job["environment"]
        assert value in (environment, getattr(environment, "get", lambda _: None)("image"))
    else:
        key = "subscription_id" if name == "subscription" else name
        assert region.target.settings[key] == value


def test_flags_of_azureml_alone_are_refused(shell: Shell) -> None:
    result = shell.run("init", "--workspace", "science")
    assert (result.code, "add --azureml" in result.err) == (1, True)


def test_the_environment_gives_what_no_flag_does_and_that_is_said(tmp_path: Path) -> None:
    class WithDefaults(Shell):
        def environment(self) -> dict[str, str]:
            return {
                **super().environment(),
                "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
                "AZUREML_ARM_RESOURCEGROUP": "from-aml",
                "AZURE_DEFAULTS_WORKSPACE": "from-az",
            }

    result = WithDefaults(tmp_path, tmp_path / "state").run("init", "--azureml", "--compute", "cpu")
    assert result.code == 0
    assert "--workspace from-az is taken from AZURE_DEFAULTS_WORKSPACE." in result.err
    text = (tmp_path / "specs/project.yaml").read_text()
    assert "resource_group: from-aml\n" in text


def test_on_a_terminal_what_is_missing_is_asked_for(shell: Shell) -> None:
    code, screen = answered(
        shell, ["nonsense", SUBSCRIPTION, "rg", "cpu", ""], "--workspace", "science"
    )
    assert code == 0, screen
    assert "'nonsense' is no subscription id" in screen
    assert "AzureML workspace:" not in screen
    text = (shell.folder / "specs/project.yaml").read_text()
    for part in (SUBSCRIPTION, "resource_group: rg", "workspace: science", "compute: cpu"):
        assert part in text
    assert "mcr.microsoft.com" in (shell.folder / "specs/hello.yaml").read_text()


def test_wrong_answers_end_after_three(shell: Shell) -> None:
    code, screen = answered(shell, ["a", "b", "c"])
    assert (code, "no valid answer for --subscription" in screen) == (1, True)
    assert not (shell.folder / "specs").exists()


def test_the_end_of_input_is_no_answer(shell: Shell) -> None:
    code, screen = answered(shell, ["\x04"])
    assert (code, "there was no answer for --subscription" in screen) == (1, True)
