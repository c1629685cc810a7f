"""A plan in the words of a case file, as far as the case speaks of it.

What a plan would do is always told, so that a case can't overlook an action; figures and reasons
are told where the case asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciler.model.plan import Action, ActionKind, OrphanPlan, Plan, RegionPlan, WorkforcePlan
from reconciler.outcomes import of_plan

_Told = dict[str, Any]


def told(plan: Plan, expected: Mapping[str, Any]) -> _Told:
    """The plan in the form of a case's `plan:`."""
    found: _Told = {}
    for workforce in plan.workforces:
        found[workforce.name] = _workforce(workforce, _at(expected, workforce.name))
        for region in workforce.regions:
            place = f"{workforce.name}/{region.region.name}"
            found[place] = _region(region, place, _at(expected, place))
    for orphan in plan.orphans:
        place = f"orphan {orphan.workforce}/{orphan.region}"
        found[place] = _orphan(orphan, place, _at(expected, place))
    found["orphans unchecked"] = plan.orphans_unchecked
    found["stops"] = [stop.summary for stop in plan.stops]
    found["diagnostics"] = [
        f"{one.severity} {one.workforce}/{one.region}: {one.summary}"
        if one.workforce
        else f"{one.severity}: {one.summary}"
        for one in plan.diagnostics
    ]
    exits: dict[str, Callable[[], int]] = {
        "plan": lambda: of_plan(plan),
        "detailed": lambda: of_plan(plan, detailed=True),
        "strict": lambda: of_plan(plan, strict=True),
    }
    asked = _at(expected, "exit")
    found["exit"] = {name: int(code()) for name, code in exits.items() if name in asked}
    # What is empty and wasn't asked for says nothing.
    return {place: one for place, one in found.items() if one or place in expected}


def _at(expected: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    value = expected.get(place)
    return value if isinstance(value, Mapping) else {}


def _workforce(plan: WorkforcePlan, expected: Mapping[str, Any]) -> _Told:
    found: _Told = {}
    if plan.short_by or "short_by" in expected:
        found["short_by"] = plan.short_by
    if "arithmetic" in expected:
        found["arithmetic"] = list(plan.because)
    if "desired" in expected:
        found["desired"] = {"total": plan.desired.total, "because": list(plan.desired.because)}
    if "shares" in expected:
        found["shares"] = [region.share for region in plan.regions]
    return found | _actions(plan.holds, "", expected)


def _region(region: RegionPlan, place: str, expected: Mapping[str, Any]) -> _Told:
    figures: _Told = {
        "share": region.share,
        "share_because": region.share_because,
        "free": region.free,
        "free_because": region.free_because,
        "observed": None
        if region.observed is None
        else {
            name: figure
            for name in ("pending", "running", "paused", "unknown", "ending", "draining")
            if (figure := getattr(region.observed, name))
        },
        "first_number": next((a.first_number for a in region.actions if a.first_number), None),
        "task_changes": [
            {
                "workers": change.workers,
                "fields": [f"{one.path}: {one.before} → {one.after}" for one in change.fields],
            }
            for change in region.task_changes
        ],
    }
    found = {name: figure for name, figure in figures.items() if name in expected}
    return found | _actions(region.actions, place, expected)


def _orphan(orphan: OrphanPlan, place: str, expected: Mapping[str, Any]) -> _Told:
    found: _Told = {"live": len(orphan.workers), "rule": orphan.rule.value}
    return found | _actions(orphan.actions, place.removeprefix("orphan "), expected)


def _actions(actions: Sequence[Action], place: str, expected: Mapping[str, Any]) -> _Told:
    """Actions by kind: a count, or the workers where the case names them; then the reasons."""
    found: _Told = {}
    for kind in ActionKind:
        chosen = [action for action in actions if action.kind is kind]
        if not chosen:
            continue
        if kind is not ActionKind.HOLD and isinstance(expected.get(kind), list):
            found[kind.value] = [
                worker.id.removeprefix(f"{place}/")
                for action in chosen
                for worker in action.workers
            ]
        else:
            found[kind.value] = sum(action.count for action in chosen)
    asked = expected.get("because")
    if isinstance(asked, Mapping):
        reasons: _Told = {}
        for kind in asked:
            texts = [action.because for action in actions if action.kind == kind]
            reasons[kind] = texts[0] if len(texts) == 1 else texts
        found["because"] = reasons
    return found
