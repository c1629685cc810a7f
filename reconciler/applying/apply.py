"""Carry out a plan: all regions at once, each one's orders in turn, and report what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reconciler.applying.orders import orders
from reconciler.model.plan import ActionKind, Plan
from reconciler.model.report import Outcome, RegionReport, Report, WorkerOutcome
from reconciler.model.workforce import Specs
from reconciler.targets.engines import Engines
from reconciler.targets.protocol import Order

Progress = Callable[[Order, WorkerOutcome], None]
"""Called for each worker as soon as its outcome is known."""


async def apply(
    plan: Plan,
    specs: Specs,
    engines: Engines,
    *,
    progress: Progress = lambda order, outcome: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Report:
    """Do what `plan` says, and report each worker's outcome as the target confirmed it.

    `specs` are those that the plan was made from. Once `stopping` answers yes nothing new is
    begun; what is under way is waited for, and the rest is reported as skipped.
    """
    reports = await asyncio.gather(
        *(
            _carry_out_in_turn(region, engines, progress)
            for region in orders(plan, specs, stopping)
            if region
        )
    )
    return Report(
        plan_id=plan.plan_id,
        regions=tuple(report for region in reports for report in region),
        interrupted=stopping(),
    )


async def set_up(
    specs: Specs, engines: Engines, acts_on: Callable[[str], bool] | None = None
) -> None:
    """Put in force what the specs say of the targets that their workforces use, or of those of
    them whose name `acts_on` takes. Raises UserError.
    """
    used = {region.target.name: region.target for one in specs.workforces for region in one.regions}
    for name, target in sorted(used.items()):
        if acts_on is None or acts_on(name):
            await engines.of(target.kind).set_up(target)


async def _carry_out_in_turn(
    region: tuple[Order, ...], engines: Engines, progress: Progress
) -> list[RegionReport]:
    return [await _carry_out(order, engines, progress) for order in region]


async def _carry_out(order: Order, engines: Engines, progress: Progress) -> RegionReport:
    outcomes: list[WorkerOutcome] = []

    def tell(outcome: WorkerOutcome) -> None:
        outcomes.append(outcome)
        progress(order, outcome)

    try:
        await engines.of(order.target.kind).carry_out(order, tell)
    except Exception as error:
        # An engine that breaks its promise must not take the report of all others with it.
        _tell_the_rest(order, outcomes, tell, f"internal error: {type(error).__name__}: {error}")
    return RegionReport(
        workforce=order.workforce,
        region=order.region_name,
        kind=order.action.kind,
        planned=order.action.count,
        outcomes=tuple(outcomes),
    )


def _tell_the_rest(
    order: Order,
    outcomes: list[WorkerOutcome],
    tell: Callable[[WorkerOutcome], None],
    detail: str,
) -> None:
    """Report as failed each worker of the order that has no outcome yet."""
    kind = order.action.kind
    if kind is ActionKind.HIRE:
        for _ in range(order.action.count - len(outcomes)):
            tell(WorkerOutcome(kind, Outcome.FAILED, "", detail))
        return
    told = {outcome.worker for outcome in outcomes}
    for worker in order.action.workers:
        if worker.id not in told:
            tell(WorkerOutcome(kind, Outcome.FAILED, worker.id, detail))
