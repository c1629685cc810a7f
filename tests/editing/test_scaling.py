"""`scale` before it writes: whose file it is, and what may have happened to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.scale import scale
from reconciler.editing import scaling
from reconciler.editing.scaling import Amount
from reconciler.values.errors import UserError
from tests.editing.case_files import TARGETS

SPEC = b"""\
kind: Workforce
name: hello
task: {command: sleep 1000}
scale: {desired: 3}
regions: {laptop: {}}
"""


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "targets.yaml").write_bytes(TARGETS)
    (folder / "hello.yaml").write_bytes(SPEC)
    return folder


def test_apply_without_a_terminal_is_refused_before_the_edit(specs: Path) -> None:
    with pytest.raises(UserError, match="there is no terminal to ask on"):
        scale("hello", "5", apply=True)
    assert (specs / "hello.yaml").read_bytes() == SPEC


def test_a_file_that_changes_meanwhile_is_left(
    specs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = specs / "hello.yaml"
    theirs = SPEC + b"# theirs\n"
    monkeypatch.setattr(scaling, "_rehearse", lambda *_: file.write_bytes(theirs))
    with pytest.raises(UserError, match="changed by someone else"):
        scaling.scale(["specs"], "hello", Amount("5"))
    assert file.read_bytes() == theirs


def test_a_workforce_that_is_there_twice_is_told_with_both_places(specs: Path) -> None:
    (specs / "again.yaml").write_bytes(SPEC)
    with pytest.raises(UserError) as caught:
        scaling.scale(["specs"], "hello", Amount("5"))
    assert "specs/again.yaml:2:7 and specs/hello.yaml:2:7" in caught.value.message


def test_a_file_that_cannot_be_parsed_may_hold_the_workforce(specs: Path) -> None:
    (specs / "broken.yaml").write_bytes(b"kind: [a\n")
    with pytest.raises(UserError, match=r"broken\.yaml:1:7"):
        scaling.scale(["specs"], "moon", Amount("5"))


def test_a_link_in_the_folder_stays_a_link(specs: Path) -> None:
    (specs / "hello.yaml").rename(specs / "_real.yaml")
    (specs / "hello.yaml").symlink_to("_real.yaml")
    scaling.scale(["specs"], "hello", Amount("5"))
    assert (specs / "hello.yaml").is_symlink()
    assert b"desired: 5" in (specs / "_real.yaml").read_bytes()


def test_what_the_command_line_takes_as_an_amount() -> None:
    assert Amount.parse("5") == Amount("5")
    assert Amount.parse("007") == Amount("7")
    assert Amount.parse("auto") == Amount("auto")
    assert Amount.parse("+2") == Amount("+2", 2)
    assert Amount.parse("-2") == Amount("-2", -2)
    for wrong in ("", "x", "1.5", "--2", "+", "5 ", "٣", "1e3", "9999999999"):
        with pytest.raises(UserError):
            Amount.parse(wrong)


def test_what_could_not_be_planned_is_not_written(
    specs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object, *, acting: bool) -> None:
        raise UserError("hello.yaml:4:18: scale.desired: needs a crystal ball")

    monkeypatch.setattr(scaling, "refuse_needs", refuse)
    with pytest.raises(UserError, match="needs a crystal ball"):
        scaling.scale(["specs"], "hello", Amount("5"))
    assert (specs / "hello.yaml").read_bytes() == SPEC


def test_errors_elsewhere_in_the_folder_leave_the_file(specs: Path) -> None:
    (specs / "other.yaml").write_bytes(SPEC.replace(b"hello", b"other").replace(b"scale", b"scael"))
    with pytest.raises(UserError, match=r"other\.yaml:4:1: scael: is not a key here"):
        scaling.scale(["specs"], "hello", Amount("5"))
    assert (specs / "hello.yaml").read_bytes() == SPEC
