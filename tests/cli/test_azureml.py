"""A fleet of 84 AzureML regions, one of them down, through the console script.

Nothing but environment variables is set; what the commands say is compared with what was put into
the stand-in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from reconciler.model.workforce import Task
from reconciler.task.digest import task_digest
from tests.azure.standin import StandInProcess
from tests.cli.azure_shell import AzureShell, azure_shell, imported, project, seed, workspace
from tests.cli.shell import Result

TARGETS = [f"r{number:02d}" for number in range(1, 85)]
DOWN = "r42"
QUEUED, OLD, FAILED = "r01", "r02", "r03"
EACH = 2
DESIRED = 4 * len(TARGETS)
COMMAND = "sleep 3"
DIGEST = task_digest(Task(COMMAND))
OLD_DIGEST = "1:00000000000000aa"
LIVE = EACH * (len(TARGETS) - 1)

WORKFORCE = f"""\
kind: Workforce
name: relax
task: {{command: {COMMAND}}}
scale: {{desired: {DESIRED}}}
regions: {{{", ".join(f"{name}: {{max: 4}}" for name in TARGETS)}}}
"""

COMMANDS = {
    "plan": ["plan"],
    "detailed": ["plan", "--detailed-exitcode", "-o", "json"],
    "json": ["status", "-o", "json"],
    "status": ["status", "--strict", "--workers"],
    "apply": ["apply", "--auto-approve"],
}
TRACED = ("plan", "status")
"""Run with the interpreter's list of imports on standard error."""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureShell]:
    with StandInProcess() as azure:
        admin = azure.admin
        for number, name in enumerate(TARGETS):
            admin.add_workspace(
                name=workspace(name), location=f"place{number % 6}", computes={"cpu": 10}
            )
            digest = OLD_DIGEST if name == OLD else DIGEST
            admin.set_compute(
                workspace=workspace(name), name="cpu", available=0 if name == QUEUED else 10
            )
            seed(admin, name, EACH, digest, status="Queued" if name == QUEUED else "Running")
        seed(admin, FAILED, 1, DIGEST, status="Failed", first=7, error="no such file: work.py")
        admin.region_down(workspace=workspace(DOWN))
        folder = tmp_path_factory.mktemp("fleet")
        one = azure_shell(azure, folder)
        one.write(f"{project(TARGETS)}---\n{WORKFORCE}")
        yield one


@pytest.fixture(scope="module")
def said(shell: AzureShell) -> Callable[[str], Result]:
    """What each command left. They mostly wait for the region that is down: all at once."""
    traced = replace(shell, variables={**shell.variables, "PYTHONPROFILEIMPORTTIME": "1"})

    def run(name: str) -> Result:
        return (traced if name in TRACED else shell).run(*COMMANDS[name])

    with ThreadPoolExecutor(3) as pool:
        done = pool.map(run, COMMANDS)
        results = dict(zip(COMMANDS, done, strict=True))
    return results.__getitem__


def test_a_plan_names_what_is_down_and_why(said: Callable[[str], Result]) -> None:
    result = said("plan")
    assert result.code == 0
    text = " ".join(result.out.split())
    assert f"workspace {workspace(DOWN)}: 503" in text
    assert "health in the portal" in text
    assert f"{DESIRED} desired, {LIVE} live in what could be read" in text
    # The region that is down may hold as many as its max: nobody is hired in their place.
    assert f"Plan: hire {DESIRED - LIVE - 4} " in text


def test_a_plan_in_detail_ends_with_5_and_counts_what_could_be_read(
    said: Callable[[str], Result],
) -> None:
    result = said("detailed")
    assert result.code == 5
    (workforce,) = result.json["workforces"]
    regions = {region["name"]: region for region in workforce["regions"]}
    assert len(regions) == len(TARGETS)
    assert [name for name, one in regions.items() if not one["readable"]] == [DOWN]
    running = sum(one["observed"]["running"] for one in regions.values() if one["readable"])
    pending = sum(one["observed"]["pending"] for one in regions.values() if one["readable"])
    assert (running, pending) == (LIVE - EACH, EACH)
    assert regions[QUEUED]["observed"]["pending"] == EACH
    assert [action["kind"] for action in regions[DOWN]["actions"]] in ([], ["hold"])
    assert [name for name, one in regions.items() if one["task_changes"]] == [OLD]


def test_status_counts_every_region_but_the_one_that_is_down(
    said: Callable[[str], Result],
) -> None:
    result = said("status")
    assert result.code == 5
    assert f"{LIVE} live in what could be read, {DESIRED} desired." in result.out
    rows = {
        line.split()[0]: line.split()[1:] for line in result.out.splitlines() if line[:3] == "  r"
    }
    assert rows[DOWN] == ["unreadable"]
    assert rows[QUEUED] == ["2", "0", "2", "0", "0"]
    assert rows[OLD] == ["2", "2", "0", "0", "0"]
    assert "ended in the last hour: 1 Failed" in result.out
    assert "no such file: work.py" in " ".join(result.out.split())


def test_status_as_json_says_the_same(said: Callable[[str], Result]) -> None:
    result = said("json")
    assert result.code == 0
    assert (result.json["live"], result.json["desired"]) == (LIVE, DESIRED)
    regions = {one["name"]: one for one in result.json["workforces"][0]["regions"]}
    assert [name for name, one in regions.items() if not one["readable"]] == [DOWN]
    (ended,) = regions[FAILED]["ended_lately"]
    assert (ended["number"], ended["note"]) == (7, "no such file: work.py")
    assert any("503" in str(one) for one in result.json["diagnostics"])


def test_workers_are_shown_with_age_number_task_and_page(said: Callable[[str], Result]) -> None:
    lines = said("status").out.splitlines()
    workers = [number for number, line in enumerate(lines) if line.startswith("    00000")]
    assert len(workers) == LIVE
    assert sum("another task" in lines[number] for number in workers) == EACH
    assert sum("current" in lines[number] for number in workers) == LIVE - EACH
    for number in workers:
        assert "2h" in lines[number]
        assert "https://ml.azure.com/runs/relax-" in lines[number + 1]


def test_apply_is_refused_while_it_cannot_act(said: Callable[[str], Result]) -> None:
    result = said("apply")
    assert result.code == 1
    assert "acting on AzureML targets, which this version can't do yet" in result.err


def test_no_command_imports_the_sdk(said: Callable[[str], Result]) -> None:
    for name in TRACED:
        modules = imported(said(name))
        assert "azure.mgmt.core" in modules
        assert not {one for one in modules if one.startswith("azure.ai")}
