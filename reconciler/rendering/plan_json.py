"""A plan and a report as plain values for JSON: a contract, versioned by FORMAT_VERSION."""

from __future__ import annotations

from dataclasses import asdict

from reconciler.model.plan import (
    Action,
    ActionKind,
    OrphanPlan,
    Plan,
    RegionPlan,
    WorkforcePlan,
)
from reconciler.model.report import Report
from reconciler.values.names import worker_name

FORMAT_VERSION = "1"

Json = dict[str, object]


def plan_json(plan: Plan) -> Json:
    """The plan as `plan -o json` prints it."""
    return {
        "format_version": FORMAT_VERSION,
        "plan_id": plan.plan_id,
        "project": plan.project,
        "observed_at": plan.at.isoformat(),
        "summary": {
            **{kind.value: plan.count(kind) for kind in ActionKind},
            "orphans": sum(len(orphan.workers) for orphan in plan.orphans),
        },
        "workforces": [_workforce(workforce) for workforce in plan.workforces],
        "orphans": [_orphan(orphan) for orphan in plan.orphans],
        "orphans_checked": plan.orphans_unchecked is None and not plan.orphans_unread,
        "diagnostics": _diagnostics(plan),
        "stops": _stops(plan),
    }


def report_json(plan: Plan, report: Report) -> Json:
    """What `apply -o json` prints: the plan's summary, and the outcome of each worker."""
    return {
        "format_version": FORMAT_VERSION,
        "plan_id": report.plan_id,
        "complete": report.is_complete and not plan.stops,
        "interrupted": report.interrupted,
        "actions": [
            {
                "workforce": region.workforce,
                "region": region.region,
                "kind": region.kind.value,
                "count": region.planned,
                "workers": [
                    {
                        "name": one.worker or None,
                        "outcome": one.outcome.value,
                        "error": one.detail or None,
                    }
                    for one in region.outcomes
                ],
            }
            for region in report.regions
        ],
        "diagnostics": _diagnostics(plan),
        "stops": _stops(plan),
    }


def _diagnostics(plan: Plan) -> list[Json]:
    return [
        {
            "severity": found.severity.value,
            "summary": found.summary,
            "workforce": found.workforce,
            "region": found.region,
        }
        for found in plan.diagnostics
    ]


def _stops(plan: Plan) -> list[Json]:
    return [
        {
            "key": stop.key,
            "number": stop.number,
            "limit": stop.limit,
            "summary": stop.summary,
            "workforce": stop.workforce,
            "position": str(stop.position) if stop.position else None,
        }
        for stop in plan.stops
    ]


def _workforce(workforce: WorkforcePlan) -> Json:
    return {
        "name": workforce.name,
        "desired": {
            "total": workforce.desired.total,
            "because": [*workforce.desired.because, *workforce.because],
        },
        "live": workforce.live,
        "placement": workforce.placement.value,
        "short_by": workforce.short_by,
        "holds": [_action(hold) for hold in workforce.holds],
        "regions": [_region(region) for region in workforce.regions],
    }


def _region(planned: RegionPlan) -> Json:
    region = planned.region
    return {
        "name": region.name,
        "target": region.target.name,
        "experiment": region.experiment,
        "digest": region.digest,
        "readable": planned.observed is not None,
        "held": planned.held,
        "observed": asdict(planned.observed) if planned.observed else None,
        "capacity": planned.free,
        "capacity_because": planned.free_because,
        "desired": planned.share,
        "desired_because": planned.share_because,
        "actions": [_action(action, planned) for action in planned.actions],
        "task_changes": [
            {
                "digest": change.digest,
                "workers": change.workers,
                "fields": [asdict(field) for field in change.fields],
            }
            for change in planned.task_changes
        ],
    }


def _action(action: Action, planned: RegionPlan | None = None) -> Json:
    names = [worker.id for worker in action.workers]
    if action.first_number is not None and planned is not None:
        numbers = range(action.first_number, action.first_number + action.count)
        names = [worker_name(*planned.region.key, number) for number in numbers]
    return {
        "kind": action.kind.value,
        "count": action.count,
        "workers": names,
        "because": action.because,
    }


def _orphan(orphan: OrphanPlan) -> Json:
    return {
        "workforce": orphan.workforce,
        "region": orphan.region,
        "target": orphan.target.name,
        "experiment": orphan.key.experiment,
        "layoffs": orphan.rule.value,
        "workers": [worker.id for worker in orphan.workers],
        "actions": [_action(action) for action in orphan.actions],
    }
