"""Which files are specs: found in a fixed order, within the given folder, named as the user did."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.spec.folder import find
from reconciler.spec.issues import SpecErrors
from reconciler.spec.loading import load
from reconciler.values.errors import UserError

from .conftest import TARGETS, WORKFORCE

Write = Callable[[dict[str, str | bytes]], None]


def names(*paths: str) -> list[str]:
    return [file.name for file in find(paths).files]


def test_a_folder_is_read_with_all_under_it_in_order(write: Write) -> None:
    write(dict.fromkeys(("b.yaml", "a.yml", "z/c.yaml", "m/n/d.yaml", "a/e.yaml"), ""))
    assert names("specs") == [
        "specs/a.yml",
        "specs/b.yaml",
        "specs/a/e.yaml",
        "specs/m/n/d.yaml",
        "specs/z/c.yaml",
    ]


def test_other_files_and_names_with_a_dot_or_underscore_are_skipped(write: Write) -> None:
    skipped = (
        "README.md",
        ".a.yaml",
        "_b.yaml",
        ".git/c.yaml",
        "_old/d.yaml",
        "e.yaml.bak",
        "f.json",
    )
    write(dict.fromkeys((*skipped, "kept.yaml"), ""))
    assert names("specs") == ["specs/kept.yaml"]


def test_a_file_that_is_named_is_read_whatever_its_name(write: Write) -> None:
    write({"_draft.txt": ""})
    assert names("specs/_draft.txt") == ["specs/_draft.txt"]


def test_positions_name_files_from_the_current_folder(write: Write, folder: Path) -> None:
    write({"a.yaml": ""})
    assert names(str(folder / "specs")) == ["specs/a.yaml"]
    assert names("./specs/") == ["specs/a.yaml"]
    os.chdir(folder / "specs")
    assert names(".") == ["a.yaml"]
    assert names("../specs") == ["../specs/a.yaml"]
    os.chdir("/")
    assert names(str(folder / "specs")) == [str(folder / "specs/a.yaml")[1:]]


def test_a_file_given_twice_is_read_once(write: Write) -> None:
    write({"a.yaml": "", "b.yaml": ""})
    assert names("specs/b.yaml", "specs") == ["specs/b.yaml", "specs/a.yaml"]


def test_a_link_within_the_folder_is_followed_once(write: Write, folder: Path) -> None:
    write({"real/a.yaml": ""})
    (folder / "specs/linked").symlink_to("real")
    (folder / "specs/real/around").symlink_to("..")
    (folder / "specs/again.yaml").symlink_to("real/a.yaml")
    found = find(["specs"])
    assert found.issues == ()
    assert [file.name for file in found.files] == ["specs/again.yaml"]


@pytest.mark.parametrize("is_folder", [False, True], ids=["a file", "a folder"])
def test_a_link_out_of_the_folder_is_refused(write: Write, folder: Path, is_folder: bool) -> None:
    write({"own.yaml": TARGETS, "../outside/other.yaml": WORKFORCE})
    target = folder / ("outside" if is_folder else "outside/other.yaml")
    (folder / "specs/link.yaml").symlink_to(target)
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    assert str(caught.value) == (
        "specs/link.yaml:1:1: this link leads out of specs: copy what it leads to, "
        "or begin its name with '_' to skip it"
    )


def test_the_given_folder_itself_may_be_a_link(write: Write, folder: Path) -> None:
    write({"a.yaml": ""})
    (folder / "link").symlink_to("specs")
    assert names("link") == ["link/a.yaml"]


def test_a_link_to_nowhere_is_told(write: Write, folder: Path) -> None:
    write({"a.yaml": TARGETS})
    (folder / "specs/gone.yaml").symlink_to("missing.yaml")
    with pytest.raises(SpecErrors, match=r"gone\.yaml:1:1: the file can't be read: no such file"):
        load(["specs"])


def test_a_pipe_is_not_waited_for(write: Write, folder: Path) -> None:
    write({"a.yaml": TARGETS})
    os.mkfifo(folder / "specs/pipe.yaml")
    with pytest.raises(SpecErrors, match=r"pipe\.yaml:1:1: this is no regular file"):
        load(["specs"])


@pytest.mark.parametrize("name", ["new\nline.yaml", "esc\x1b.yaml", "bidi\u202e.yaml"])
def test_a_name_that_does_not_print_is_refused(write: Write, name: str) -> None:
    write({name: TARGETS})
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    assert str(caught.value).endswith("1:1: a file's name holds only characters that print")
    assert str(caught.value).isprintable()


def test_a_name_that_is_not_utf_8_is_refused(write: Write, folder: Path) -> None:
    write({"a.yaml": TARGETS})
    Path(os.fsdecode(os.fsencode(folder) + b"/specs/caf\xe9.yaml")).write_text(TARGETS)
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    str(caught.value).encode("utf-8")


def test_a_path_that_is_not_there_says_so() -> None:
    with pytest.raises(UserError) as caught:
        load(["spces"])
    assert caught.value.message == "there is no spces"
    assert caught.value.remedy is not None
    assert "reconciler init" in caught.value.remedy


def test_an_empty_folder_says_how_to_begin(folder: Path) -> None:
    (folder / "specs").mkdir()
    with pytest.raises(UserError) as caught:
        load(["specs"])
    assert caught.value.message == "no spec files in specs/"
    assert caught.value.remedy == "`reconciler init` writes a first one"


def test_files_without_documents_say_how_to_begin(write: Write) -> None:
    write({"a.yaml": "# nothing yet\n", "b.yaml": "---\n---\n"})
    with pytest.raises(UserError, match=r"no spec documents in specs/a\.yaml, specs/b\.yaml"):
        load(["specs"])


def test_a_path_with_a_nul_is_not_there() -> None:
    with pytest.raises(UserError, match="there is no"):
        load(["a\0b"])


def test_only_whole_folders_are_whole(write: Write) -> None:
    write({"a.yaml": TARGETS, "b.yaml": WORKFORCE})
    assert not load(["specs"]).specs.is_partial
    assert not load(["./specs/"]).specs.is_partial
    assert load(["specs/a.yaml", "specs/b.yaml"]).specs.is_partial
    assert load(["specs", "specs/a.yaml"]).specs.is_partial


def test_another_folder_is_whole_where_it_says_that_it_is_a_project(write: Write) -> None:
    """Else it may be a part of one, whose other files claim what no file here does."""
    write({"part/a.yaml": TARGETS, "part/b.yaml": WORKFORCE})
    assert load(["specs/part"]).specs.is_partial
    write({"part/project.yaml": "kind: Project\nname: lab\n"})
    assert not load(["specs/part"]).specs.is_partial
    assert load(["specs/part", "specs/part/a.yaml"]).specs.is_partial
