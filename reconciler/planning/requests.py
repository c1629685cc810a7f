"""Plans for what a person asks for directly: bring workforces to zero, drain some workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.model.observation import Observation, Readable, Worker
from reconciler.model.plan import Action, ActionKind, Desired, Plan, WorkforcePlan
from reconciler.model.workforce import DrainDelivery, Layoffs, Specs, Workforce
from reconciler.planning.census import Census, take_census
from reconciler.planning.layoffs import Stage, rank, stage_of
from reconciler.planning.plan import Options, plan, plan_identity
from reconciler.planning.wording import plural, statuses
from reconciler.values.errors import UserError


def destroy_plan(specs: Specs, seen: Observation, now: datetime, *, cancel_running: bool) -> Plan:
    """The plan that brings every workforce of `specs` to zero.

    Pending workers are cancelled; running ones are drained, or cancelled where that is asked
    for, those that drain already too. The layoff rules of the specs and the safety limits don't
    apply: whoever destroys has been shown the numbers.
    """
    if cancel_running:
        seen = _nobody_drains(seen)
    layoffs = Layoffs.CANCEL if cancel_running else Layoffs.GRACEFUL
    emptied = tuple(
        replace(
            workforce,
            desired=0,
            layoffs=layoffs,
            regions=tuple(replace(region, min=0) for region in workforce.regions),
        )
        for workforce in specs.workforces
    )
    made = plan(replace(specs, workforces=emptied, is_partial=True), seen, now, Options(force=True))
    return replace(
        made,
        workforces=tuple(_without_task_changes(one) for one in made.workforces),
        orphans_unchecked="not touched by destroy",
    )


def _nobody_drains(seen: Observation) -> Observation:
    """The same workers, none of them asked to leave: planning never chooses one that is."""
    return replace(
        seen,
        regions={
            key: replace(
                reading,
                workers=tuple(replace(worker, draining_since=None) for worker in reading.workers),
            )
            if isinstance(reading, Readable)
            else reading
            for key, reading in seen.regions.items()
        },
    )


def _without_task_changes(planned: WorkforcePlan) -> WorkforcePlan:
    """Whoever leaves anyway needs no comparing of tasks."""
    return replace(
        planned,
        desired=Desired(0, ("destroy: 0",)),
        regions=tuple(replace(region, task_changes=()) for region in planned.regions),
    )


def drain_plan(
    specs: Specs,
    seen: Observation,
    now: datetime,
    workforce: Workforce,
    region: str | None,
    count: int,
) -> Plan:
    """The plan that asks `count` running workers to finish and leave, in layoff order.

    Raises UserError where so many can't be asked: fewer run, a region can't be read, or nothing
    there can ask them.
    """
    made = plan(
        replace(specs, workforces=(workforce,), is_partial=True), seen, now, Options(force=True)
    )
    (planned,) = made.workforces
    censuses = [
        take_census(specs.project, workforce.name, one, seen)
        for one in workforce.regions
        if region in (None, one.name)
    ]
    chosen = _choose(workforce, censuses, count)
    regions = tuple(
        replace(one, actions=_drains(chosen.get(one.region.name, ())), task_changes=())
        for one in planned.regions
        if region in (None, one.region.name)
    )
    asked = WorkforcePlan(
        name=planned.name,
        desired=planned.desired,
        regions=regions,
        placement=planned.placement,
        because=(f"asked for: drain {count}",),
    )
    return replace(
        made,
        plan_id=plan_identity(specs.project, [asked], ()),
        workforces=(asked,),
        orphans_unchecked="not looked for by drain",
        diagnostics=(),
        # What is free on a compute says nothing about who can be asked to leave.
        computes_unread=False,
    )


def _choose(
    workforce: Workforce, censuses: Sequence[Census], count: int
) -> Mapping[str, Sequence[Worker]]:
    """The workers to drain, by the name of their region."""
    candidates = []
    for census in censuses:
        name = f"{workforce.name}/{census.region.name}"
        if census.held is not None:
            raise UserError(f"{name} can't be drained: {census.held}")
        if census.region.target.drain_delivery is not DrainDelivery.AIMED:
            raise UserError(f"nothing in {name} can ask a worker to finish and leave")
        digest = census.region.digest
        candidates += [
            (rank(worker, digest), census.region.name, worker)
            for worker in census.reading.workers
            if stage_of(worker) is Stage.RUNNING
            and (worker.workforce == workforce.name or workforce.adopt)
        ]
    if len(candidates) < count:
        have = plural(len(candidates), "running worker")
        raise UserError(
            f"{workforce.name} has {have} that can be asked to leave, not {count}",
            "`reconciler status --workers` lists them",
        )
    chosen: dict[str, list[Worker]] = {}
    for _, region, worker in sorted(candidates, key=lambda one: one[:2])[:count]:
        chosen.setdefault(region, []).append(worker)
    return chosen


def _drains(workers: Sequence[Worker]) -> tuple[Action, ...]:
    if not workers:
        return ()
    because = f"{statuses(workers)}: asked for, in layoff order"
    return (Action(ActionKind.DRAIN, len(workers), because, tuple(workers)),)
