"""Safety limits: what stops a plan, with the number, the limit and the key that sets it."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.phases import Phase
from reconciler.model.plan import Action, ActionKind, OrphanPlan, SafetyStop, WorkforcePlan
from reconciler.model.workforce import Safety, Specs

PERCENTAGES_FROM = 10
"""Live workers from which a percentage limits; of fewer, 30% would be less than one in three."""


def safety_stops(
    specs: Specs, plans: Sequence[WorkforcePlan], orphans: Sequence[OrphanPlan]
) -> tuple[SafetyStop, ...]:
    """Every limit that the plans pass: each workforce's own, then the project's over all."""
    stops: list[SafetyStop] = []
    limits = {workforce.name: workforce.safety for workforce in specs.workforces}
    hires = cancels = live = 0
    for plan in plans:
        own_hires, own_cancels = _hires(plan), _running_cancels(plan)
        stops += _check(limits[plan.name], own_hires, own_cancels, plan.live, plan.name)
        hires, cancels, live = hires + own_hires, cancels + own_cancels, live + plan.live
    cancels += sum(_running(orphan.actions) for orphan in orphans)
    live += sum(len(orphan.workers) for orphan in orphans)
    stops += _check(specs.safety, hires, cancels, live, None)
    return tuple(stops)


def _hires(plan: WorkforcePlan) -> int:
    return sum(
        action.count
        for region in plan.regions
        for action in region.actions
        if action.kind is ActionKind.HIRE
    )


def _running_cancels(plan: WorkforcePlan) -> int:
    return sum(_running(region.actions) for region in plan.regions)


def _running(actions: Sequence[Action]) -> int:
    return sum(
        sum(1 for worker in action.workers if worker.phase is Phase.RUNNING)
        for action in actions
        if action.kind is ActionKind.CANCEL
    )


def _check(
    safety: Safety, hires: int, cancels: int, live: int, workforce: str | None
) -> list[SafetyStop]:
    owner = "safety" if workforce is not None else "the project's safety"
    stops = []
    if safety.max_hires is not None and hires > safety.max_hires:
        stops.append(
            SafetyStop(
                key="safety.max_hires",
                number=hires,
                limit=safety.max_hires,
                summary=f"{hires} hires are over {owner}.max_hires: {safety.max_hires}",
                workforce=workforce,
                position=safety.positions.get("max_hires"),
            )
        )
    limit = safety.max_running_cancels
    if limit is None or (limit.is_percent and live < PERCENTAGES_FROM):
        return stops
    if cancels > limit.of(live):
        share = f" ({limit.of(live)} of {live} live)" if limit.is_percent else ""
        stops.append(
            SafetyStop(
                key="safety.max_running_cancels",
                number=cancels,
                limit=limit.of(live),
                summary=(
                    f"cancelling {cancels} running workers is over "
                    f"{owner}.max_running_cancels: {limit}{share}"
                ),
                workforce=workforce,
                position=safety.positions.get("max_running_cancels"),
            )
        )
    return stops
