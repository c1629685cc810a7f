"""Where a workspace's services are: found, kept for a day, and dropped when they don't answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.azure.standin import StandIn
from tests.targets.azureml.looking import look, reading, region


def kept(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "cache").rglob("*.json")
    return found


def discoveries(azure: StandIn, before: int) -> int:
    """How often hosts were looked for since request number `before`; workers were all seen."""
    assert len(reading(look([region()]), region()).workers) == 2
    return azure.admin.counts(before).get("workspace.get", 0)


@pytest.fixture
def two_workers(science: StandIn) -> StandIn:
    science.admin.seed("science", "exp", 2)
    return science


def test_hosts_are_kept_on_disk(two_workers: StandIn, tmp_path: Path) -> None:
    assert discoveries(two_workers, 0) == 1
    assert discoveries(two_workers, two_workers.admin.position()) == 0
    assert kept(tmp_path).stat().st_mode & 0o077 == 0


def test_the_cache_may_be_deleted_at_any_time(two_workers: StandIn, tmp_path: Path) -> None:
    look([region()])
    kept(tmp_path).unlink()
    assert discoveries(two_workers, two_workers.admin.position()) == 1


def test_no_folder_for_a_cache_is_no_error(
    two_workers: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert discoveries(two_workers, 0) == 1


def changed(**values: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return change


def linked(path: Path) -> None:
    path.rename(path.with_suffix(".kept"))
    path.symlink_to(path.with_suffix(".kept"))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_text(""),
    "cut short": lambda path: path.write_text(path.read_text()[:-5]),
    "no text": lambda path: path.write_bytes(b"\xff\x00"),
    "very deep": lambda path: path.write_text("[" * 4000),
    "null": lambda path: path.write_text("null"),
    "large": lambda path: path.write_text(" " * 10_000 + path.read_text()),
    "writable by others": lambda path: path.chmod(0o666),
    "a link": linked,
    "plain http": changed(api="http://localhost:1"),
    "a password": changed(api="https://user:word@localhost:1"),
    "no port": changed(api="https://localhost:port"),
    "a number": changed(api=7),
    "another workspace": changed(workspace="/subscriptions/other"),
    "another format": changed(format=2),
    "too old": changed(at=time.time() - 90_000),
    "of tomorrow": changed(at=time.time() + 90_000),
    "without a time": changed(at="now"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_old_or_foreign_file_is_not_believed(
    two_workers: StandIn, tmp_path: Path, damage: str
) -> None:
    look([region()])
    DAMAGE[damage](kept(tmp_path))
    assert discoveries(two_workers, two_workers.admin.position()) == 1


def test_a_host_that_moved_is_looked_for_again(two_workers: StandIn, tmp_path: Path) -> None:
    look([region()])
    two_workers.admin.add_workspace("elsewhere", "uksouth", {})
    two_workers.admin.set_workspace("science", location="uksouth")
    two_workers.admin.refuse_connections("eastus")
    assert discoveries(two_workers, two_workers.admin.position()) == 1
    assert json.loads(kept(tmp_path).read_text())["location"] == "uksouth"


def test_a_name_that_does_not_resolve_is_looked_for_again(
    two_workers: StandIn, tmp_path: Path
) -> None:
    look([region()])
    changed(api="https://gone.invalid")(kept(tmp_path))
    assert discoveries(two_workers, two_workers.admin.position()) == 1


def test_an_index_that_is_not_found_is_looked_for_again(
    two_workers: StandIn, tmp_path: Path
) -> None:
    look([region()])
    two_workers.admin.fail(["index.*"], status=404, times=2)
    assert discoveries(two_workers, two_workers.admin.position()) == 1


def test_without_a_discovery_document_the_studios_address_is_tried(
    two_workers: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in serves the studio's paths too, so that the whole way can be seen."""
    two_workers.admin.fail(["discovery"], status=404)
    monkeypatch.setattr(
        "reconciler.azure.clouds.studio_of", lambda portal: two_workers.address, raising=True
    )
    two_workers.admin.behave(check_tokens=False)
    seen = look([region()])
    assert len(reading(seen, region()).workers) == 2
    assert seen.warnings == ()
    (path, *_) = {each["path"] for each in two_workers.admin.requests("index.query")}
    assert path.startswith("/api/eastus/index/v1.0/subscriptions/")
