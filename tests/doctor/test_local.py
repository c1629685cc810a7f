"""The checks of this machine: state folder, shell, slots."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.findings import Finding, Verdict
from reconciler.targets.local.checkup import check_up
from reconciler.targets.local.slots import put_limit_in_force
from reconciler.targets.local.state import folder_of, target_of

LAPTOP = target_of("trial", "laptop", {"slots": 4})


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv("RECONCILER_STATE_DIR", str(folder))
    return folder


def found(check: str) -> Finding:
    (one,) = (each for each in check_up([LAPTOP]) if each.check == check)
    return one


def test_a_machine_that_works_is_ok(state: Path) -> None:
    findings = check_up([LAPTOP])
    assert [each.check for each in findings] == ["state-folder", "bash", "slots"]
    assert {each.verdict for each in findings} == {Verdict.OK}
    assert not state.exists()


def test_checking_leaves_nothing_in_the_state_folder(state: Path) -> None:
    state.mkdir()
    assert found("state-folder").verdict is Verdict.OK
    assert list(state.iterdir()) == []


def test_a_state_folder_that_is_a_file_fails(state: Path) -> None:
    state.write_text("")
    finding = found("state-folder")
    assert finding.verdict is Verdict.FAILED
    assert finding.remedy is not None
    assert "RECONCILER_STATE_DIR" in finding.remedy


def test_a_state_folder_below_a_file_fails(
    state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RECONCILER_STATE_DIR", str(tmp_path / "file/below"))
    assert found("state-folder").verdict is Verdict.FAILED


def test_a_relative_state_folder_fails_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_STATE_DIR", "here")
    finding = found("state-folder")
    assert finding.verdict is Verdict.FAILED
    assert "RECONCILER_STATE_DIR is 'here'" in finding.found
    assert finding.remedy


def test_without_bash_sh_serves_with_a_warning_and_without_both_it_fails(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    assert found("bash").verdict is Verdict.FAILED
    (programs / "sh").symlink_to("/bin/sh")
    assert found("bash").verdict is Verdict.WARNING


def test_slots_that_are_not_in_force_yet_warn(state: Path) -> None:
    put_limit_in_force(folder_of(LAPTOP.workspace), 2)
    finding = found("slots")
    assert finding.verdict is Verdict.WARNING
    assert "4 workers run at once by the spec, and 2 until the next apply" in finding.found


def test_slots_left_out_are_the_number_of_cpus(state: Path) -> None:
    (*_, slots) = check_up([target_of("trial", "laptop", {"slots": None})])
    assert "one for each CPU" in slots.found
