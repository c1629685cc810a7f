"""A supervisor needs the standard library and a few files of ours, so that it starts at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

OURS = {
    "reconciler",
    "reconciler.processes",
    "reconciler.processes.identity",
    "reconciler.processes.linux",
    "reconciler.processes.signals",
    "reconciler.processes.table",
    "reconciler.targets",
    "reconciler.targets.local",
    "reconciler.targets.local.folder",
    "reconciler.targets.local.keeper",
    "reconciler.targets.local.records",
    "reconciler.targets.local.requests",
    "reconciler.targets.local.slots",
    "reconciler.targets.local.starter",
    "reconciler.targets.local.supervisor",
    "reconciler.targets.local.verdict",
}


def test_a_supervisor_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.path.append(sys.argv[1]); import reconciler.targets.local.starter\n"
        "print(*sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(answer.stdout.split()) - {"__main__"}
    assert {name for name in modules if name.startswith("reconciler")} == OURS
    assert {name.partition(".")[0] for name in modules} <= sys.stdlib_module_names | {"reconciler"}
    assert not modules & {"asyncio", "subprocess", "shutil", "logging", "threading"}
