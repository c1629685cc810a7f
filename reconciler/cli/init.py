"""`reconciler init`: a first project, for this machine."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import output
from reconciler.cli.help import described
from reconciler.outcomes import Exit
from reconciler.values.errors import UserError
from reconciler.values.names import is_name

HELP = described(
    "Write a first project. One workforce of three workers, on this machine.",
    examples=["reconciler init", "reconciler init my-project"],
    exit_1="there are specs already, or the folder can't be written",
)

_PROJECT = """\
# The project: one folder of spec files. Its name is part of what identifies its workers.
kind: Project
name: {name}
---
# Places that run workers. This one is your machine.
kind: Targets
targets:
  laptop:
    local: {{slots: 4}} # workers that run at once; further ones wait as Queued
"""

_WORKFORCE = """\
# A workforce: interchangeable workers that run the same task.
kind: Workforce
name: hello
task:
  # Runs until it is asked to leave: a drain sends SIGINT, and the worker ends in its own time.
  command: >-
    trap 'echo "asked to leave: goodbye"; exit 0' INT;
    echo "hello from $RECONCILER_WORKER";
    while true; do date; sleep 1; done
scale:
  desired: 3 # change it and run `reconciler plan`
regions:
  laptop: {}
"""


def init(
    folder: Annotated[
        str, typer.Argument(metavar="[DIR]", help="Where; made if it is missing.")
    ] = ".",
) -> int:
    root = Path(folder)
    specs = root / "specs"
    if specs.exists():
        raise UserError(
            f"{specs} is there already",
            "`reconciler plan` shows what it would do; nothing was written",
        )
    files = {
        specs / "project.yaml": _PROJECT.format(name=_name_for(root)),
        specs / "hello.yaml": _WORKFORCE,
    }
    try:
        specs.mkdir(parents=True)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{error.filename or specs} can't be written: {error.strerror}") from error
    for path in files:
        output.show_text(f"Wrote {path}")
    inside = "" if folder == "." else f"`cd {shlex.quote(f'./{root}')}`, then "
    output.show_text(
        f"Next: {inside}`reconciler plan`, and `reconciler apply` to hire the workers."
    )
    return Exit.DONE


def _name_for(root: Path) -> str:
    """A project name from the folder's, so that projects in different folders differ."""
    name = re.sub(r"[^a-z0-9]+", "-", root.resolve().name.lower()).strip("-")[:40].strip("-")
    return name if is_name(name) else "default"
