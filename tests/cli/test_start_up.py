"""What starting the command loads: only what the command needs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"pydantic", "ruamel", "rich", "deepdiff", "asyncio", "sqlite3", "azure", "multiprocessing"}


def loaded_by(*arguments: str) -> set[str]:
    """The top-level names of the modules that are loaded once the command has ended."""
    script = (
        "import sys, json, io, contextlib\n"
        "from reconciler.cli.main import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    code = run(sys.argv[1:])\n"
        "assert code == 0, code\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(argument: str) -> None:
    assert loaded_by(argument) & HEAVY == set()


def test_validate_loads_neither_engines_nor_deepdiff() -> None:
    assert loaded_by("validate", "specs") & {"deepdiff", "asyncio", "sqlite3", "azure"} == set()
