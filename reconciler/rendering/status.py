"""What lives now, per workforce and region, as text and as plain values for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType

from reconciler.model.observation import Observation, Readable, Worker
from reconciler.model.plan import Plan, RegionPlan
from reconciler.rendering.diagnostics import diagnostic_lines
from reconciler.rendering.escaping import printable
from reconciler.rendering.lines import Line, wrapped
from reconciler.rendering.plan_json import FORMAT_VERSION, Json
from reconciler.rendering.plan_text import live_of
from reconciler.values.duration import rough_age

_COLUMNS = ("LIVE", "RUN", "PEND", "OTHER", "DRAIN")


def status_lines(
    plan: Plan,
    seen: Observation,
    now: datetime,
    *,
    workers: bool = False,
    links: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Line]:
    """Every workforce with its regions; `workers` lists each live worker too.

    `links` are the pages of workers that have one, by their id.
    """
    if not plan.workforces:
        yield Line("No workforces in these specs.")
    for workforce in plan.workforces:
        yield Line(
            f"{workforce.name}: {workforce.desired.total} desired, {live_of(workforce)}",
            "heading",
        )
        yield Line("  " + "REGION".ljust(42) + "".join(name.rjust(7) for name in _COLUMNS), "quiet")
        for region in workforce.regions:
            yield from _region(region)
            if workers:
                yield from _workers(region, seen, now, links)
            yield from _ended_lately(region, seen)
        yield Line("")
    for orphan in plan.orphans:
        place = f"{orphan.workforce}/{orphan.region} on {orphan.target.name}"
        text = f"Orphans: {place}: {len(orphan.workers)} live that no spec claims"
        yield from wrapped(text, hang=2, style="warning")
        if workers:
            for worker in orphan.workers:
                yield from _worker(worker, None, now)
    yield from diagnostic_lines(plan.diagnostics)
    if plan.orphans_unchecked:
        yield from wrapped(f"Orphans {plan.orphans_unchecked}.", style="quiet")
    live = sum(workforce.live for workforce in plan.workforces)
    desired = sum(workforce.desired.total for workforce in plan.workforces)
    unread = " in what could be read" if plan.has_unreadable else ""
    yield Line(f"{live} live{unread}, {desired} desired.", "heading")


def _region(region: RegionPlan) -> Iterator[Line]:
    counts = region.observed
    name = region.region.name.ljust(42)
    if counts is None:
        yield Line(f"  {name}{'unreadable'.rjust(35)}", "warning")
        return
    other = counts.paused + counts.unknown
    figures = (counts.live, counts.running, counts.pending, other, counts.draining)
    yield Line(f"  {name}" + "".join(str(figure).rjust(7) for figure in figures))


def _workers(
    region: RegionPlan, seen: Observation, now: datetime, links: Mapping[str, str]
) -> Iterator[Line]:
    reading = seen.regions.get(region.region.key)
    if not isinstance(reading, Readable):
        return
    for worker in sorted(reading.workers, key=lambda one: (one.number or 0, one.id)):
        yield from _worker(worker, region.region.digest, now)
        if worker.id in links:
            # Not wrapped, so that a terminal can open it.
            yield Line(f"{' ' * 12}{printable(links[worker.id])}", "quiet")


def _ended_lately(region: RegionPlan, seen: Observation) -> Iterator[Line]:
    """How many ended within the hour, and why the last one failed: a task that can't work shows
    here, while its workers are hired again and again."""
    reading = seen.regions.get(region.region.key)
    if not isinstance(reading, Readable) or not reading.ended_lately:
        return
    figures = Counter(worker.status for worker in reading.ended_lately)
    parts = ", ".join(f"{figure} {status}" for status, figure in sorted(figures.items()))
    failed = [worker for worker in reading.ended_lately if worker.status == "Failed"]
    why = ""
    if failed:
        last = failed[-1]
        number = f"{last.number:06d}" if last.number is not None else last.id
        why = f"; the last to fail, {number}: {last.note or 'no reason given'}"
    style = "warning" if failed else "quiet"
    yield from wrapped(f"ended in the last hour: {parts}{why}", indent=4, hang=6, style=style)


def _worker(worker: Worker, digest: str | None, now: datetime) -> Iterator[Line]:
    number = f"{worker.number:06d}" if worker.number is not None else "------"
    age = rough_age((now - worker.created).total_seconds())
    status = "Draining" if worker.draining_since else worker.status
    if worker.digest is None:
        task = "task unknown"
    elif digest is None:
        task = "no spec"
    else:
        task = "current" if worker.digest == digest else "another task"
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
        "orphans_checked": plan.orphans_unchecked is None and not plan.orphans_unread,
        "orphans": [
            {
                "workforce": orphan.workforce,
                "region": orphan.region,
                "target": orphan.target.name,
                "experiment": orphan.key.experiment,
                "workers": [_worker_json(worker) for worker in orphan.workers],
            }
            for orphan in plan.orphans
        ],
        "diagnostics": [
            {**asdict(found), "severity": found.severity.value} for found in plan.diagnostics
        ],
    }


def _region_json(region: RegionPlan, seen: Observation) -> Json:
    reading = seen.regions.get(region.region.key)
    workers = reading.workers if isinstance(reading, Readable) else ()
    ended = reading.ended_lately if isinstance(reading, Readable) else ()
    return {
        "name": region.region.name,
        "target": region.region.target.name,
        "experiment": region.region.experiment,
        "readable": region.observed is not None,
        "observed": asdict(region.observed) if region.observed else None,
        "capacity": region.free,
        "workers": [_worker_json(worker) for worker in workers],
        "ended_lately": [_worker_json(worker) for worker in ended],
    }


def _worker_json(worker: Worker) -> Json:
    return {
        "name": worker.id,
        "number": worker.number,
        "status": worker.status,
        "phase": worker.phase.value,
        "created": worker.created.isoformat(),
        "digest": worker.digest,
        "draining_since": worker.draining_since.isoformat() if worker.draining_since else None,
        "note": worker.note,
    }
