"""Damaged records, unusable folders, full disks: one clear error, and nothing made worse."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.model.observation import Readable, Unreadable
from reconciler.model.report import Outcome
from reconciler.targets.local import laying_off, records
from reconciler.targets.local.folder import TargetFolder
from reconciler.values.errors import UserError

from .world import World, eventually, outcomes

Damage = Callable[[dict[str, object]], bytes]


def as_json(record: dict[str, object], **changes: object) -> bytes:
    return json.dumps({**record, **changes}).encode()


DAMAGES: dict[str, tuple[Damage, str]] = {
    "empty": (lambda _: b"", "isn't whole JSON"),
    "cut": (lambda record: as_json(record)[:100], "isn't whole JSON"),
    "binary": (lambda _: b"\xff\xfe\x00", "isn't text"),
    "a list": (lambda _: b"[]", "isn't a JSON object"),
    "nested without end": (lambda _: b"[" * 100_000, "isn't whole JSON"),
    "a later format": (lambda record: as_json(record, format=2), "format is 2"),
    "no status": (
        lambda record: json.dumps({k: v for k, v in record.items() if k != "status"}).encode(),
        "has no 'status'",
    ),
    "a status that is no text": (lambda record: as_json(record, status=1), "'status' is no text"),
    "a number that is none": (lambda record: as_json(record, number="1"), "'number' is no whole"),
    "a time that is none": (lambda record: as_json(record, created="now"), "'created' is no time"),
    "a time without zone": (
        lambda record: as_json(record, created="2026-01-01T00:00:00"),
        "no time zone",
    ),
    "tags that are no texts": (lambda record: as_json(record, tags={"a": 1}), "'tags' is no text"),
    "no supervisor": (lambda record: as_json(record, supervisor={}), "has no 'machine'"),
    "another worker's": (lambda record: as_json(record, name="other"), "is the record of other"),
    "a task without command": (lambda record: as_json(record, task={}), "has no command"),
}


class TestDamagedRecord:
    @pytest.mark.parametrize("damage", DAMAGES)
    def test_its_region_is_unreadable_and_the_error_names_file_and_reason(
        self, world: World, damage: str
    ) -> None:
        change, reason = DAMAGES[damage]
        world.hire()
        world.wait_for("Running")
        path = world.folder.record(world.worker_name())
        path.write_bytes(change(world.record()))
        seen = world.see().regions[world.region().key]
        assert isinstance(seen, Unreadable)
        assert reason in seen.because
        assert str(path.parent) in seen.because
        assert "\n" not in seen.because

    def test_other_regions_are_read_all_the_same(self, world: World, root: Path) -> None:
        other = World(root, world.work, experiment="other")
        world.hire()
        other.hire()
        damage_first(world)
        seen = world.see([world.region(), other.region()])
        assert isinstance(seen.regions[world.region().key], Unreadable)
        assert isinstance(seen.regions[other.region().key], Readable)
        assert seen.unreadable_targets == {}

    def test_where_no_region_asked_for_it_strays_of_its_target_cannot_be_told(
        self, world: World, root: Path
    ) -> None:
        other = World(root, world.work, experiment="other")
        other.hire()
        damage_first(other)
        seen = world.see()
        assert isinstance(seen.regions[world.region().key], Readable)
        assert "can't be read" in seen.unreadable_targets["laptop"].because

    def test_its_number_is_never_given_again(self, world: World) -> None:
        world.hire()
        damage_first(world)
        told = world.hire(1, first=1)
        assert outcomes(told) == [Outcome.FAILED]
        assert "can't be read" in told[0].detail
        assert world.folder.record(world.worker_name()).read_text() == "{"

    def test_its_worker_cannot_be_cancelled_and_the_error_says_why(self, world: World) -> None:
        world.hire()
        worker = world.wait_for("Running")
        damage_first(world)
        for told in (*world.cancel([worker]), *world.drain([worker])):
            assert told.outcome is Outcome.FAILED
            assert "can't be read" in told.detail

    def test_its_supervisor_mends_it_when_it_next_writes(self, world: World) -> None:
        world.hire(command="until [ -e end ]; do sleep 0.05; done")
        world.wait_for("Running")
        damage_first(world)
        (world.work / "end").touch()
        eventually(lambda: b"Completed" in first_record(world).read_bytes(), "it is whole again")
        assert world.worker().status == "Completed"

    def test_files_that_are_no_records_disturb_nobody(self, world: World) -> None:
        world.hire()
        name = world.worker_name()
        for other in (f"{name}.json~", f".{name}.json.draft", f"{name}.txt", "notes.json"):
            (world.folder.workers / other).write_text("{")
        assert len(world.live()) == 1


class TestStateFolder:
    @pytest.mark.parametrize("what", ["", "tests", "tests/laptop", "tests/laptop/workers"])
    def test_a_file_where_a_folder_should_be_is_unreadable_and_hires_nothing(
        self, world: World, what: str
    ) -> None:
        path = world.root / what
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("in the way")
        seen = world.see()
        region = seen.regions[world.region().key]
        assert isinstance(region, Unreadable)
        assert str(world.root) in region.because
        assert set(seen.unreadable_targets) == {"laptop"}
        told = world.hire(2, first=1)
        assert outcomes(told) == [Outcome.FAILED] * 2
        assert str(world.root) in told[0].detail
        assert path.read_text() == "in the way"

    def test_a_folder_that_cannot_be_made_hires_nothing_and_says_so(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RECONCILER_STATE_DIR", "/proc/reconciler")
        assert world.workers() == []
        (told,) = world.hire()
        assert told.outcome is Outcome.FAILED
        assert "/proc/reconciler" in told.detail

    def test_a_relative_state_folder_is_refused(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RECONCILER_STATE_DIR", "state")
        with pytest.raises(UserError, match="not an absolute path") as caught:
            world.see()
        assert caught.value.remedy

    def test_a_grace_that_is_no_number_hires_nothing_and_says_so(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RECONCILER_LOCAL_GRACE", "soon")
        (told,) = world.hire()
        assert told.outcome is Outcome.FAILED
        assert "RECONCILER_LOCAL_GRACE" in told.detail


class TestFullDisk:
    def test_a_hire_fails_with_one_clear_error_and_leaves_nothing(self, world: World) -> None:
        world.hire()  # so that only the supervisors have something to write
        world.wait_for("Running")
        before = files_of(world.folder)
        with nothing_more_can_be_written(os.getpid()):
            told = world.hire(3)
        assert outcomes(told) == [Outcome.FAILED] * 3
        assert str(world.folder.path) in told[0].detail
        assert "too large" in told[0].detail.lower()
        assert files_of(world.folder) == before
        assert len(world.live()) == 1
        assert outcomes(world.hire(1)) == [Outcome.DONE]
        assert [worker.number for worker in world.live()] == [1, 2]

    def test_on_a_really_full_disk(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)]
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("mounting a small disk is not permitted here")
        try:
            monkeypatch.setenv("RECONCILER_STATE_DIR", str(disk))
            world.hire(command="true")
            world.wait_for("Completed")
            fill(disk / "big")
            told = world.hire(2)
            assert outcomes(told) == [Outcome.FAILED] * 2
            assert "No space left on device" in told[0].detail
            (disk / "big").unlink()
            assert outcomes(world.hire(1, command="true")) == [Outcome.DONE]
            world.wait_for("Completed", 2)
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=True)

    def test_a_drain_that_cannot_be_recorded_is_not_begun(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(laying_off, "_ANSWER_WITHIN_SECONDS", 0.3)
        wait = "while :; do sleep 0.05; done"
        world.hire(command=f"trap 'echo INT >>story; exit 0' INT; touch began; {wait}")
        world.wait_for_file("began")
        with nothing_more_can_be_written(supervisor_of(world)):
            (told,) = world.drain([world.worker()])
            assert told.outcome is Outcome.FAILED
            assert "supervisors.log" in told.detail
        assert world.worker().draining_since is None
        assert not (world.work / "story").exists()
        monkeypatch.setattr(laying_off, "_ANSWER_WITHIN_SECONDS", 10)
        assert outcomes(world.drain([world.worker()])) == [Outcome.DONE]
        world.wait_for("Completed")

    def test_a_cancel_is_carried_out_and_recorded_when_there_is_room_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.hire()
        worker = world.wait_for("Running")
        monkeypatch.setattr(laying_off, "_ANSWER_WITHIN_SECONDS", 0.3)
        with nothing_more_can_be_written(supervisor_of(world)):
            assert outcomes(world.cancel([worker])) == [Outcome.FAILED]
            eventually(lambda: world.processes() == [], "the command is ended")
        world.wait_for("Canceled")

    def test_a_worker_that_cannot_be_recorded_as_running_waits(self, world: World) -> None:
        world.slots = 1
        world.hire(2, command="until [ -e end ]; do sleep 0.05; done")
        first = world.wait_for_one_running()
        second = 3 - first
        with nothing_more_can_be_written(supervisor_of(world, second)):
            (world.work / "end").touch()
            world.wait_for("Completed", first)
            end = time.monotonic() + 0.5  # a slot is free: it tries, and tries again
            while time.monotonic() < end:
                assert world.worker(second).status == "Queued"
                assert world.processes(second) == []
        world.wait_for("Completed", second)


def test_a_record_that_was_deleted_and_given_to_another_worker_is_not_written_over(
    world: World,
) -> None:
    world.hire(command="until [ -e end ]; do sleep 0.05; done")
    world.wait_for("Running")
    path = first_record(world)
    another = json.dumps({**world.record(), "hire": "another"})
    path.write_text(another)
    (world.work / "end").touch()
    eventually(lambda: "given to another" in world.folder.supervisors_log.read_text(), "it says so")
    assert path.read_text() == another


def test_a_record_reads_back_as_it_was_written(world: World) -> None:
    world.hire()
    world.wait_for("Running")
    record = records.read(first_record(world))
    assert records.decode(records.encode(record)) == record


def first_record(world: World) -> Path:
    return world.folder.record(world.worker_name())


def damage_first(world: World) -> None:
    world.wait_for("Running")
    first_record(world).write_text("{")


def files_of(folder: TargetFolder) -> set[Path]:
    logs_of_supervisors = folder.supervisors_log
    return {path for path in folder.path.rglob("*") if path != logs_of_supervisors}


def supervisor_of(world: World, number: int = 1) -> int:
    return records.read(world.folder.record(world.worker_name(number))).supervisor.pid


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 1024)
        except OSError:
            return


@contextmanager
def nothing_more_can_be_written(pid: int) -> Iterator[None]:
    """What a full disk is to one process: each write to a file fails, and pipes work."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
