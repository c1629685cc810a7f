"""`reconciler destroy`: bring workforces to zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import output, session
from reconciler.cli.apply import carry_out
from reconciler.cli.help import described
from reconciler.cli.interrupt import Stop, graceful_stop
from reconciler.cli.options import AutoApprove, Only, Paths, spec_paths
from reconciler.outcomes import Exit, worst
from reconciler.values.duration import Duration
from reconciler.values.errors import UserError

if TYPE_CHECKING:
    from reconciler.model.observation import Observation
    from reconciler.model.workforce import Specs
    from reconciler.targets.engines import Engines

_CANCELS_TAKE = Duration(60)
"""How long to wait where nobody was asked to finish a task first."""

HELP = described(
    "Bring workforces to zero. Cancels pending workers, drains running ones and waits "
    "for them. The specs still want them: the next apply hires again.",
    examples=[
        "reconciler destroy --auto-approve --cancel-running",
        "reconciler destroy --auto-approve --only 'hel*' --timeout 30m",
    ],
    exits=[0, 1, 5],
    exit_0="nobody is left",
    exit_5="somebody is left, or something could not be read",
)


def destroy(
    paths: Paths = None,
    only: Only = None,
    auto_approve: AutoApprove = False,
    cancel_running: Annotated[
        bool, typer.Option("--cancel-running", help="End running workers too, work and all.")
    ] = False,
    timeout: Annotated[
        str, typer.Option(metavar="DURATION", help="How long to wait for those that leave.")
    ] = "2h",
) -> int:
    try:
        patience = Duration.parse(timeout)
    except ValueError as error:
        raise UserError(f"--timeout: {error}") from error
    specs = session.load_specs(spec_paths(paths), only, purpose=session.Purpose.ACTING)
    return session.run(_destroy(specs, cancel_running, auto_approve, patience))


async def _destroy(
    specs: Specs, cancel_running: bool, auto_approve: bool, patience: Duration
) -> int:
    from reconciler.targets.engines import Engines

    with graceful_stop() as stop:
        async with Engines() as engines:
            return await _steps(specs, engines, cancel_running, auto_approve, patience, stop)


async def _steps(
    specs: Specs,
    engines: Engines,
    cancel_running: bool,
    auto_approve: bool,
    patience: Duration,
    stop: Stop,
) -> int:
    from reconciler.model.plan import ActionKind
    from reconciler.observing.observe import observe
    from reconciler.planning.requests import destroy_plan
    from reconciler.rendering.plan_text import plan_lines, summary

    seen = await observe(specs, engines)
    plan = destroy_plan(specs, seen, session.now(), cancel_running=cancel_running)
    output.show(plan_lines(plan))
    code: int = Exit.DONE
    if plan.has_changes:
        if not session.confirm(f"Destroy? {summary(plan)}.", auto_approve=auto_approve):
            output.say("Nothing was changed.")
            return Exit.ERROR
        code = await carry_out(plan, specs, engines, again="Destroy", stop=stop)
    is_draining = plan.count(ActionKind.DRAIN) or any(
        region.observed and region.observed.draining
        for workforce in plan.workforces
        for region in workforce.regions
    )
    wait = patience if is_draining else min(patience, _CANCELS_TAKE)
    left = await _until_empty(specs, engines, wait, stop)
    if any(workforce.desired for workforce in specs.workforces):
        output.say("The specs still want their workers: the next apply hires again.")
    if not specs.is_partial:
        _name_orphans(seen)
    return worst([Exit(code), left])


def _name_orphans(seen: Observation) -> None:
    """Workers that no spec claims are not destroy's, and not forgotten either."""
    count = sum(stray.worker.phase.is_live for stray in seen.strays)
    if count:
        output.say(
            f"Besides, {count} live worker{'s' * (count > 1)} of this project belong to no spec: "
            "`reconciler apply --prune` lays them off.",
            "warning",
        )


async def _until_empty(specs: Specs, engines: Engines, patience: Duration, stop: Stop) -> Exit:
    """Wait for those that leave, and name those that didn't."""
    from reconciler.following.leaving import until_empty

    left = await until_empty(specs, engines, patience.seconds, stop)
    if left is None:
        output.show_text("Who is left can't be said: not every region can be read.")
        return Exit.PARTIAL
    for place, workers in left.items():
        for worker in workers:
            state = "draining" if worker.draining_since else worker.status
            output.show_text(f"Left in {place}: {worker.id} ({state})")
    if not left:
        output.show_text("Nobody is left in these workforces.")
        return Exit.DONE
    return Exit.PARTIAL
