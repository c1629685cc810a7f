"""One workforce's plan: how its shares, hires, layoffs and resumes are decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciler.model.observation import Observation, Worker
from reconciler.model.plan import Desired, RegionPlan, WorkforcePlan
from reconciler.model.workforce import Workforce
from reconciler.planning.actions import Work, region_actions, workforce_holds
from reconciler.planning.balance import Balance, balance_arithmetic, balance_of, resumable
from reconciler.planning.capacity import FreeCapacity
from reconciler.planning.census import Census, take_census
from reconciler.planning.drift import task_changes
from reconciler.planning.layoffs import Chosen, Picked, choose
from reconciler.planning.placement import Room, distribute
from reconciler.planning.shares import share_reasons


def plan_workforce(
    project: str, workforce: Workforce, seen: Observation, free: FreeCapacity, now: datetime
) -> WorkforcePlan:
    """Plan one workforce; its hires are set aside in `free` for those whose turn comes later."""
    censuses = [take_census(project, workforce.name, one, seen) for one in workforce.regions]
    balance = balance_of(workforce, censuses)
    free_on = free.free_on(workforce.regions)
    arithmetic = {compute: free.arithmetic(compute) for compute in free_on}
    shares = _shares(workforce, censuses, balance, free_on)
    reasons = share_reasons(workforce.placement, censuses, shares, balance.to_place, free_on)
    hires = _hires(workforce, censuses, balance, shares, free_on)
    chosen = _layoffs(workforce, censuses, balance, shares)
    for census, figure in zip(censuses, hires, strict=True):
        free.promise(census.region.target.compute, workforce.name, figure)
    resumed = _resumed(censuses, chosen, workforce, balance.resumes)
    works = [
        Work(
            census=census,
            share=None if census.held is not None else shares[index],
            hires=hires[index],
            resumed=resumed[index],
            picked=chosen.picked[index],
            over_maximum_left=chosen.left_over_maximum[index] if chosen.left_over_maximum else 0,
        )
        for index, census in enumerate(censuses)
    ]
    short = balance.to_place - sum(shares)
    return WorkforcePlan(
        name=workforce.name,
        desired=Desired(workforce.desired, (f"scale.desired: {workforce.desired}",)),
        regions=tuple(
            RegionPlan(
                region=work.census.region,
                observed=work.census.counts,
                share=work.share,
                share_because=reason,
                free=free_on[work.census.region.target.compute],
                free_because=arithmetic[work.census.region.target.compute],
                actions=tuple(region_actions(workforce, work, balance, now)),
                held=work.census.held,
                task_changes=task_changes(work.census),
            )
            for work, reason in zip(works, reasons, strict=True)
        ),
        placement=workforce.placement,
        because=tuple(balance_arithmetic(balance)),
        holds=tuple(workforce_holds(workforce, balance, works, chosen, short)),
        short_by=short,
    )


def _shares(
    workforce: Workforce,
    censuses: Sequence[Census],
    balance: Balance,
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
    return distribute(balance.to_place, rooms, free_on, workforce.placement)


def _hires(
    workforce: Workforce,
    censuses: Sequence[Census],
    balance: Balance,
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
    workforce: Workforce, censuses: Sequence[Census], balance: Balance, shares: Sequence[int]
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
            for worker in resumable(workforce, census)
            if worker.id not in laid_off
        ]
    resumed: list[list[Worker]] = [[] for _ in censuses]
    for _, _, index, worker in sorted(waiting, key=lambda one: one[:3])[:resumes]:
        resumed[index].append(worker)
    return resumed
