"""One workforce's plan: resumes, hires, layoffs and holds, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from reconciler.model.observation import Observation, Worker
from reconciler.model.phases import Phase
from reconciler.model.plan import Action, ActionKind, Desired, RegionPlan, WorkforcePlan
from reconciler.model.workforce import Layoffs, Workforce
from reconciler.planning import wording
from reconciler.planning.capacity import FreeCapacity, may_hold
from reconciler.planning.census import Census, take_census
from reconciler.planning.drift import task_changes
from reconciler.planning.layoffs import Chosen, Picked, choose, is_running
from reconciler.planning.placement import Room, distribute


@dataclass(frozen=True, slots=True)
class _Balance:
    """The workforce's totals, before anything is split over its regions.

    `live`, `paused` and `draining` count workers of the regions that may be acted on; `reserved`
    is what those that hold may have, `resumes` how many paused workers go on, `hires` how many
    are missing, `surplus` how many are too many.
    """

    desired: int
    live: int
    reserved: int
    paused: int
    draining: int
    resumes: int
    hires: int
    surplus: int


def plan_workforce(
    project: str, workforce: Workforce, seen: Observation, free: FreeCapacity, now: datetime
) -> WorkforcePlan:
    """Plan one workforce; its hires are set aside in `free` for those whose turn comes later."""
    censuses = [take_census(project, workforce.name, one, seen) for one in workforce.regions]
    balance = _balance(workforce, censuses)
    free_on = free.free_on(workforce.regions)
    arithmetic = {compute: free.arithmetic(compute) for compute in free_on}
    shares = _shares(workforce, censuses, balance, free_on)
    hires = _hires(workforce, censuses, balance, shares, free_on)
    chosen = _layoffs(workforce, censuses, balance, shares)
    for census, figure in zip(censuses, hires, strict=True):
        free.promise(census.region.target.compute, workforce.name, figure)
    resumed = _resumed(censuses, chosen, workforce, balance.resumes)
    regions = []
    for index, census in enumerate(censuses):
        is_held = census.held is not None
        work = _Work(
            census=census,
            share=None if is_held else shares[index],
            hires=hires[index],
            resumed=resumed[index],
            picked=chosen.picked[index],
            over_maximum_left=chosen.left_over_maximum[index] if chosen.left_over_maximum else 0,
        )
        compute = census.region.target.compute
        regions.append(
            RegionPlan(
                region=census.region,
                observed=census.counts,
                share=work.share,
                free=free_on[compute],
                free_because=arithmetic[compute],
                actions=tuple(_actions(workforce, work, balance, now)),
                held=census.held,
                task_changes=task_changes(census),
            )
        )
    return WorkforcePlan(
        name=workforce.name,
        desired=Desired(workforce.desired, (f"scale.desired: {workforce.desired}",)),
        regions=tuple(regions),
        placement=workforce.placement,
        because=tuple(_arithmetic(balance)),
        holds=tuple(_holds(workforce, censuses, balance, sum(hires), chosen)),
        short_by=balance.hires - sum(hires),
    )


def _balance(workforce: Workforce, censuses: Sequence[Census]) -> _Balance:
    desired = workforce.desired
    readable = [census for census in censuses if census.held is None]
    reserved = sum(
        may_hold(census.region, desired) for census in censuses if census.held is not None
    )
    live = sum(census.live for census in readable)
    paused = sum(len(_resumable(workforce, census)) for census in readable)
    draining = sum(census.draining for census in readable)
    return _Balance(
        desired=desired,
        live=live,
        reserved=reserved,
        paused=paused,
        draining=draining,
        resumes=min(paused, max(0, desired - reserved - (live - paused))),
        hires=max(0, desired - live - reserved),
        surplus=max(0, live - desired - draining),
    )


def _arithmetic(balance: _Balance) -> Iterator[str]:
    if balance.resumes:
        yield wording.to_resume(balance.paused, balance.resumes)
    if balance.desired > balance.live:
        yield wording.to_hire(balance.desired, balance.live, balance.reserved, balance.hires)
    if balance.live > balance.desired:
        yield wording.to_lay_off(balance.live, balance.desired, balance.draining, balance.surplus)


def _resumable(workforce: Workforce, census: Census) -> list[Worker]:
    return [
        worker
        for worker in census.reading.workers
        if worker.phase is Phase.PAUSED and (worker.workforce == workforce.name or workforce.adopt)
    ]


def _shares(
    workforce: Workforce,
    censuses: Sequence[Census],
    balance: _Balance,
    free_on: Mapping[str, int | None],
) -> list[int]:
    """What each region gets of the desired count; 0 for one that holds."""
    rooms = [
        Room(
            start=0,
            minimum=0 if census.held else census.region.min,
            ceiling=0 if census.held else census.region.max,
            live=census.live,
            compute=census.region.target.compute,
            weight=census.region.weight,
            priority=census.region.priority,
        )
        for census in censuses
    ]
    total = max(0, balance.desired - balance.reserved)
    return distribute(total, rooms, free_on, workforce.placement)


def _hires(
    workforce: Workforce,
    censuses: Sequence[Census],
    balance: _Balance,
    shares: Sequence[int],
    free_on: Mapping[str, int | None],
) -> list[int]:
    """How many to hire in each region: never past its share."""
    if balance.hires == 0:
        return [0] * len(censuses)
    rooms = [
        Room(
            start=census.live,
            minimum=0 if census.held else min(census.region.min, share),
            ceiling=census.live if census.held else max(census.live, share),
            live=census.live,
            compute=census.region.target.compute,
            weight=census.region.weight,
            priority=census.region.priority,
        )
        for census, share in zip(censuses, shares, strict=True)
    ]
    counts = distribute(balance.hires, rooms, free_on, workforce.placement)
    return [count - room.start for count, room in zip(counts, rooms, strict=True)]


def _layoffs(
    workforce: Workforce, censuses: Sequence[Census], balance: _Balance, shares: Sequence[int]
) -> Chosen:
    is_over_a_maximum = any(
        census.region.max is not None and census.staying > census.region.max for census in censuses
    )
    if balance.surplus == 0 and not is_over_a_maximum:
        return Chosen(tuple(Picked() for _ in censuses))
    return choose(workforce, censuses, shares, balance.surplus, balance.resumes)


def _resumed(
    censuses: Sequence[Census], chosen: Chosen, workforce: Workforce, resumes: int
) -> list[list[Worker]]:
    """The paused workers to resume in each region, the oldest of the workforce first."""
    waiting = []
    for index, (census, picked) in enumerate(zip(censuses, chosen.picked, strict=True)):
        if census.held is not None:
            continue
        laid_off = {worker.id for worker in (*picked.over_maximum, *picked.surplus)}
        waiting += [
            (worker.created, worker.id, index, worker)
            for worker in _resumable(workforce, census)
            if worker.id not in laid_off
        ]
    resumed: list[list[Worker]] = [[] for _ in censuses]
    for _, _, index, worker in sorted(waiting, key=lambda one: one[:3])[:resumes]:
        resumed[index].append(worker)
    return resumed


@dataclass(frozen=True, slots=True)
class _Work:
    """What was decided for one region."""

    census: Census
    share: int | None
    hires: int
    resumed: Sequence[Worker]
    picked: Picked
    over_maximum_left: int


def _actions(
    workforce: Workforce, work: _Work, balance: _Balance, now: datetime
) -> Iterator[Action]:
    census = work.census
    if census.held is not None:
        yield Action(ActionKind.HOLD, census.live, f"left as it is: {census.held}")
        return
    if work.resumed:
        because = f"{wording.statuses(work.resumed)}: the oldest go on before anyone is hired"
        yield Action(ActionKind.RESUME, len(work.resumed), because, tuple(work.resumed))
    over, surplus = work.picked.over_maximum, work.picked.surplus
    if over:
        yield from _layoff_actions(workforce, over, partial(wording.over_maximum, census))
    if surplus:
        because_of = partial(wording.surplus, census, work.share or 0)
        yield from _layoff_actions(workforce, surplus, because_of)
    if work.hires:
        because = f"{census.live} live, share {work.share}"
        first = census.reading.next_number
        yield Action(ActionKind.HIRE, work.hires, because, first_number=first)
    yield from _region_holds(work, balance, now)


def _layoff_actions(
    workforce: Workforce, chosen: Sequence[Worker], because: Callable[[Sequence[Worker]], str]
) -> Iterator[Action]:
    waiting = tuple(worker for worker in chosen if not is_running(worker))
    running = tuple(worker for worker in chosen if is_running(worker))
    if waiting:
        yield Action(ActionKind.CANCEL, len(waiting), because(waiting), waiting)
    if running:
        kind = ActionKind.CANCEL if workforce.layoffs is Layoffs.CANCEL else ActionKind.DRAIN
        yield Action(kind, len(running), because(running), running)


def _region_holds(work: _Work, balance: _Balance, now: datetime) -> Iterator[Action]:
    census, share = work.census, work.share or 0
    gone = len(work.picked.over_maximum) + len(work.picked.surplus)
    if work.over_maximum_left:
        because = (
            f"{work.over_maximum_left} over the region's max {census.region.max}, "
            "and nobody who may be laid off"
        )
        yield Action(ActionKind.HOLD, work.over_maximum_left, because)
    over_share = census.staying - gone - share
    if over_share > 0 and balance.surplus == 0 and not work.over_maximum_left:
        because = f"{over_share} over its share of {share}: the total is not, so nothing moves"
        yield Action(ActionKind.HOLD, over_share, because)
    if census.draining:
        yield Action(ActionKind.HOLD, census.draining, wording.draining(census, now))
    if census.counts is not None and census.counts.unknown:
        yield Action(ActionKind.HOLD, census.counts.unknown, wording.unknown(census))


def _holds(
    workforce: Workforce,
    censuses: Sequence[Census],
    balance: _Balance,
    hires: int,
    chosen: Chosen,
) -> Iterator[Action]:
    """What isn't done although the totals ask for it, over all regions."""
    short = balance.hires - hires
    if short:
        because = f"{wording.plural(short, 'hire')} fewer: no region has room for more"
        yield Action(ActionKind.HOLD, short, because)
    missing = max(0, balance.desired - balance.live)
    if missing > balance.hires:
        withheld = missing - balance.hires
        because = (
            f"{wording.plural(withheld, 'hire')} fewer: regions that can't be read or hold "
            f"may have up to {balance.reserved}"
        )
        yield Action(ActionKind.HOLD, withheld, because)
    if chosen.left:
        because = wording.surplus_left(workforce.layoffs, chosen.left, censuses)
        yield Action(ActionKind.HOLD, chosen.left, because)
    leaving = sum(census.draining for census in censuses if census.held is None)
    leaving += sum(len(one.over_maximum) + len(one.surplus) for one in chosen.picked)
    later = balance.desired - balance.reserved - (balance.live - leaving) - balance.hires
    if later > 0 and leaving > 0:
        because = (
            f"{wording.plural(later, 'hire')} wait until those that leave now have ended"
            if later > 1
            else "1 hire waits until those that leave now have ended"
        )
        yield Action(ActionKind.HOLD, later, because)
