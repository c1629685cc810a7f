"""Loading as a whole: documents over files, filters, everything that is wrong at once."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.spec.issues import SpecErrors
from reconciler.spec.loading import load
from reconciler.values.errors import UserError

from .conftest import TARGETS, WORKFORCE

Write = Callable[[dict[str, str | bytes]], None]


def workforce(name: str) -> str:
    return WORKFORCE.replace("name: w", f"name: {name}")


def test_documents_find_each_other_over_files(write: Write) -> None:
    write({"a.yaml": WORKFORCE, "b/targets.yaml": TARGETS, "c.yml": "kind: Project\nname: lab\n"})
    specs = load(["specs"]).specs
    assert specs.project == "lab"
    assert [target.name for target in specs.targets] == ["laptop", "tower"]
    assert specs.workforces[0].regions[0].target.name == "laptop"


def test_targets_may_stand_in_several_documents(write: Write) -> None:
    write({
        "a.yaml": "kind: Targets\ntargets: {one: {local: {}}}\n",
        "b.yaml": "kind: Targets\ntargets: {two: {local: {}}}\n",
    })  # fmt: skip
    assert [target.name for target in load(["specs"]).specs.targets] == ["one", "two"]


def test_errors_of_all_files_come_at_once_by_file_and_line(write: Write) -> None:
    write({
        "a.yaml": "kind: Project\nname: X\n---\nkind: Workforce\nname: y\n",
        "b.yaml": 'kind: "Workforce\n',
        "c.yaml": "caf\xe9".encode("latin-1"),
        "d.yaml": TARGETS,
    })  # fmt: skip
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    assert [(i.position.file, i.position.line, i.path) for i in caught.value.issues] == [
        ("specs/a.yaml", 2, "name"),
        ("specs/a.yaml", 4, "regions"),
        ("specs/a.yaml", 4, "scale"),
        ("specs/a.yaml", 4, "task"),
        ("specs/b.yaml", 1, ""),
        ("specs/c.yaml", 1, ""),
    ]


def test_a_missing_target_is_not_told_where_a_file_can_not_be_read(write: Write) -> None:
    write({"a.yaml": WORKFORCE, "b.yaml": 'kind: "Targets\n'})
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    assert [issue.position.file for issue in caught.value.issues] == ["specs/b.yaml"]


def test_errors_survive_pickling(write: Write) -> None:
    write({"a.yaml": "kind: Workforce\n"})
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.issues == caught.value.issues
    assert str(again) == str(caught.value)


def test_a_pattern_keeps_the_workforces_that_fit(write: Write) -> None:
    write({"a.yaml": "---\n".join([TARGETS, *map(workforce, ("dft-a", "dft-b", "md"))])})
    specs = load(["specs"], only=["dft-*"]).specs
    assert [one.name for one in specs.workforces] == ["dft-a", "dft-b"]
    assert specs.is_partial
    assert [one.name for one in load(["specs"], only=["md", "dft-b"]).specs.workforces] == [
        "dft-b",
        "md",
    ]


def test_a_pattern_that_keeps_all_leaves_nothing_out(write: Write) -> None:
    write({"a.yaml": "---\n".join([TARGETS, workforce("a"), workforce("b")])})
    assert not load(["specs"], only=["*"]).specs.is_partial


def test_a_pattern_that_fits_nothing_names_the_workforces(write: Write) -> None:
    write({"a.yaml": "---\n".join([TARGETS, workforce("relax"), workforce("md")])})
    with pytest.raises(UserError) as caught:
        load(["specs"], only=["md", "rleax"])
    assert caught.value.message == "no workforce fits --only 'rleax' (did you mean 'relax'?)"
    assert caught.value.remedy == "the workforces are md, relax"


def test_workforces_that_are_left_out_are_checked_but_not_warned_of(write: Write) -> None:
    doubtful = workforce("a").replace("laptop: {}", "laptop: {min: 5}")
    write({"a.yaml": "---\n".join([TARGETS, doubtful, workforce("b")])})
    assert len(load(["specs"]).warnings) == 1
    assert load(["specs"], only=["b"]).warnings == ()
    write({"b.yaml": workforce("c").replace("desired: 1", "desired: x")})
    with pytest.raises(SpecErrors):
        load(["specs"], only=["b"])


def test_a_project_without_workforces_loads(write: Write) -> None:
    write({"a.yaml": TARGETS})
    loaded = load(["specs"])
    assert loaded.specs.workforces == ()
    assert loaded.specs.project == "default"


def test_loading_twice_gives_equal_specs(write: Write) -> None:
    write({"a.yaml": "---\n".join([TARGETS, workforce("a"), workforce("b")])})
    assert load(["specs"]) == load(["specs"])


def test_nothing_of_a_spec_is_expanded(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hidden")
    text = WORKFORCE.replace("sleep 1", "'echo $SECRET ${SECRET} {target} ~'")
    write({"a.yaml": "---\n".join([TARGETS, text])})
    task = load(["specs"]).specs.workforces[0].regions[0].task
    assert task.command == "echo $SECRET ${SECRET} {target} ~"


def test_a_worker_starts_in_the_folder_of_its_spec(write: Write, folder: Path) -> None:
    write({"targets.yaml": TARGETS, "deep/a.yaml": WORKFORCE})
    task = load(["specs"]).specs.workforces[0].regions[0].task
    assert task.working_directory == str((folder / "specs/deep").resolve())
