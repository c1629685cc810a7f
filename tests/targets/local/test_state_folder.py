"""Where the state of local targets lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.targets.local.state import state_root
from reconciler.values.errors import UserError


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"RECONCILER_STATE_DIR": "/r", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/r"),
        ({"RECONCILER_STATE_DIR": "", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/reconciler"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/reconciler"),
        ({"HOME": "/h"}, "/h/.local/state/reconciler"),
    ],
    ids=["ours", "XDG", "a relative XDG is ignored", "home"],
)
def test_the_first_that_is_set_is_taken(environment: dict[str, str], folder: str) -> None:
    assert state_root(environment) == Path(folder)


@pytest.mark.parametrize("variable", ["RECONCILER_STATE_DIR", "HOME"])
def test_a_relative_folder_is_an_error_with_a_remedy(variable: str) -> None:
    with pytest.raises(UserError, match="not an absolute path") as caught:
        state_root({variable: "some/where"})
    assert caught.value.remedy
