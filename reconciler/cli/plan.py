"""`reconciler plan`: show what would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import output, session
from reconciler.cli.help import described
from reconciler.cli.options import Force, Format, Only, OnTarget, Output, Paths, spec_paths
from reconciler.outcomes import of_plan

if TYPE_CHECKING:
    from reconciler.model.observation import Observation
    from reconciler.model.workforce import Specs

HELP = described(
    "Show what would change. Changes nothing.",
    examples=[
        "reconciler plan",
        "reconciler plan --explain --only 'hel*'",
        "reconciler plan --detailed-exitcode -o json",
    ],
    exits=[0, 1, 2, 4, 5],
    exit_2="there are changes (with --detailed-exitcode)",
    exit_5="something could not be read (with --detailed-exitcode or --strict)",
)


def plan(
    paths: Paths = None,
    only: Only = None,
    target: OnTarget = None,
    prune: Annotated[bool, typer.Option("--prune", help="Lay off orphans too.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the arithmetic of every region.")
    ] = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="End with 2 where there are changes.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 5 where something can't be read.")
    ] = False,
    force: Force = False,
    format_: Output = Format.TEXT,
) -> int:
    from reconciler.planning.plan import Options
    from reconciler.planning.plan import plan as make_plan

    specs = session.load_specs(spec_paths(paths), only)
    options = Options(prune=prune, force=force, acts_on=session.target_filter(target, specs))
    session.require_whole(specs, options)
    made = make_plan(specs, session.run(_observe(specs)), session.now(), options)
    if format_ is Format.JSON:
        from reconciler.rendering.plan_json import plan_json

        output.show_json(plan_json(made))
    else:
        from reconciler.rendering.plan_text import plan_lines

        output.show(plan_lines(made, explain=explain))
    return of_plan(made, detailed=detailed_exitcode, strict=strict)


async def _observe(specs: Specs) -> Observation:
    from reconciler.observing.observe import observe
    from reconciler.targets.engines import Engines

    async with Engines() as engines:
        return await observe(specs, engines)
