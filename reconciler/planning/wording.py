"""The sentences with which actions and holds give their reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase
from reconciler.model.workforce import Layoffs
from reconciler.planning.census import Census
from reconciler.values.duration import rough_age

if TYPE_CHECKING:
    from reconciler.planning.balance import Balance

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


def to_hire(desired: int, live: int, reserved: int) -> str:
    held = f" − {reserved} that regions on hold may have" if reserved else ""
    difference = desired - live - reserved
    return f"{desired} desired − {live} live{held} = {_not_below_zero(difference)} to hire"


def to_lay_off(live: int, desired: int, draining: int) -> str:
    leaving = f" − {draining} draining" if draining else ""
    difference = live - desired - draining
    return f"{live} live − {desired} desired{leaving} = {_not_below_zero(difference)} to lay off"


def _not_below_zero(difference: int) -> str:
    return str(difference) if difference >= 0 else f"−{-difference}, so none"


def to_resume(paused: int, resumes: int) -> str:
    return f"{paused} paused, {resumes} of them wanted: resumed before any hire"


def hires(live: int, share: int, here: int, in_all: int) -> str:
    limit = "" if live + here == share else f"; {in_all} to hire in all"
    return f"{live} live, share {share}{limit}"


def over_maximum(census: Census, chosen: Sequence[Worker]) -> str:
    maximum = census.region.max or 0
    over = census.staying - maximum
    leaving = f" − {census.draining} draining" if census.draining else ""
    return f"{statuses(chosen)}: {census.live} live{leaving} − max {maximum} = {over} over"


def surplus(census: Census, share: int, chosen: Sequence[Worker]) -> str:
    leaving = f" − {census.draining} draining" if census.draining else ""
    has = f"{statuses(chosen)}: {census.live} live{leaving}, share {share}"
    if len(chosen) > census.staying - share:
        return f"{has}; what waits goes before what runs anywhere"
    return has


def over_share(over: int, share: int, reserved: int) -> str:
    lead = f"{over} over its share of {share}"
    if reserved:
        return f"{lead}: only what exceeds the whole of desired goes while a region is on hold"
    return f"{lead}: the total is not, so nothing moves"


def hires_later(hires: int) -> str:
    verb = "waits" if hires == 1 else "wait"
    return f"{plural(hires, 'hire')} {verb} until those that leave now have ended"


def paused_kept(kept: int, balance: Balance) -> str:
    """Why `kept` paused workers are neither resumed nor laid off."""
    left = f"{kept} paused left as {'it is' if kept == 1 else 'they are'}"
    if balance.reserved:
        return f"{left}: regions on hold may have up to {balance.reserved}"
    if balance.draining:
        return f"{left}: those that drain count until they have ended"
    return f"{left}: a region's min needs {'it' if kept == 1 else 'them'}"


def draining(census: Census, now: datetime) -> str:
    since = [w.draining_since for w in census.reading.workers if w.draining_since is not None]
    age = rough_age((now - min(since)).total_seconds())
    return f"draining {census.draining}, oldest {age}: each leaves when its task is done"


def unknown(census: Census) -> str:
    seen = [worker for worker in census.reading.workers if worker.phase is Phase.UNKNOWN]
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
