"""Where the state of local targets lies: in the one state folder of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.state_directory import state_directory
from reconciler.targets.local.state import folder_of
from reconciler.values.errors import UserError


def test_a_target_has_its_folder_below_that_of_its_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RECONCILER_STATE_DIR", str(tmp_path))
    assert state_directory() == tmp_path
    assert folder_of("local/science/laptop").path == tmp_path / "science" / "laptop"


def test_a_relative_folder_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_STATE_DIR", "some/where")
    with pytest.raises(UserError, match="not an absolute path") as caught:
        folder_of("local/science/laptop")
    assert caught.value.remedy


@pytest.mark.parametrize("workspace", ["local/../laptop", "local/science/..", "elsewhere/a/b"])
def test_no_workspace_leads_out_of_the_folder(workspace: str) -> None:
    with pytest.raises(ValueError, match="not the workspace of a local target"):
        folder_of(workspace)
