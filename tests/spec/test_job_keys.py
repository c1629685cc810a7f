"""Tasks in the keys of AzureML's command job: whatever `load_job` takes is valid here.

Each file of jobs/ shows one kind of job that AzureML's documentation describes.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.workforce import Task
from reconciler.spec.loading import Loaded, load
from reconciler.values.duration import Duration
from reconciler.values.immutable import thawed

from .conftest import Load, Refuse

JOBS = Path(__file__).parent / "jobs"
NAMES = sorted(path.stem for path in JOBS.glob("*.yml"))

TARGETS = """\
kind: Targets
defaults:
  azureml:
    subscription_id: 00000000-0000-0000-0000-000000000000
    resource_group: science-rg
    workspace: "science-{target}"
    compute: cpu-cluster
targets: {eastus: {}, laptop: {local: {}}}
"""
WORKFORCE = "kind: Workforce\nname: w\nscale: {desired: 1}\n"


def workforce(task: str, regions: str = "{eastus: {}}") -> str:
    return f"{WORKFORCE}regions: {regions}\ntask: {task}\n"


@pytest.fixture
def load_task(load_specs: Load) -> Any:
    def load_one(task: str, regions: str = "{eastus: {}}") -> Loaded:
        loaded: Loaded = load_specs(workforce(task, regions), targets=TARGETS)
        return loaded

    return load_one


def task_of(loaded: Loaded) -> Task:
    return loaded.specs.workforces[0].regions[0].task


@pytest.mark.filterwarnings("ignore::Warning")  # the SDK's own
@pytest.mark.parametrize("name", NAMES)
def test_azureml_takes_the_job(name: str) -> None:
    from azure.ai.ml import load_job

    job = load_job(str(JOBS / f"{name}.yml"))
    assert job.type == "command"


def copy_beside(name: str, target: Path) -> None:
    """Copy one job and what it refers to; YAML that no spec refers to would be taken for one."""
    shutil.copytree(JOBS, target, ignore=shutil.ignore_patterns("*.yml"))
    written = (JOBS / f"{name}.yml").read_text()
    (target / f"{name}.yml").write_text(written)
    if "data/conda.yml" in written:
        shutil.copy(JOBS / "data" / "conda.yml", target / "data")


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_task_by_reference(name: str, folder: Path) -> None:
    copy_beside(name, folder / "specs" / "jobs")
    spec = f"{TARGETS}---\n{workforce(f'{{file: jobs/{name}.yml}}')}"
    (folder / "specs" / "spec.yaml").write_text(spec)
    task = task_of(load(["specs"]))
    assert task.command
    assert "environment" in task.job


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_task_written_out(name: str, folder: Path) -> None:
    copy_beside(name, folder / "specs")
    written = (folder / "specs" / f"{name}.yml").read_text().replace("\n", "\n  ")
    (folder / "specs" / f"{name}.yml").unlink()
    spec = f"{TARGETS}---\n{workforce(chr(10) + '  ' + written)}"
    (folder / "specs" / "spec.yaml").write_text(spec)
    assert "environment" in task_of(load(["specs"])).job


def test_what_a_job_says_is_kept_in_its_own_form(load_task: Any) -> None:
    task = task_of(
        load_task(
            "{command: x, environment: {image: a/b:1}, resources: {shm_size: 262144k, "
            "instance_count: 2}, identity: {type: Managed}, inputs: {rate: 0.10, on: true}, "
            "outputs: {out: null}, properties: {version: 1.10}, limits: {timeout: 2h}}"
        )
    )
    assert thawed(task.job) == {
        "environment": {"image": "a/b:1"},
        "identity": {"type": "managed"},
        "inputs": {"rate": 0.1, "on": True},
        "outputs": {"out": {}},
        "properties": {"version": "1.10"},
        "resources": {"shm_size": "256m", "instance_count": 2},
    }
    assert task.timeout == Duration(7200)


def test_extra_is_handed_on_unread(load_task: Any) -> None:
    task = task_of(load_task("{command: x, extra: {newKey: {deep: [1, {a: no}]}, type: odd}}"))
    assert thawed(task.job["extra"]) == {"newKey": {"deep": [1, {"a": "no"}]}, "type": "odd"}


def test_keys_that_this_tool_sets_itself_are_accepted_and_told(load_task: Any) -> None:
    loaded = load_task("{command: x, compute: azureml:big, name: mine, experiment_name: e}")
    assert [(one.path, one.message) for one in loaded.warnings] == [
        ("task.compute", "does nothing: the region's target says where workers run"),
        ("task.name", "does nothing: jobs are named by their number"),
        ("task.experiment_name", "does nothing: the region's `experiment` holds its jobs"),
    ]
    assert not task_of(loaded).job


def test_what_local_targets_pass_over_is_told_once(load_task: Any) -> None:
    task = "{command: x, resources: {shm_size: 1g}, environment: a:1, code: gone}"
    told = load_task(task, "{laptop: {}, two: {target: laptop, experiment: two}}").warnings
    assert [str(one) for one in told] == [
        "specs/spec.yaml:5:20: task: resources and 2 more keys are for AzureML and do nothing on "
        "local targets"
    ]
    one = load_task("{command: x, environment: a:1}", "{laptop: {}}").warnings
    assert [one.message for one in one] == [
        "environment is for AzureML and does nothing on local targets"
    ]


def test_a_region_overrides_keys_of_the_job_one_by_one(load_task: Any) -> None:
    loaded = load_task(
        "{command: x, resources: {shm_size: 1g, instance_count: 2}, "
        "identity: {type: user_identity}}",
        "{eastus: {}, other: {target: eastus, experiment: o, task: {resources: {shm_size: 2g}, "
        "identity: {type: managed, client_id: abc}}}}",
    )
    base, other = (region.task.job for region in loaded.specs.workforces[0].regions)
    assert thawed(base["resources"]) == {"shm_size": "1g", "instance_count": 2}
    assert thawed(other["resources"]) == {"shm_size": "2g", "instance_count": 2}
    assert thawed(other["identity"]) == {"type": "managed", "client_id": "abc"}
    digests = {region.digest for region in loaded.specs.workforces[0].regions}
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("task", "error"),
    [
        (
            "{command: x, identity: {type: manged}}",
            "5:30: task.identity: should be a map whose `type` is managed, managed_identity, "
            "user_identity or aml_token, not 'manged'",
        ),
        (
            "{command: x, identity: {type: managed, clientid: a}}",
            "5:46: task.identity.clientid: is not a key here (did you mean 'client_id'?)",
        ),
        (
            "{command: x, environment: {image: a, build: {path: b}}}",
            "5:33: task.environment: an environment needs either an `image` or a `build`",
        ),
        (
            "{command: x, environment: [a]}",
            "5:33: task.environment: should be text or a map, not a list",
        ),
        (
            "{command: x, resources: {shm_size: 256}}",
            "5:42: task.resources.shm_size: should be a size with a unit, like 256m, 256MiB or "
            "2g, not 256",
        ),
        (
            "{command: x, resources: {shmsize: 256m}}",
            "5:32: task.resources.shmsize: is not a key here (did you mean 'shm_size'?)",
        ),
        (
            "{command: x, type: sweep}",
            "5:26: task.type: should be command, not the text 'sweep'",
        ),
        (
            "{command: x, extra: {a: .nan}}",
            "5:27: task.extra: holds a number that JSON has no form for: put it in quotes",
        ),
        (
            "{command: x, environment_variables: {A: {from_env: 1A}}}",
            "5:58: task.environment_variables.A.from_env: '1A' is not the name of a variable: "
            "letters, digits and '_', no digit first",
        ),
    ],
)
def test_a_wrong_job_is_told_at_its_place(task: str, error: str, refused: Refuse) -> None:
    assert refused(workforce(task), targets=TARGETS) == [f"specs/spec.yaml:{error}"]
