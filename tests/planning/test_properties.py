"""What holds for every plan, whatever the specs say and whatever lives."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.observation import Capacity, Observation, Readable, Unreadable, Worker
from reconciler.model.phases import Phase
from reconciler.model.plan import ActionKind, Plan, RegionPlan, WorkforcePlan
from reconciler.model.workforce import Layoffs, Placement, Specs, Workforce
from reconciler.planning.plan import plan
from tests.planning.strategies import (
    CURRENT,
    NOW,
    PROJECT,
    STATUSES,
    a_region,
    a_worker,
    projects,
    seeded,
)

Project = tuple[Specs, Observation]


def _planned(project: Project) -> Iterator[tuple[Workforce, WorkforcePlan]]:
    specs, seen = project
    made = {one.name: one for one in plan(specs, seen, NOW).workforces}
    yield from ((workforce, made[workforce.name]) for workforce in specs.workforces)


def _count(region: RegionPlan, *kinds: ActionKind) -> int:
    return sum(action.count for action in region.actions if action.kind in kinds)


def _chosen(region: RegionPlan) -> list[Worker]:
    """Whom the plan lays off, in the order of the plan."""
    kinds = (ActionKind.CANCEL, ActionKind.DRAIN)
    return [one for action in region.actions if action.kind in kinds for one in action.workers]


def _workers(project: Project, region: RegionPlan) -> tuple[Worker, ...]:
    reading = project[1].regions[region.region.key]
    return reading.workers if isinstance(reading, Readable) else ()


@seeded(examples=160)
@given(project=projects())
def test_shares_add_up_to_desired_or_the_plan_says_how_many_short(project: Project) -> None:
    for workforce, planned in _planned(project):
        shares = sum(region.share or 0 for region in planned.regions)
        unread = [region.region for region in planned.regions if region.observed is None]
        desired = workforce.desired
        withheld = sum(desired if one.max is None else min(one.max, desired) for one in unread)
        assert shares + planned.short_by == max(0, desired - withheld)
        assert planned.short_by >= 0


@seeded(examples=160)
@given(project=projects())
def test_nobody_is_hired_beyond_a_max_or_what_is_free(project: Project) -> None:
    _, seen = project
    hired: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for workforce, planned in _planned(project):
        for region in planned.regions:
            compute, limit = region.region.target.compute, region.region.max
            hires = _count(region, ActionKind.HIRE)
            hired[compute] += hires
            if region.observed is None:
                taken[compute] += workforce.desired if limit is None else limit
            else:
                taken[compute] += region.observed.live + region.observed.ending
                assert not hires or limit is None or region.observed.live + hires <= limit
    for compute, capacity in seen.computes.items():
        if isinstance(capacity, Capacity) and capacity.total is not None:
            assert hired[compute] <= max(0, capacity.total - taken[compute])


@seeded(examples=160)
@given(project=projects())
def test_hires_are_exactly_what_is_missing_and_has_room(project: Project) -> None:
    for workforce, planned in _planned(project):
        hires = sum(_count(region, ActionKind.HIRE) for region in planned.regions)
        assert hires <= max(0, workforce.desired - planned.live)
        for region in planned.regions:
            if region.observed is not None and _count(region, ActionKind.HIRE):
                assert region.observed.live + _count(region, ActionKind.HIRE) <= (region.share or 0)


@seeded(examples=160)
@given(project=projects(readable=True))
def test_no_share_is_below_its_min_while_desired_and_room_last(project: Project) -> None:
    for workforce, planned in _planned(project):
        if sum(region.region.min for region in planned.regions) > workforce.desired:
            continue
        for region in planned.regions:
            if (region.share or 0) < region.region.min:
                grown = sum(
                    max(0, (other.share or 0) - other.observed.live)
                    for other in planned.regions
                    if other.observed
                    and other.region.target.compute == region.region.target.compute
                )
                assert region.free is not None
                assert grown == region.free


@seeded(examples=160)
@given(project=projects())
def test_no_layoff_for_the_total_goes_below_a_min(project: Project) -> None:
    for _, planned in _planned(project):
        for region in planned.regions:
            if region.observed is None or region.share is None or not _chosen(region):
                continue
            staying = region.observed.live - region.observed.draining - len(_chosen(region))
            assert staying >= min(region.region.min, region.share)


@seeded(examples=160)
@given(project=projects())
def test_the_total_loses_its_surplus_once_and_what_is_over_a_max(project: Project) -> None:
    for workforce, planned in _planned(project):
        gone = sum(len(_chosen(region)) for region in planned.regions)
        readable = [region for region in planned.regions if region.observed is not None]
        staying = {
            region.region.name: region.observed.live - region.observed.draining
            for region in readable
            if region.observed is not None
        }
        over_max = sum(
            max(0, staying[region.region.name] - region.region.max)
            for region in readable
            if region.region.max is not None
        )
        surplus = max(0, sum(staying.values()) - workforce.desired)
        assert gone <= max(surplus, over_max)
        if workforce.layoffs is Layoffs.NONE:
            assert gone == 0


@seeded(examples=160)
@given(project=projects())
def test_layoffs_follow_the_order(project: Project) -> None:
    order = [
        ("Paused",),
        ("NotStarted", "Queued", "Validating", "Waiting", "Provisioning"),
        ("Preparing",),
        ("Starting",),
        ("Running",),
    ]

    def place(worker: Worker) -> tuple[object, ...]:
        stage = next(index for index, stage in enumerate(order) if worker.status in stage)
        return stage, worker.digest in (CURRENT, None), -worker.created.timestamp(), worker.id

    for workforce, planned in _planned(project):
        for region in planned.regions:
            chosen = _chosen(region)
            resumed = {
                worker.id
                for action in region.actions
                if action.kind is ActionKind.RESUME
                for worker in action.workers
            }
            eligible = sorted(
                (
                    worker
                    for worker in _workers(project, region)
                    if worker.status in {status for stage in order for status in stage}
                    and worker.draining_since is None
                    and worker.id not in resumed
                    and (workforce.adopt or worker.workforce is not None)
                ),
                key=place,
            )
            # A paused worker that is kept, though it isn't resumed, waits for what is on hold.
            kept = [one for one in eligible if one.phase is Phase.PAUSED and one not in chosen]
            eligible = [one for one in eligible if one not in kept]
            assert sorted(chosen, key=place) == eligible[: len(chosen)]


@seeded(examples=160)
@given(project=projects(readable=True))
def test_nobody_who_runs_goes_while_someone_waits_above_a_min(project: Project) -> None:
    for workforce, planned in _planned(project):
        over_a_max = any(
            region.observed is not None
            and region.region.max is not None
            and region.observed.live - region.observed.draining > region.region.max
            for region in planned.regions
        )
        running = [
            worker
            for region in planned.regions
            for worker in _chosen(region)
            if worker.phase is Phase.RUNNING
        ]
        if over_a_max or not running:
            continue
        for region in planned.regions:
            left = [
                worker
                for worker in _workers(project, region)
                if worker.phase is Phase.PENDING
                and worker not in _chosen(region)
                and (workforce.adopt or worker.workforce is not None)
            ]
            assert region.observed is not None
            staying = region.observed.live - region.observed.draining - len(_chosen(region))
            assert not left or staying <= region.region.min


@seeded(examples=160)
@given(project=projects())
def test_who_runs_is_cancelled_only_under_cancel(project: Project) -> None:
    for workforce, planned in _planned(project):
        for region in planned.regions:
            for action in region.actions:
                if action.kind is ActionKind.CANCEL and workforce.layoffs is not Layoffs.CANCEL:
                    assert all(one.phase is not Phase.RUNNING for one in action.workers)
                if action.kind is ActionKind.DRAIN:
                    assert workforce.layoffs is Layoffs.GRACEFUL
                    assert region.region.target.drain_delivery.reaches_workers
                    assert all(one.status == "Running" for one in action.workers)


@seeded(examples=160)
@given(project=projects())
def test_nobody_who_leaves_or_is_unknown_or_finalizing_or_not_ours_is_acted_on(
    project: Project,
) -> None:
    for workforce, planned in _planned(project):
        for region in planned.regions:
            for action in region.actions:
                if action.kind in (ActionKind.HIRE, ActionKind.HOLD):
                    continue
                for worker in action.workers:
                    assert worker.draining_since is None
                    assert worker.status not in ("NotResponding", "Finalizing", "CancelRequested")
                    assert workforce.adopt or worker.workforce == workforce.name


@seeded(examples=160)
@given(project=projects())
def test_nobody_is_named_twice_and_every_count_is_that_of_the_named(project: Project) -> None:
    for _, planned in _planned(project):
        named: list[str] = []
        for region in planned.regions:
            for action in region.actions:
                if action.kind not in (ActionKind.HIRE, ActionKind.HOLD):
                    assert action.count == len(action.workers)
                    named += [worker.id for worker in action.workers]
        assert len(named) == len(set(named))


@seeded(examples=160)
@given(project=projects())
def test_unreadable_regions_get_no_action(project: Project) -> None:
    for _, planned in _planned(project):
        for region in planned.regions:
            if isinstance(project[1].regions[region.region.key], Unreadable):
                assert {action.kind for action in region.actions} == {ActionKind.HOLD}


@seeded(examples=160)
@given(project=projects())
def test_every_action_and_every_hold_says_why(project: Project) -> None:
    made = plan(*project, NOW)
    assert all(action.because for action in made.actions())
    for workforce in made.workforces:
        assert workforce.desired.because
        if workforce.live != workforce.desired.total:
            assert workforce.because
        for region in workforce.regions:
            assert region.free_because
            assert region.share is None or region.share_because.startswith(f"{region.share} of ")


@seeded(examples=160)
@given(
    desired_per_region=st.lists(st.integers(0, 6), min_size=1, max_size=6),
    capacity=st.lists(st.none() | st.integers(0, 12), min_size=6, max_size=6),
    placement=st.sampled_from(Placement),
    layoffs=st.sampled_from(Layoffs),
    statuses=st.lists(
        st.sampled_from([one for one in STATUSES if one not in ("Paused", "CancelRequested")]),
        min_size=36,
        max_size=36,
    ),
)
def test_while_the_total_is_right_capacity_moves_nobody(
    desired_per_region: list[int],
    capacity: list[int | None],
    placement: Placement,
    layoffs: Layoffs,
    statuses: list[str],
) -> None:
    regions = tuple(a_region(f"r{index}") for index in range(len(desired_per_region)))
    seen = {
        region.key: Readable(
            tuple(a_worker(f"{region.name}-{n}", statuses[6 * index + n]) for n in range(lives))
        )
        for index, (region, lives) in enumerate(zip(regions, desired_per_region, strict=True))
    }
    computes = {f"r{index}": Capacity(figure) for index, figure in enumerate(capacity)}
    workforce = Workforce(
        "trees", sum(desired_per_region), regions, placement=placement, layoffs=layoffs
    )
    made = plan(Specs(PROJECT, (workforce,)), Observation(NOW, seen, computes), NOW)
    assert not made.has_changes


@seeded(examples=60)
@given(
    lives=st.lists(st.integers(0, 4), min_size=1, max_size=300),
    part=st.floats(0, 1),
    placement=st.sampled_from(Placement),
)
def test_a_layoff_is_never_lost_to_rounding(
    lives: list[int], part: float, placement: Placement
) -> None:
    regions = tuple(a_region(f"r{index}") for index in range(len(lives)))
    seen = {
        region.key: Readable(
            tuple(a_worker(f"{region.name}-{n}", "Running", age=n) for n in range(living))
        )
        for region, living in zip(regions, lives, strict=True)
    }
    desired = int(sum(lives) * part)
    workforce = Workforce("trees", desired, regions, placement=placement)
    made = plan(Specs(PROJECT, (workforce,)), Observation(NOW, seen), NOW)
    assert made.count(ActionKind.DRAIN) == sum(lives) - desired


@seeded(examples=160)
@given(project=projects(readable=True, most_workforces=1))
def test_one_more_desired_takes_no_share_from_a_region(project: Project) -> None:
    specs, seen = project
    (workforce,) = specs.workforces
    more = replace(specs, workforces=(replace(workforce, desired=workforce.desired + 1),))
    (before,) = plan(specs, seen, NOW).workforces
    (after,) = plan(more, seen, NOW).workforces
    for fewer, larger in zip(before.regions, after.regions, strict=True):
        assert (larger.share or 0) >= (fewer.share or 0)


@seeded(examples=150)
@given(project=projects())
def test_the_same_inputs_give_the_same_plan_and_stay_as_they_were(project: Project) -> None:
    before = pickle.dumps(project)
    first = plan(*project, NOW)
    again: Plan = plan(*pickle.loads(before), NOW)
    assert first == again
    assert pickle.dumps(project) == before


@seeded(examples=150)
@given(project=projects())
def test_the_order_of_what_was_seen_changes_nothing(project: Project) -> None:
    specs, seen = project
    regions = {key: seen.regions[key] for key in reversed(seen.regions)}
    computes = {key: seen.computes[key] for key in reversed(seen.computes)}
    turned = replace(seen, regions=regions, computes=computes)
    assert plan(specs, turned, NOW) == plan(specs, seen, NOW)


@seeded(examples=150)
@given(project=projects())
def test_the_order_of_the_workforces_in_the_specs_changes_nothing(project: Project) -> None:
    specs, seen = project
    turned = replace(specs, workforces=tuple(reversed(specs.workforces)))
    assert plan(turned, seen, NOW) == plan(specs, seen, NOW)


@seeded(examples=150)
@given(project=projects())
def test_a_plan_that_does_the_same_at_another_time_has_the_same_identity(
    project: Project,
) -> None:
    specs, seen = project
    later = replace(seen, at=NOW.replace(year=2027))
    assert plan(specs, later, NOW).plan_id == plan(specs, seen, NOW).plan_id


@seeded(examples=150)
@given(project=projects(most_workforces=1), more=st.integers(1, 5))
def test_a_plan_that_hires_more_has_another_identity(project: Project, more: int) -> None:
    specs, seen = project
    (workforce,) = specs.workforces
    larger = replace(specs, workforces=(replace(workforce, desired=workforce.desired + more),))
    first, second = plan(specs, seen, NOW), plan(larger, seen, NOW)
    same = first.count(ActionKind.HIRE) == second.count(ActionKind.HIRE)
    assert same or first.plan_id != second.plan_id
