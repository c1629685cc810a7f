"""How a worker ended, from what its supervisor knows."""

from __future__ import annotations

import pytest

from reconciler.targets.local.verdict import Ending, Reason, judge

CANCEL, TIMEOUT, SIGTERM = Reason.CANCEL, Reason.TIMEOUT, Reason.SIGTERM

CASES = [
    (Ending(exit_code=0), "Completed", None),
    (Ending(exit_code=3), "Failed", "exit code 3"),
    (Ending(exit_code=-9), "Failed", "killed by SIGKILL"),
    (Ending(exit_code=-60), "Failed", "killed by signal 60"),
    (Ending(exit_code=-2), "Failed", "killed by SIGINT"),
    (Ending(exit_code=0, was_draining=True), "Completed", None),
    (Ending(exit_code=-2, was_draining=True), "Canceled", "SIGINT"),
    (Ending(exit_code=130, was_draining=True), "Canceled", "SIGINT"),
    (Ending(exit_code=1, was_draining=True), "Failed", "exit code 1"),
    (Ending(CANCEL), "Canceled", None),
    (Ending(CANCEL, exit_code=0), "Canceled", None),
    (Ending(CANCEL, exit_code=-15, was_draining=True), "Canceled", None),
    (Ending(TIMEOUT, exit_code=-15, timeout="1h"), "Failed", "limits.timeout of 1h"),
    (Ending(SIGTERM, exit_code=-15), "Failed", "SIGTERM"),
    (Ending(), "Failed", "keeper"),
    (Ending(not_started_because="no such file"), "Failed", "no such file"),
]


@pytest.mark.parametrize(("ending", "status", "note"), CASES, ids=[repr(c[0]) for c in CASES])
def test_the_status_and_what_is_said_of_it(ending: Ending, status: str, note: str | None) -> None:
    judged, said = judge(ending)
    assert judged == status
    assert (said is None) == (note is None)
    assert note is None or note in (said or "")
