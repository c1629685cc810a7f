"""`reconciler apply`: plan, ask, carry out, report."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import output, session
from reconciler.cli.help import described
from reconciler.cli.interrupt import Stop, graceful_stop
from reconciler.cli.options import (
    AutoApprove,
    Force,
    Format,
    Only,
    OnTarget,
    Output,
    Paths,
    spec_paths,
)
from reconciler.outcomes import Exit, of_plan, of_report, worst
from reconciler.values.duration import Duration
from reconciler.values.errors import UserError

if TYPE_CHECKING:
    from reconciler.following.hired import Followed
    from reconciler.model.plan import Plan
    from reconciler.model.report import Report
    from reconciler.model.workforce import Specs
    from reconciler.planning.plan import Options
    from reconciler.targets.engines import Engines

DEFAULT_WAIT = "10m"

HELP = described(
    "Make it so. Plans, asks, acts, and reports what was confirmed.",
    examples=[
        "reconciler apply --auto-approve",
        "reconciler apply --auto-approve --only 'hel*' --wait=2m",
        "reconciler apply --auto-approve --prune",
    ],
    exits=[0, 1, 4, 5],
)


def apply(
    paths: Paths = None,
    only: Only = None,
    target: OnTarget = None,
    auto_approve: AutoApprove = False,
    prune: Annotated[bool, typer.Option("--prune", help="Lay off orphans too.")] = False,
    wait: Annotated[
        str | None,
        typer.Option(
            "--wait",
            metavar="[=DURATION]",
            help=f"Follow new workers until they run ({DEFAULT_WAIT} unless given).",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    format_: Output = Format.TEXT,
) -> int:
    from reconciler.planning.plan import Options

    patience = _patience(wait)
    specs = session.load_specs(spec_paths(paths), only, purpose=session.Purpose.ACTING)
    options = Options(prune=prune, force=force, acts_on=session.target_filter(target, specs))
    session.require_whole(specs, options)
    return session.run(_apply(specs, options, auto_approve, patience, format_))


def _patience(wait: str | None) -> Duration | None:
    try:
        return Duration.parse(wait) if wait is not None else None
    except ValueError as error:
        raise UserError(f"--wait: {error}") from error


async def _apply(
    specs: Specs, options: Options, auto_approve: bool, patience: Duration | None, format_: Format
) -> int:
    from reconciler.applying.apply import set_up
    from reconciler.observing.observe import observe
    from reconciler.planning.plan import plan as make_plan
    from reconciler.targets.engines import Engines

    async with Engines() as engines:
        plan = make_plan(specs, await observe(specs, engines), session.now(), options)
        if format_ is Format.TEXT:
            from reconciler.rendering.plan_text import plan_lines

            output.show(plan_lines(plan))
        if plan.stops:
            if format_ is Format.JSON:
                _show_json(plan)
            return of_plan(plan)
        if not plan.has_changes:
            await set_up(specs, engines, options.acts_on)
            if format_ is Format.JSON:
                _show_json(plan)
            return of_plan(plan, strict=True)
        from reconciler.rendering.plan_text import summary

        if format_ is Format.JSON and not auto_approve:
            from reconciler.rendering.plan_text import plan_lines

            output.show(plan_lines(plan), sys.stderr)
        if not session.confirm(f"Apply? {summary(plan)}.", auto_approve=auto_approve):
            output.say("Nothing was changed.")
            return Exit.ERROR
        await set_up(specs, engines, options.acts_on)
        return await carry_out(plan, specs, engines, patience, format_)


def _show_json(plan: Plan) -> None:
    from reconciler.model.report import Report
    from reconciler.rendering.plan_json import report_json

    output.show_json(report_json(plan, Report(plan.plan_id, ())))


async def carry_out(
    plan: Plan,
    specs: Specs,
    engines: Engines,
    patience: Duration | None = None,
    format_: Format = Format.TEXT,
    again: str = "Apply",
    stop: Stop | None = None,
) -> int:
    """Apply `plan`, show the report, and follow the hired workers for `patience`.

    `again` is the word for what finishes what is left, `stop` what tells of Ctrl-C where more
    than this is to be stopped by it.
    """
    from reconciler.applying.apply import apply as apply_plan
    from reconciler.cli.progress import progress_of
    from reconciler.following.hired import follow_hired

    with nullcontext(stop) if stop else graceful_stop() as asked:
        with progress_of(plan) as progress:
            report = await apply_plan(plan, specs, engines, progress=progress, stopping=asked)
        _show(plan, report, format_, again)
        code = of_report(plan, report)
        if patience is None or asked.asked:
            return code
        try:
            followed = await follow_hired(report, specs, engines, patience.seconds, asked)
        except UserError as error:
            output.say(f"Hired workers can't be followed: {error}", "warning")
            return worst([code, Exit.PARTIAL])
    _show_followed(followed, format_)
    return code if followed.all_run else worst([code, Exit.PARTIAL])


def _show(plan: Plan, report: Report, format_: Format, again: str) -> None:
    if format_ is Format.JSON:
        from reconciler.rendering.plan_json import report_json

        output.show_json(report_json(plan, report))
        return
    from reconciler.rendering.report_text import report_lines

    output.show(report_lines(report, again))


def _show_followed(followed: Followed, format_: Format) -> None:
    """What became of the hired workers; beside a report in JSON, on standard error."""
    from reconciler.rendering.report_text import followed_lines

    stream = sys.stderr if format_ is Format.JSON else sys.stdout
    output.show(followed_lines(followed.running, followed.ended, followed.waiting), stream)
