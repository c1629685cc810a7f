"""The plan: every workforce in its turn, then orphans and limits. The one entry to planning."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.model.observation import Capacity, Observation, Unreadable
from reconciler.model.plan import (
    Action,
    ActionKind,
    Diagnostic,
    OrphanPlan,
    Plan,
    RegionPlan,
    Severity,
    WorkforcePlan,
)
from reconciler.model.workforce import Specs
from reconciler.planning.capacity import FreeCapacity
from reconciler.planning.limits import safety_stops
from reconciler.planning.orphans import orphan_plans
from reconciler.planning.workforce import plan_workforce


@dataclass(frozen=True, slots=True)
class Options:
    """What a command's flags ask of a plan.

    `prune` lays orphans off. `force` passes the safety limits for once. `acts_on` names the
    targets whose regions may get actions; the others are counted and held.
    """

    prune: bool = False
    force: bool = False
    acts_on: Callable[[str], bool] | None = None


def plan(
    specs: Specs,
    seen: Observation,
    now: datetime,
    options: Options = Options(),
) -> Plan:
    """What would bring the live workers to what the specs declare.

    Pure: the same arguments give the same plan. Workforces come in the order of their names;
    what is free on a compute goes to them by priority, then name. Raises ValueError for a workforce
    whose desired count follows its queue: nothing here turns a backlog into a number yet, and none
    may be taken for zero.
    """
    for workforce in specs.workforces:
        if workforce.auto is not None:
            raise ValueError(f"the desired count of {workforce.name} is auto")
    free = FreeCapacity(specs.workforces, seen, _uncounted(specs, seen))
    by_turn = sorted(specs.workforces, key=lambda workforce: (-workforce.priority, workforce.name))
    plans = [plan_workforce(specs.project, one, seen, free, now) for one in by_turn]
    if options.acts_on is not None:
        plans = [_limited_to(plan, options.acts_on) for plan in plans]
    plans.sort(key=lambda plan: plan.name)
    unchecked = _why_unchecked(specs, options)
    orphans = () if unchecked else orphan_plans(seen.strays, prune=options.prune)
    stops = () if options.force else safety_stops(specs, plans, orphans)
    return Plan(
        plan_id=plan_identity(specs.project, plans, orphans),
        project=specs.project,
        at=seen.at,
        workforces=tuple(plans),
        orphans=orphans,
        orphans_unchecked=unchecked,
        orphans_unread=not unchecked and bool(seen.unreadable_targets),
        computes_unread=bool(_unread_computes(specs, seen) or _uncounted(specs, seen)),
        diagnostics=_diagnostics(plans, specs, seen, unchecked is None),
        stops=stops,
    )


def _why_unchecked(specs: Specs, options: Options) -> str | None:
    if specs.is_partial or options.acts_on is not None:
        return "not checked: a filter or a path leaves out a part of the project"
    return None


def _limited_to(plan: WorkforcePlan, acts_on: Callable[[str], bool]) -> WorkforcePlan:
    """The plan with actions on some targets only; those of the others become holds."""
    return replace(
        plan,
        regions=tuple(
            region if acts_on(region.region.target.name) else _without_actions(region)
            for region in plan.regions
        ),
    )


def _without_actions(region: RegionPlan) -> RegionPlan:
    return replace(
        region,
        actions=tuple(
            action
            if action.kind is ActionKind.HOLD
            else Action(
                ActionKind.HOLD,
                action.count,
                f"not asked for (--target): would {action.kind} {action.count}",
                action.workers,
            )
            for action in region.actions
        ),
    )


def _unread_computes(specs: Specs, seen: Observation) -> dict[str, Unreadable]:
    """Computes of these specs whose capacity could not be read, by name."""
    used = {region.target.compute for one in specs.workforces for region in one.regions}
    return {
        compute: capacity
        for compute, capacity in sorted(seen.computes.items())
        if compute in used and isinstance(capacity, Unreadable)
    }


def _uncounted(specs: Specs, seen: Observation) -> dict[str, Unreadable]:
    """Computes with a figure that may hold workers of the rest of the project, unread.

    Where all of the project is loaded its regions tell what could not be read of them.
    """
    if not specs.is_partial:
        return {}
    return {
        region.target.compute: seen.unreadable_targets[region.target.name]
        for workforce in specs.workforces
        for region in workforce.regions
        if region.target.name in seen.unreadable_targets
        and isinstance(capacity := seen.computes.get(region.target.compute), Capacity)
        and capacity.total is not None
    }


def _diagnostics(
    plans: Sequence[WorkforcePlan], specs: Specs, seen: Observation, orphans_checked: bool
) -> tuple[Diagnostic, ...]:
    found = []
    for plan in plans:
        for region in plan.regions:
            if region.held is None:
                continue
            is_conflict = region.observed is not None
            found.append(
                Diagnostic(
                    Severity.ERROR if is_conflict else Severity.WARNING,
                    region.held if is_conflict else f"could not be read: {region.held}",
                    plan.name,
                    region.region.name,
                )
            )
    found += [
        Diagnostic(
            Severity.WARNING,
            f"the capacity of {compute} could not be read, so nothing is hired there: "
            f"{unread.because}",
        )
        for compute, unread in {
            **_unread_computes(specs, seen),
            **_uncounted(specs, seen),
        }.items()
    ]
    found += [Diagnostic(Severity.WARNING, warning) for warning in seen.warnings]
    if orphans_checked:
        found += [
            Diagnostic(
                Severity.WARNING,
                f"target {target} could not be searched for orphans: {unread.because}",
            )
            for target, unread in sorted(seen.unreadable_targets.items())
        ]
    return tuple(found)


def plan_identity(
    project: str, plans: Sequence[WorkforcePlan], orphans: Sequence[OrphanPlan]
) -> str:
    """A short digest of what the plan would do; plans that would do the same share it."""
    digest = hashlib.sha256(project.encode())

    def add(place: tuple[str, ...], actions: Sequence[Action]) -> None:
        for action in actions:
            if action.kind is not ActionKind.HOLD:
                ids = [worker.id for worker in action.workers]
                digest.update(repr((place, action.kind, action.count, ids)).encode())

    for plan in plans:
        for region in plan.regions:
            one = region.region
            add((plan.name, *one.key, one.digest), region.actions)
    for orphan in orphans:
        add((orphan.workforce, *orphan.key), orphan.actions)
    return digest.hexdigest()[:12]
