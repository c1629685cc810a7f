"""What lives now, per workforce and region, as text and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from reconciler.model.observation import Observation, Readable, Worker
from reconciler.model.plan import Plan, RegionPlan
from reconciler.rendering.diagnostics import diagnostic_lines
from reconciler.rendering.lines import Line, wrapped
from reconciler.rendering.plan_json import FORMAT_VERSION, Json
from reconciler.values.duration import rough_age

_COLUMNS = ("LIVE", "RUN", "PEND", "OTHER", "DRAIN")


def status_lines(
    plan: Plan, seen: Observation, now: datetime, *, workers: bool = False
) -> Iterator[Line]:
    """Every workforce with its regions; `workers` lists each live worker too."""
    if not plan.workforces:
        yield Line("No workforces in these specs.")
    for workforce in plan.workforces:
        yield Line(
            f"{workforce.name}: {workforce.desired.total} desired, {workforce.live} live",
            "heading",
        )
        yield Line("  " + "REGION".ljust(42) + "".join(name.rjust(7) for name in _COLUMNS), "quiet")
        for region in workforce.regions:
            yield from _region(region)
            if workers:
                yield from _workers(region, seen, now)
        yield Line("")
    for orphan in plan.orphans:
        place = f"{orphan.workforce}/{orphan.region} on {orphan.target.name}"
        text = f"Orphans: {place}: {len(orphan.workers)} live that no spec claims"
        yield from wrapped(text, hang=2, style="warning")
    yield from diagnostic_lines(plan.diagnostics)
    live = sum(workforce.live for workforce in plan.workforces)
    desired = sum(workforce.desired.total for workforce in plan.workforces)
    yield Line(f"{live} live of {desired} desired.", "heading")


def _region(region: RegionPlan) -> Iterator[Line]:
    counts = region.observed
    name = region.region.name.ljust(42)
    if counts is None:
        yield Line(f"  {name}{'unreadable'.rjust(35)}", "warning")
        return
    other = counts.paused + counts.unknown
    figures = (counts.live, counts.running, counts.pending, other, counts.draining)
    yield Line(f"  {name}" + "".join(str(figure).rjust(7) for figure in figures))


def _workers(region: RegionPlan, seen: Observation, now: datetime) -> Iterator[Line]:
    reading = seen.regions.get(region.region.key)
    if not isinstance(reading, Readable):
        return
    for worker in sorted(reading.workers, key=lambda one: (one.number or 0, one.id)):
        yield from _worker(worker, region, now)


def _worker(worker: Worker, region: RegionPlan, now: datetime) -> Iterator[Line]:
    number = f"{worker.number:06d}" if worker.number is not None else "------"
    age = rough_age((now - worker.created).total_seconds())
    status = "Draining" if worker.draining_since else worker.status
    if worker.digest is None:
        task = "task unknown"
    else:
        task = "current" if worker.digest == region.region.digest else "another task"
    note = f"  {worker.note}" if worker.note else ""
    yield from wrapped(
        f"{number}  {status:<15} {age:>6}  {task}{note}", indent=4, hang=12, style="quiet"
    )


def status_json(plan: Plan, seen: Observation) -> Json:
    """What `status -o json` prints."""
    return {
        "format_version": FORMAT_VERSION,
        "project": plan.project,
        "observed_at": seen.at.isoformat(),
        "live": sum(workforce.live for workforce in plan.workforces),
        "desired": sum(workforce.desired.total for workforce in plan.workforces),
        "workforces": [
            {
                "name": workforce.name,
                "desired": workforce.desired.total,
                "live": workforce.live,
                "regions": [_region_json(region, seen) for region in workforce.regions],
            }
            for workforce in plan.workforces
        ],
        "orphans": sum(len(orphan.workers) for orphan in plan.orphans),
        "diagnostics": [
            {**asdict(found), "severity": found.severity.value} for found in plan.diagnostics
        ],
    }


def _region_json(region: RegionPlan, seen: Observation) -> Json:
    reading = seen.regions.get(region.region.key)
    workers = reading.workers if isinstance(reading, Readable) else ()
    return {
        "name": region.region.name,
        "target": region.region.target.name,
        "experiment": region.region.experiment,
        "readable": region.observed is not None,
        "observed": asdict(region.observed) if region.observed else None,
        "capacity": region.free,
        "workers": [
            {
                "name": worker.id,
                "number": worker.number,
                "status": worker.status,
                "phase": worker.phase.value,
                "created": worker.created.isoformat(),
                "digest": worker.digest,
                "draining_since": (
                    worker.draining_since.isoformat() if worker.draining_since else None
                ),
                "note": worker.note,
            }
            for worker in workers
        ],
    }
