"""A file is replaced at once or not at all, and stays whose and what it was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from reconciler.editing import writing
from reconciler.editing.writing import replace_file, require_inside
from reconciler.values.errors import UserError

OLD, NEW = b"old", b"newer"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_bytes(OLD)
    return path


def replace(path: Path) -> None:
    replace_file(path, OLD, NEW, name="spec.yaml")


def refusal(path: Path) -> str:
    """What the user is told. Nothing is changed, and nothing is left lying about."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(UserError) as caught:
        replace(path)
    assert sorted(path.parent.iterdir()) == before
    return caught.value.message


def test_the_content_is_replaced_and_nothing_else_is_left(file: Path) -> None:
    replace(file)
    assert file.read_bytes() == NEW
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_the_mode_stays(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@needs_root
def test_the_owner_stays(file: Path) -> None:
    os.chown(file, 1234, 2345)
    replace(file)
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 2345)


def test_extended_attributes_stay(file: Path) -> None:
    try:
        os.setxattr(file, "user.origin", b"team")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    replace(file)
    assert os.getxattr(file, "user.origin") == b"team"


def test_a_link_stays_a_link_and_what_it_leads_to_is_replaced(file: Path) -> None:
    folder = file.parent / "links"
    folder.mkdir()
    link = folder / "link.yaml"
    link.symlink_to(Path("..") / file.name)
    replace(link)
    assert link.is_symlink()
    assert file.read_bytes() == NEW
    assert list(folder.iterdir()) == [link]


def test_a_file_that_someone_else_has_changed_is_left(file: Path) -> None:
    file.write_bytes(b"theirs")
    assert "changed by someone else" in refusal(file)
    assert file.read_bytes() == b"theirs"


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    told = refusal(tmp_path / "spec.yaml")
    assert told == "spec.yaml can't be written: no such file or directory"


def test_a_read_only_file_is_left(file: Path) -> None:
    file.chmod(0o444)
    assert refusal(file) == "spec.yaml is read-only, and was not changed"
    assert file.read_bytes() == OLD


@pytest.mark.parametrize("step", ["mkstemp", "fsync"])
def test_a_failure_on_the_way_leaves_the_old_file(
    file: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.tempfile if step == "mkstemp" else writing.os, step, fail)
    assert refusal(file) == "spec.yaml can't be written: no space left on device"
    assert file.read_bytes() == OLD


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(file: Path) -> None:
    file.parent.chmod(0o555)
    try:
        assert refusal(file) == "spec.yaml can't be written: permission denied"
    finally:
        file.parent.chmod(0o755)


def test_a_link_that_leads_out_of_its_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.yaml").write_bytes(OLD)
    specs = tmp_path / "project" / "specs"
    specs.mkdir(parents=True)
    link = specs / "spec.yaml"
    link.symlink_to(tmp_path / "secret.yaml")
    monkeypatch.chdir(tmp_path / "project")
    with pytest.raises(UserError, match="leads out of its folder"):
        require_inside(link, [link])


def test_a_link_within_the_current_folder_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shared.yaml").write_bytes(OLD)
    (tmp_path / "specs").mkdir()
    link = tmp_path / "specs" / "spec.yaml"
    link.symlink_to(tmp_path / "shared.yaml")
    monkeypatch.chdir(tmp_path)
    require_inside(link, [link])
