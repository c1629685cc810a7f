"""`task: {file: job.yml}`, and what tasks name besides: read inside the folder alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.workforce import Task
from reconciler.spec import contents
from reconciler.spec.issues import SpecErrors
from reconciler.spec.loading import load

from .conftest import TARGETS
from .test_job_keys import TARGETS as AZUREML

JOB = "type: command\ncommand: from the file\nenvironment_variables: {A: file, B: file}\n"


def workforce(task: str, region: str = "laptop") -> str:
    return (
        f"kind: Workforce\nname: w\ntask: {task}\nscale: {{desired: 1}}\n"
        f"regions: {{{region}: {{}}}}\n"
    )


def loaded_task() -> Task:
    return load(["specs"]).specs.workforces[0].regions[0].task


def errors() -> list[str]:
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    return str(caught.value).splitlines()


def test_keys_of_the_task_come_over_those_of_the_file(write: Any) -> None:
    write({
        "t.yaml": TARGETS,
        "w.yaml": workforce("{file: job.yml, environment_variables: {B: own}}"),
        "job.yml": JOB,
    })  # fmt: skip
    task = loaded_task()
    assert task.command == "from the file"
    assert dict(task.environment_variables) == {"A": "file", "B": "own"}


def test_a_file_is_found_from_the_file_that_names_it(write: Any) -> None:
    write({
        "t.yaml": TARGETS,
        "deep/er/w.yaml": workforce("{file: ../jobs/job.yml}"),
        "deep/jobs/job.yml": JOB,
    })  # fmt: skip
    assert loaded_task().command == "from the file"


def test_one_file_may_serve_several_workforces(write: Any) -> None:
    second = workforce("{file: job.yml, command: own}").replace("name: w", "name: v")
    write({"a.yaml": f"{TARGETS}---\n{workforce('{file: job.yml}')}---\n{second}", "job.yml": JOB})
    tasks = [one.regions[0].task.command for one in load(["specs"]).specs.workforces]
    assert tasks == ["from the file", "own"]


def test_errors_in_the_file_have_their_place_there(write: Any) -> None:
    write({
        "w.yaml": f"{TARGETS}---\n{workforce('{file: job.yml}')}",
        "job.yml": "comand: x\nlimits: {timeout: never}\n",
    })  # fmt: skip
    assert errors() == [
        "specs/job.yml:1:1: task.comand: is not a key here (did you mean 'command'?)",
        "specs/job.yml:2:19: task.limits.timeout: 'never' is not a duration: write a number and a "
        "unit, like 90s, 15m, 2h or 14d",
        "specs/w.yaml:6:1: task.command: is missing",
    ]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("a: [1\n", "specs/job.yml:1:4: the [ that opens here is never closed"),
        ("- a\n", "specs/job.yml:1:1: a job's file should be a map, not a list"),
        ("file: other.yml\n", "specs/job.yml:1:1: file: a job's file can't refer to another one"),
        (
            "a: 1\n---\nb: 2\n",
            "specs/w.yaml:6:14: task.file: the file should hold one job, not 2 documents",
        ),
        (
            "# nothing\n",
            "specs/w.yaml:6:14: task.file: the file should hold one job, not 0 documents",
        ),
    ],
)
def test_a_file_that_holds_no_job_is_one_error(content: str, error: str, write: Any) -> None:
    write({"w.yaml": f"{TARGETS}---\n{workforce('{file: job.yml}')}", "job.yml": content})
    assert errors() == [error]


@pytest.mark.parametrize(
    "path", ["../secret.yml", "/etc/passwd", "deep/../../secret.yml", "link.yml"]
)
def test_nothing_outside_the_folder_is_read(path: str, write: Any, folder: Path) -> None:
    (folder / "secret.yml").write_text("command: secret\n")
    write({"w.yaml": f"{TARGETS}---\n{workforce(f'{{file: {path}}}')}", "deep/.x": ""})
    if path == "link.yml":
        (folder / "specs" / "_real").symlink_to("../secret.yml")
        path = "_real"
        write({"w.yaml": f"{TARGETS}---\n{workforce('{file: _real}')}"})
    (error,) = errors()
    assert error.startswith(f"specs/w.yaml:6:14: task.file: '{path}' leads out of specs")
    assert "secret:" not in error


def test_a_file_that_is_not_there_is_told(write: Any) -> None:
    write({"w.yaml": f"{TARGETS}---\n{workforce('{file: gone.yml}')}"})
    assert errors() == ["specs/w.yaml:6:14: task.file: there is no file specs/gone.yml"]


def test_relative_paths_begin_at_the_file_that_has_them(write: Any) -> None:
    write({
        "w.yaml": f"{AZUREML}---\n{workforce('{file: jobs/job.yml}', 'eastus')}",
        "jobs/job.yml": "command: x\ncode: src\n",
        "jobs/src/a.py": "print()\n",
    })  # fmt: skip
    task = loaded_task()
    (path,) = task.files.values()
    assert path.endswith("specs/jobs/src")
    assert str(task.job["code"]).startswith("sha256:")


def digest() -> str:
    return load(["specs"]).specs.workforces[0].regions[0].digest


def test_changed_code_is_another_task(write: Any) -> None:
    spec = f"{AZUREML}---\n{workforce('{command: x, code: src}', 'eastus')}"
    write({"w.yaml": spec, "src/a.py": "1\n", "src/deep/b.py": "2\n"})
    first = digest()
    write({"src/__pycache__/a.pyc": "x"})
    os.utime("specs/src/a.py", (1, 1))
    assert digest() == first
    write({"src/deep/b.py": "3\n"})
    changed = digest()
    write({"src/deep/c.py": ""})
    assert len({first, changed, digest()}) == 3


def test_moved_code_is_the_same_task(write: Any, folder: Path) -> None:
    write({
        "w.yaml": f"{AZUREML}---\n{workforce('{command: x, code: src}', 'eastus')}",
        "src/a.py": "1\n",
    })  # fmt: skip
    first = digest()
    (folder / "specs" / "src").rename(folder / "specs" / "elsewhere")
    write({"w.yaml": f"{AZUREML}---\n{workforce('{command: x, code: elsewhere}', 'eastus')}"})
    assert digest() == first


def test_code_outside_the_folder_is_refused(write: Any, folder: Path) -> None:
    (folder / "private").mkdir()
    write({"w.yaml": f"{AZUREML}---\n{workforce('{command: x, code: ../private}', 'eastus')}"})
    assert errors() == [
        "specs/w.yaml:12:26: task.code: '../private' leads out of specs, the folder that was "
        "given: only what lies in it is read"
    ]


def test_a_link_out_of_the_code_is_refused(write: Any, folder: Path) -> None:
    (folder / "private").write_text("secret")
    write({
        "w.yaml": f"{AZUREML}---\n{workforce('{command: x, code: src}', 'eastus')}",
        "src/a.py": "",
    })  # fmt: skip
    (folder / "specs" / "src" / "link").symlink_to("../../private")
    assert errors() == [
        "specs/w.yaml:12:26: task.code: the link specs/src/link leads out of the folder"
    ]


def test_too_much_code_is_refused(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write({
        "w.yaml": f"{AZUREML}---\n{workforce('{command: x, code: src}', 'eastus')}",
        "src/a.py": "1234", "src/b.py": "5678",
    })  # fmt: skip
    monkeypatch.setattr(contents, "MOST_FILES", 1)
    assert "holds over 1 files" in errors()[0]
    monkeypatch.setattr(contents, "MOST_FILES", 2)
    monkeypatch.setattr(contents, "MOST_BYTES", 7)
    assert "holds over 0 MB" in errors()[0]


def test_yaml_that_a_task_names_is_no_spec(write: Any) -> None:
    write({
        "w.yaml": f"{AZUREML}---\n"
        + workforce(
            "{command: x, code: src, environment: {image: a, conda_file: conda.yml}}", "eastus"
        ),
        "src/config.yaml": "no: spec\n",
        "conda.yml": "name: dft\n",
    })  # fmt: skip
    assert set(loaded_task().job) == {"code", "environment"}


def test_code_beside_the_specs_does_not_hide_them(write: Any) -> None:
    write({"w.yaml": f"{AZUREML}---\n{workforce('{command: x, code: .}', 'eastus')}"})
    assert str(loaded_task().job["code"]).startswith("sha256:")
