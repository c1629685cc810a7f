"""`reconciler drain`: ask running workers to finish and leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import output, session
from reconciler.cli.apply import carry_out
from reconciler.cli.help import described
from reconciler.cli.options import AutoApprove, Paths, spec_paths
from reconciler.outcomes import Exit

if TYPE_CHECKING:
    from reconciler.model.workforce import Region, Specs, Workforce

HELP = described(
    "Ask running workers to finish their task and leave. The spec still wants them: "
    "the next apply hires again, unless the desired count goes down too.",
    examples=[
        "reconciler drain hello --count 1 --auto-approve",
        "reconciler drain hello/laptop --count 2",
    ],
    exits=[0, 1, 5],
)


def drain(
    place: Annotated[str, typer.Argument(metavar="NAME[/REGION]", help="Whose workers.")],
    paths: Paths = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many workers.")] = 1,
    auto_approve: AutoApprove = False,
) -> int:
    specs = session.load_specs(spec_paths(paths), purpose=session.Purpose.ACTING)
    workforce, region = session.find_workforce(specs, place)
    return session.run(_drain(specs, workforce, region, count, auto_approve))


async def _drain(
    specs: Specs, workforce: Workforce, region: Region | None, count: int, auto_approve: bool
) -> int:
    from reconciler.observing.observe import observe
    from reconciler.planning.requests import drain_plan
    from reconciler.rendering.plan_text import plan_lines, summary
    from reconciler.targets.engines import Engines

    async with Engines() as engines:
        seen = await observe(specs, engines)
        name = region.name if region else None
        plan = drain_plan(specs, seen, session.now(), workforce, name, count)
        output.show(plan_lines(plan))
        if not session.confirm(f"Drain? {summary(plan)}.", auto_approve=auto_approve):
            output.say("Nothing was changed.")
            return Exit.ERROR
        return await carry_out(plan, specs, engines)
