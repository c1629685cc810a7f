"""`reconciler show`: the resolved spec of a workforce, each value with its origin."""

from __future__ import annotations

from typing import Annotated

import typer

from reconciler.cli import output, session
from reconciler.cli.help import described
from reconciler.cli.options import Format, Output, Paths, spec_paths
from reconciler.outcomes import Exit

HELP = described(
    "Show a workforce as it is resolved. Every value has the file and line that it "
    "came from, and what it took the place of; `default` is this tool's own.",
    examples=["reconciler show hello", "reconciler show hello -o json"],
)


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The workforce.")],
    paths: Paths = None,
    format_: Output = Format.TEXT,
) -> int:
    from reconciler.rendering.resolved import resolved_json, resolved_lines
    from reconciler.spec.loading import load
    from reconciler.spec.origins import entries

    loaded = load(spec_paths(paths), keep=True)
    for warning in loaded.warnings:
        output.say(f"Warning: {warning}", "warning")
    session.find_workforce(loaded.specs, name)
    assert loaded.resolution is not None
    found = entries(loaded.resolution, name)
    if format_ is Format.JSON:
        output.show_json(resolved_json(loaded.specs.project, found))
    else:
        output.show(resolved_lines(found))
    return Exit.DONE
