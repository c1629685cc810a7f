"""The sentences with which actions and holds give their reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from reconciler.model.observation import Worker
from reconciler.model.workforce import Layoffs
from reconciler.planning.census import Census
from reconciler.values.duration import rough_age

_SPELLED = {
    "NotStarted": "not started",
    "CancelRequested": "asked to end",
    "NotResponding": "not responding",
}


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def statuses(workers: Sequence[Worker]) -> str:
    """`2 queued, 1 preparing`, in the order of first appearance."""
    figures = Counter(worker.status for worker in workers)
    return ", ".join(
        f"{figure} {_SPELLED.get(status, status.lower())}" for status, figure in figures.items()
    )


def to_hire(desired: int, live: int, reserved: int, hires: int) -> str:
    held = f" − {reserved} that regions on hold may have" if reserved else ""
    return f"{desired} desired − {live} live{held} = {hires} to hire"


def to_lay_off(live: int, desired: int, draining: int, surplus: int) -> str:
    leaving = f" − {draining} draining" if draining else ""
    return f"{live} live − {desired} desired{leaving} = {surplus} to lay off"


def to_resume(paused: int, resumes: int) -> str:
    return f"{paused} paused, {resumes} of them wanted: resumed before any hire"


def over_maximum(census: Census, chosen: Sequence[Worker]) -> str:
    maximum = census.region.max or 0
    over = census.staying - maximum
    return f"{statuses(chosen)}: {census.staying} live − max {maximum} = {over} over"


def surplus(census: Census, share: int, chosen: Sequence[Worker]) -> str:
    if census.staying > share:
        return f"{statuses(chosen)}: {census.staying} live, share {share}"
    return f"{statuses(chosen)}: what waits goes before what runs anywhere"


def draining(census: Census, now: datetime) -> str:
    since = [w.draining_since for w in census.reading.workers if w.draining_since is not None]
    age = rough_age((now - min(since)).total_seconds())
    return f"draining {census.draining}, oldest {age}: each leaves when its task is done"


def unknown(census: Census) -> str:
    seen = [worker for worker in census.reading.workers if worker.phase == "unknown"]
    return f"{statuses(seen)}: counted as live, never chosen for a layoff"


def surplus_left(rule: Layoffs, left: int, censuses: Sequence[Census]) -> str:
    """Why `left` surplus workers stay."""
    workers = f"{plural(left, 'surplus worker')} left alone"
    if rule is Layoffs.NONE:
        return f"{workers}: layoffs: none"
    if rule is Layoffs.PENDING_ONLY:
        return f"{workers}: what remains is running, and layoffs: pending-only keeps it"
    readable = [census for census in censuses if census.held is None]
    if rule is Layoffs.GRACEFUL and not all(
        census.region.target.drain_delivery.reaches_workers for census in readable
    ):
        return (
            f"{workers}: what remains is running, and nothing there can ask it to leave; "
            "layoffs: cancel would end it"
        )
    return f"{workers}: what remains is finalizing, unknown, or not this workforce's"
