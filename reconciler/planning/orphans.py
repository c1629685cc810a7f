"""Live workers of the project that no loaded spec claims, and what pruning does to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from reconciler.model.observation import Stray, Worker
from reconciler.model.phases import Phase
from reconciler.model.plan import Action, ActionKind, OrphanPlan
from reconciler.model.workforce import DrainDelivery, Layoffs
from reconciler.planning.layoffs import in_layoff_order
from reconciler.planning.wording import statuses


def orphan_plans(strays: Sequence[Stray], *, prune: bool) -> tuple[OrphanPlan, ...]:
    """One entry for each experiment, owner and layoff rule in the tags.

    Actions are only there where they are to be pruned.
    """
    groups: dict[tuple[str, ...], list[Stray]] = defaultdict(list)
    for stray in strays:
        tags = stray.worker
        if tags.phase.is_live:
            owner = (tags.workforce or "", tags.region or "", tags.layoffs or "")
            groups[(*stray.key, *owner)].append(stray)
    plans = []
    for _, group in sorted(groups.items()):
        first = group[0]
        workers = tuple(stray.worker for stray in group)
        rule = _rule(first.worker.layoffs)
        plans.append(
            OrphanPlan(
                workforce=first.worker.workforce or "?",
                region=first.worker.region or "?",
                key=first.key,
                target=first.target,
                rule=rule,
                workers=workers,
                actions=_prune(rule, workers, first.target.drain_delivery) if prune else (),
            )
        )
    return tuple(plans)


def _rule(tag: str | None) -> Layoffs:
    """The rule in a worker's tags. One that this version doesn't know lays nobody off."""
    try:
        return Layoffs(tag or "")
    except ValueError:
        return Layoffs.NONE


def _prune(rule: Layoffs, workers: Sequence[Worker], delivery: DrainDelivery) -> tuple[Action, ...]:
    if rule is Layoffs.NONE:
        said = workers[0].layoffs
        because = (
            "their tags say layoffs: none"
            if said == Layoffs.NONE
            else f"their tags give no layoff rule known here ({said or 'none at all'})"
        )
        return (_hold(workers, because),)
    chosen = in_layoff_order(workers, digest="")
    running = [worker for worker in chosen if worker.phase is Phase.RUNNING]
    waiting = tuple(worker for worker in chosen if worker.phase is not Phase.RUNNING)
    actions = []
    if waiting:
        actions.append(_act(ActionKind.CANCEL, waiting, rule))
    if running and rule is Layoffs.CANCEL:
        actions.append(_act(ActionKind.CANCEL, running, rule))
    elif running and rule is Layoffs.GRACEFUL and delivery is DrainDelivery.AIMED:
        actions.append(_act(ActionKind.DRAIN, running, rule))
    elif running:
        actions.append(_hold(running, f"running, and layoffs: {rule} can't make them leave here"))
    taken = {worker.id for worker in chosen}
    left = [worker for worker in workers if worker.id not in taken]
    if left:
        actions.append(_hold(left, f"{statuses(left)}: leaving already, or never chosen"))
    return tuple(actions)


def _act(kind: ActionKind, workers: Sequence[Worker], rule: Layoffs) -> Action:
    because = f"no spec claims them: {statuses(workers)}; their tags say layoffs: {rule}"
    return Action(kind, len(workers), because, tuple(workers))


def _hold(workers: Sequence[Worker], because: str) -> Action:
    return Action(ActionKind.HOLD, len(workers), because, tuple(workers))
