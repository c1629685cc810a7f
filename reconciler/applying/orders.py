"""From a plan to orders for the engines. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reconciler.applying import job
from reconciler.model.plan import Action, ActionKind, OrphanPlan, Plan, RegionPlan
from reconciler.model.workforce import Specs, Workforce
from reconciler.targets.protocol import Order

_FIRST_TO_LAST = (ActionKind.CANCEL, ActionKind.DRAIN, ActionKind.RESUME, ActionKind.HIRE)
"""What makes room comes before what takes it."""


def orders(plan: Plan, specs: Specs, stopping: Callable[[], bool]) -> Iterator[tuple[Order, ...]]:
    """The orders of each region and orphaned experiment, in the order to carry them out.

    Those of different regions don't wait for each other.
    """
    workforces = {workforce.name: workforce for workforce in specs.workforces}
    for planned in plan.workforces:
        for region in planned.regions:
            yield tuple(
                _order(specs.project, workforces[planned.name], region, action, stopping)
                for action in _in_order(region.actions)
            )
    for orphan in plan.orphans:
        yield tuple(_orphan_order(orphan, action, stopping) for action in _in_order(orphan.actions))


def _in_order(actions: tuple[Action, ...]) -> list[Action]:
    acting = [action for action in actions if action.kind is not ActionKind.HOLD]
    return sorted(acting, key=lambda action: _FIRST_TO_LAST.index(action.kind))


def _order(
    project: str,
    workforce: Workforce,
    planned: RegionPlan,
    action: Action,
    stopping: Callable[[], bool],
) -> Order:
    region = planned.region
    is_hire = action.kind is ActionKind.HIRE
    return Order(
        target=region.target,
        key=region.key,
        workforce=workforce.name,
        region_name=region.name,
        action=action,
        region=region,
        tags=job.tags(project, workforce, region) if is_hire else {},
        environment=job.environment(workforce, region) if is_hire else {},
        stopping=stopping,
    )


def _orphan_order(orphan: OrphanPlan, action: Action, stopping: Callable[[], bool]) -> Order:
    return Order(
        target=orphan.target,
        key=orphan.key,
        workforce=orphan.workforce,
        region_name=orphan.region,
        action=action,
        stopping=stopping,
    )
