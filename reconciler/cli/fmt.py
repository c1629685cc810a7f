"""`reconciler fmt`: spec files in their canonical order and layout."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from reconciler.cli import output
from reconciler.cli.help import described
from reconciler.cli.options import Paths, spec_paths
from reconciler.outcomes import Exit
from reconciler.values.errors import UserError

STANDARD_INPUT = "-"

HELP = described(
    "Bring spec files into the canonical order of keys and layout. Comments stay with what they "
    "belong to; values, quotes and anchors stay as they are. Prints the files it changed. "
    "The PATH - formats standard input to standard output.",
    examples=["reconciler fmt", "reconciler fmt --check", "reconciler fmt specs/hello.yaml"],
    exit_1="a file can't be formatted; with --check: a file would change",
)


def fmt(
    paths: Paths = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; list the files that would change.")
    ] = False,
) -> int:
    from reconciler.editing.formatting import format_files
    from reconciler.spec.issues import SpecErrors

    if paths and STANDARD_INPUT in paths:
        if len(paths) > 1:
            raise UserError("- is standard input, and stands alone", "name it without other paths")
        return _standard_input(check=check)
    formatted = format_files(spec_paths(paths), write=not check)
    for name in formatted.changed:
        output.show_text(name)
    if formatted.issues:
        raise SpecErrors(formatted.issues)
    return Exit.ERROR if check and formatted.changed else Exit.DONE


def _standard_input(*, check: bool) -> int:
    from reconciler.editing.formatting import format_bytes
    from reconciler.spec.issues import SpecErrors

    before = sys.stdin.buffer.read()
    after = format_bytes("standard input", before)
    if not isinstance(after, bytes):
        raise SpecErrors(after)
    if not check:
        sys.stdout.buffer.write(after)
        sys.stdout.buffer.flush()
        return Exit.DONE
    if after != before:
        output.show_text("standard input")
        return Exit.ERROR
    return Exit.DONE
