"""`reconciler scale`: edit how many workers a spec asks for, and show or apply what follows."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from reconciler.cli import apply as apply_command
from reconciler.cli import output
from reconciler.cli import plan as plan_command
from reconciler.cli.help import described
from reconciler.cli.options import AutoApprove, Force, Format, Output, Paths, spec_paths
from reconciler.values.errors import UserError

HELP = described(
    "Change how many workers a spec wants. Edits the spec file in place and shows the plan. "
    "Only the one value is edited: comments, quotes and layout stay. With --region it is the "
    "region's max that changes, for the workforce's desired count is split over its regions.",
    examples=[
        "reconciler scale hello 5",
        "reconciler scale hello +2 --apply --auto-approve",
        "reconciler scale hello -- -1",
        "reconciler scale hello 4 --region laptop",
    ],
    exits=[0, 1, 4, 5],
    exit_5="done in part, or something could not be read (with --apply)",
)


def scale(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The workforce.")],
    amount: Annotated[
        str,
        typer.Argument(
            metavar="N", help="How many; +N more than now; after --, -N fewer; auto: by the queue."
        ),
    ],
    paths: Paths = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="REGION", help="Set this region's max.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Apply the plan rather than show it.")
    ] = False,
    auto_approve: AutoApprove = False,
    force: Force = False,
    format_: Output = Format.TEXT,
) -> int:
    from reconciler.editing.scaling import Amount
    from reconciler.editing.scaling import scale as scale_spec

    if apply and not auto_approve and (sys.stdin is None or not sys.stdin.isatty()):
        # Told before the file is edited, not after.
        raise UserError(
            "there is no terminal to ask on", "pass --auto-approve, or leave out --apply"
        )
    scaled = scale_spec(spec_paths(paths), name, Amount.parse(amount), region)
    for line in scaled.lines():
        # As JSON the plan or report is the result, and stands alone.
        if format_ is Format.TEXT:
            output.show_text(line)
        else:
            output.say(line)
    if apply:
        return apply_command.apply(
            paths=paths, only=[name], auto_approve=auto_approve, force=force, format_=format_
        )
    return plan_command.plan(paths=paths, only=[name], force=force, format_=format_)
