"""`fmt` over files and folders: what is written, what is told, and what is left alone."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from reconciler.cli.fmt import fmt
from reconciler.values.errors import UserError

UNTIDY = b"name:   science\nkind: Project\n"
TIDY = b"kind: Project\nname: science\n"


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "specs"
    (folder / "team").mkdir(parents=True)
    (folder / "a.yaml").write_bytes(UNTIDY)
    (folder / "team" / "b.yml").write_bytes(TIDY)
    return folder


def test_files_that_change_are_written_and_named(
    specs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fmt() == 0
    assert capsys.readouterr().out == "specs/a.yaml\n"
    assert (specs / "a.yaml").read_bytes() == TIDY
    assert fmt() == 0
    assert capsys.readouterr().out == ""


def test_files_that_are_right_are_not_written(specs: Path) -> None:
    before = (specs / "team" / "b.yml").stat()
    fmt()
    after = (specs / "team" / "b.yml").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_check_names_what_would_change_and_ends_with_1(
    specs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fmt(check=True) == 1
    assert capsys.readouterr().out == "specs/a.yaml\n"
    assert (specs / "a.yaml").read_bytes() == UNTIDY
    assert fmt(["specs/team"], check=True) == 0


def test_what_is_wrong_in_one_file_is_told_and_the_others_are_done(
    specs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (specs / "0.yaml").write_bytes(b"kind: [a\n")
    (specs / "c.yaml").write_bytes(UNTIDY)
    (specs / "c.yaml").chmod(0o444)
    with pytest.raises(UserError) as caught:
        fmt()
    assert caught.value.message.splitlines() == [
        "specs/0.yaml:1:7: the [ that opens here is never closed",
        "specs/c.yaml:1:1: specs/c.yaml is read-only, and was not changed (make it writable first)",
    ]
    assert capsys.readouterr().out == "specs/a.yaml\n"
    assert (specs / "a.yaml").read_bytes() == TIDY


def test_invalid_specs_are_formatted_too(specs: Path) -> None:
    (specs / "a.yaml").write_bytes(b"nmae:  science\nkind: Project\nname: 5\n")
    assert fmt() == 0
    assert (specs / "a.yaml").read_bytes() == b"kind: Project\nname: 5\nnmae: science\n"


def test_a_path_that_is_not_there_is_an_error(specs: Path) -> None:
    with pytest.raises(UserError, match="there is no nowhere"):
        fmt(["nowhere"])


class _Standard:
    """A standard stream whose bytes a test gives and takes."""

    def __init__(self, data: bytes = b"") -> None:
        self.buffer = io.BytesIO(data)


def formatted_input(data: bytes, monkeypatch: pytest.MonkeyPatch) -> bytes:
    shown = _Standard()
    monkeypatch.setattr(sys, "stdin", _Standard(data))
    monkeypatch.setattr(sys, "stdout", shown)
    assert fmt(["-"]) == 0
    return shown.buffer.getvalue()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_standard_input_is_formatted_to_standard_output(
    end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    untidy, tidy = UNTIDY.replace(b"\n", end), TIDY.replace(b"\n", end)
    assert formatted_input(untidy, monkeypatch) == tidy
    assert formatted_input(tidy, monkeypatch) == tidy


def test_standard_input_that_cannot_be_formatted_gives_no_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", _Standard(b"kind: [a\n"))
    with pytest.raises(UserError, match="standard input:1:7: the \\["):
        fmt(["-"])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("data", "code"), [(UNTIDY, 1), (TIDY, 0)], ids=["untidy", "tidy"])
def test_standard_input_can_be_checked(
    data: bytes, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", _Standard(data))
    assert fmt(["-"], check=True) == code


def test_standard_input_stands_alone() -> None:
    with pytest.raises(UserError, match="stands alone"):
        fmt(["-", "specs"])
