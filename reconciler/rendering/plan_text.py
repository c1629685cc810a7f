"""A plan as text: per workforce what would be done and why, then one line of totals."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.plan import (
    Action,
    ActionKind,
    Counts,
    OrphanPlan,
    Plan,
    RegionPlan,
    TaskChange,
    WorkforcePlan,
)
from reconciler.rendering.diagnostics import diagnostic_lines
from reconciler.rendering.lines import Line, wrapped

SIGNS = {
    ActionKind.HIRE: "+",
    ActionKind.RESUME: ">",
    ActionKind.CANCEL: "-",
    ActionKind.DRAIN: "~",
    ActionKind.HOLD: ".",
}

_SHOWN_FIELDS = 20


def plan_lines(plan: Plan, *, explain: bool = False) -> Iterator[Line]:
    """The whole plan. `explain` adds the arithmetic of every region, changed or not."""
    if not plan.workforces:
        yield Line("No workforces in these specs.")
    for workforce in plan.workforces:
        yield from _workforce(workforce, explain)
        yield Line("")
    yield from _orphans(plan)
    yield from _diagnostics(plan)
    yield from _stops(plan)
    yield from _totals(plan)


def summary(plan: Plan) -> str:
    """`hire 3, cancel 1`: how many workers, for every kind of action that occurs."""
    acting = [kind for kind in ActionKind if kind is not ActionKind.HOLD and plan.count(kind)]
    return ", ".join(f"{kind} {plan.count(kind)}" for kind in acting)


def _asides(plan: Plan) -> str:
    """` (1 hold, 3 orphans)`: what is beside the actions."""
    holds = plan.count(ActionKind.HOLD)
    orphans = sum(len(orphan.workers) for orphan in plan.orphans)
    parts = [f"{holds} hold{'s' * (holds > 1)}"] if holds else []
    parts += [f"{orphans} orphan{'s' * (orphans > 1)}"] if orphans else []
    return f" ({', '.join(parts)})" if parts else ""


def live_of(plan: WorkforcePlan) -> str:
    """`3 live`, or what can be said where a region could not be read."""
    if all(region.observed is not None for region in plan.regions):
        return f"{plan.live} live"
    return f"{plan.live} live in what could be read" if plan.live else "live unknown"


def _workforce(plan: WorkforcePlan, explain: bool) -> Iterator[Line]:
    yield Line(f"{plan.name}: {plan.desired.total} desired, {live_of(plan)}", "heading")
    for reason in (*plan.desired.because, *plan.because):
        yield from wrapped(reason, indent=2)
    shown = [region for region in plan.regions if explain or _is_worth_showing(region)]
    for region in shown:
        yield from _region(region, explain or plan.short_by > 0)
    rest = len(plan.regions) - len(shown)
    if rest:
        live = sum(r.observed.live for r in plan.regions if r not in shown and r.observed)
        others = "other regions" if shown else "regions"
        word = others if rest > 1 else others[:-1]
        yield Line(f"  {rest} {word}: {live} live, nothing to do", "quiet")
    for hold in plan.holds:
        yield from _action(hold, indent=2)


def _is_worth_showing(region: RegionPlan) -> bool:
    return bool(region.actions or region.task_changes)


def _region(region: RegionPlan, with_limits: bool) -> Iterator[Line]:
    seen = "could not be read" if region.observed is None else _counts(region.observed)
    share = "" if region.share is None else f", share {region.share}"
    yield from wrapped(f"{region.region.name}: {seen}{share}", indent=2, hang=4)
    if with_limits:
        if region.share_because:
            yield from wrapped(f"share {region.share_because}", indent=4)
        yield from wrapped(_limits(region), indent=4)
    if region.held is not None:
        yield Line("    . left as it is, for the reason given below", "hold")
    for action in region.actions if region.held is None else ():
        yield from _action(action, indent=4)
    for change in region.task_changes:
        yield from _task_change(change)


def _limits(region: RegionPlan) -> str:
    spec = region.region
    parts = [f"experiment {spec.experiment}", f"min {spec.min}"]
    parts.append("no max" if spec.max is None else f"max {spec.max}")
    if spec.weight != 1:
        parts.append(f"weight {spec.weight}")
    if spec.priority:
        parts.append(f"priority {spec.priority}")
    return f"{', '.join(parts)}; {region.free_because}"


def _counts(counts: Counts) -> str:
    figures = {
        "running": counts.running,
        "pending": counts.pending,
        "paused": counts.paused,
        "unknown": counts.unknown,
    }
    parts = [f"{figure} {word}" for word, figure in figures.items() if figure]
    inside = f" ({', '.join(parts)})" if parts else ""
    ending = f", {counts.ending} ending" if counts.ending else ""
    return f"{counts.live} live{inside}{ending}"


def _action(action: Action, indent: int) -> Iterator[Line]:
    lead = f"{SIGNS[action.kind]} {action.kind:<6} {action.count:>4}  "
    return wrapped(action.because, indent=indent, first=lead, style=action.kind.value)


def _task_change(change: TaskChange) -> Iterator[Line]:
    workers = f"{change.workers} live worker{'s' if change.workers > 1 else ''}"
    verb = "run" if change.workers > 1 else "runs"
    if change.digest is None:
        yield from wrapped(f"{workers} without a task digest: their task is unknown", indent=4)
        return
    text = f"{workers} {verb} another task, and will until they leave"
    yield from wrapped(text, indent=4, style="drain")
    if not change.fields:
        yield Line("      what it was is no longer known", "quiet")
    for field in change.fields[:_SHOWN_FIELDS]:
        before = "(not set)" if field.before is None else field.before
        after = "(not set)" if field.after is None else field.after
        yield from wrapped(f"{field.path}: {before} → {after}", indent=6, hang=8)
    if len(change.fields) > _SHOWN_FIELDS:
        yield Line(f"      and {len(change.fields) - _SHOWN_FIELDS} more fields", "quiet")


def _orphans(plan: Plan) -> Iterator[Line]:
    if not plan.orphans:
        return
    yield Line("Orphans: live workers of this project that no spec claims", "heading")
    for orphan in plan.orphans:
        yield from _orphan(orphan)
    yield Line("")


def _orphan(orphan: OrphanPlan) -> Iterator[Line]:
    count = len(orphan.workers)
    text = (
        f"{orphan.workforce}/{orphan.region}: {count} live on {orphan.target.name}, "
        f"experiment {orphan.key.experiment}"
    )
    yield from wrapped(text, indent=2, hang=4)
    for action in orphan.actions:
        yield from _action(action, indent=4)
    if not orphan.actions:
        because = f"apply --prune lays them off; their tags say layoffs: {orphan.rule}"
        yield from wrapped(because, indent=4, style="hold")


def _diagnostics(plan: Plan) -> Iterator[Line]:
    yield from diagnostic_lines(plan.diagnostics)
    if plan.orphans_unchecked:
        yield from wrapped(f"Orphans {plan.orphans_unchecked}.", style="quiet")
    if plan.diagnostics or plan.orphans_unchecked:
        yield Line("")


def _stops(plan: Plan) -> Iterator[Line]:
    for stop in plan.stops:
        whose = f"{stop.workforce}: " if stop.workforce else ""
        where = f" ({stop.position})" if stop.position else " (the default)"
        yield from wrapped(
            f"{whose}{stop.summary}{where}. Raise the limit, or pass --force for once.",
            first="Stopped: ",
            hang=2,
            style="error",
        )
    if plan.stops:
        yield Line("")


def _totals(plan: Plan) -> Iterator[Line]:
    if plan.has_changes:
        lead = "Plan, stopped" if plan.stops else "Plan"
        yield from wrapped(f"{lead}: {summary(plan)}{_asides(plan)}.", hang=6, style="heading")
        return
    live = sum(workforce.live for workforce in plan.workforces)
    desired = sum(workforce.desired.total for workforce in plan.workforces)
    figures = f"{live} live" if live == desired else f"{live} live of {desired} desired"
    unread = " in what could be read" if plan.has_unreadable else ""
    yield from wrapped(f"No changes{unread}: {figures}{_asides(plan)}.", hang=2, style="heading")
