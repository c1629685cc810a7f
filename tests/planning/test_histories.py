"""Random histories of specs, faults and deaths keep the laws, and end where the specs want them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from reconciler.model.plan import ActionKind, Plan, WorkforcePlan
from reconciler.model.workforce import Layoffs, Placement, Region, RegionKey, Specs, Workforce
from reconciler.planning.plan import plan
from tests.planning.strategies import PROJECT, a_region
from tests.planning.world import ON_THE_WAY, LawBrokenError, World

_ROUNDS_TO_CONVERGE = 60
_NAMES = ("acorn", "birch")


@pytest.mark.parametrize("seed", range(40))
def test_a_history_keeps_the_laws_and_converges(seed: int) -> None:
    for part in range(3):
        _run(random.Random(1000 * seed + part))


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(100))
def test_many_histories_keep_the_laws_and_converge(seed: int) -> None:
    for part in range(100):
        _run(random.Random(1_000_000 + 1000 * seed + part))


def _run(dice: random.Random) -> None:
    specs = _specs(dice)
    world = World(dice, _slots(dice), PROJECT)
    highest = {workforce.name: 0 for workforce in specs.workforces}
    for _ in range(dice.randrange(5, 25)):
        if dice.random() < 0.3:
            specs = _edited(specs, dice)
        if dice.random() < 0.2:
            world.slots = _slots(dice)
        keys = [region.key for one in specs.workforces for region in one.regions]
        world.unreadable = {key for key in keys if dice.random() < 0.15}
        _step(world, specs, highest)
    _settle(world, specs)


def _step(world: World, specs: Specs, highest: dict[str, int]) -> None:
    """One plan, its apply, and some minutes; what must never be is checked."""
    made = _plan(world, specs)
    for workforce, planned in zip(specs.workforces, made.workforces, strict=True):
        highest[workforce.name] = max(highest[workforce.name], workforce.desired)
        _check_counts(world, workforce, planned)
    if world.random.random() < 0.8:
        before = _live_by_workforce(world, specs)
        world.apply(specs, made)
        after = _live_by_workforce(world, specs)
        for workforce in specs.workforces:
            name = workforce.name
            if after[name] > before[name] and not _hidden_beyond_max(world, workforce):
                assert after[name] <= highest[name], f"hires took {name} over its largest desired"
        _check_drains(world)
    world.live_on()


def _plan(world: World, specs: Specs) -> Plan:
    return plan(specs, world.observe(specs), world.now)


def _live_by_workforce(world: World, specs: Specs) -> Mapping[str, int]:
    return {
        workforce.name: sum(len(world.live(region.key)) for region in workforce.regions)
        for workforce in specs.workforces
    }


def _check_counts(world: World, workforce: Workforce, planned: WorkforcePlan) -> None:
    """Surplus is counted once, and only in workers that can be seen."""
    seen = [region for region in workforce.regions if region.key not in world.unreadable]
    crew = [worker for region in seen for worker in world.live(region.key)]
    draining = sum(1 for worker in crew if worker.draining_since is not None)
    over_max = sum(
        max(0, _staying(world, region.key) - region.max)
        for region in seen
        if region.max is not None
    )
    hires, leaving = _total(planned, ActionKind.HIRE), _total(
        planned, ActionKind.CANCEL, ActionKind.DRAIN
    )  # fmt: skip
    assert leaving <= max(0, len(crew) - workforce.desired - draining, over_max)
    everyone = sum(len(world.live(region.key)) for region in workforce.regions)
    assert hires <= max(0, workforce.desired - len(crew))
    if hires and not _hidden_beyond_max(world, workforce):
        assert everyone + hires <= workforce.desired, "an unreadable region was taken for zero"


def _hidden_beyond_max(world: World, workforce: Workforce) -> bool:
    """Whether an unreadable region has more than its max, which nobody can know."""
    return any(
        region.key in world.unreadable
        and region.max is not None
        and len(world.live(region.key)) > region.max
        for region in workforce.regions
    )


def _staying(world: World, key: RegionKey) -> int:
    return sum(1 for worker in world.live(key) if worker.draining_since is None)


def _total(planned: WorkforcePlan, *kinds: ActionKind) -> int:
    return sum(
        action.count
        for region in planned.regions
        for action in region.actions
        if action.kind in kinds
    )


def _check_drains(world: World) -> None:
    twice = [worker for worker, times in world.drains_sent.items() if times > 1]
    if twice:
        raise LawBrokenError(f"drained twice: {', '.join(twice)}")


def _settle(world: World, specs: Specs) -> None:
    """The faults stop: plan and apply until nothing changes, and that is what was wanted."""
    world.calm = True
    world.unreadable = set()
    for _ in range(_ROUNDS_TO_CONVERGE):
        made = _plan(world, specs)
        if not made.has_changes and not _somebody_is_on_the_way(world, specs):
            break
        world.apply(specs, made)
        _check_drains(world)
        world.live_on()
    else:
        raise AssertionError(f"no rest after {_ROUNDS_TO_CONVERGE} rounds: {made}")
    for workforce, planned in zip(specs.workforces, made.workforces, strict=True):
        live = sum(len(world.live(region.key)) for region in workforce.regions)
        if workforce.layoffs in (Layoffs.GRACEFUL, Layoffs.CANCEL):
            assert live == workforce.desired - planned.short_by
            assert all(_staying(world, one.key) <= _most(one) for one in workforce.regions)
        else:
            assert live >= workforce.desired - planned.short_by


def _most(region: Region) -> int:
    return 10**9 if region.max is None else region.max


def _somebody_is_on_the_way(world: World, specs: Specs) -> bool:
    return any(
        worker.draining_since is not None or worker.status in ON_THE_WAY
        for workforce in specs.workforces
        for region in workforce.regions
        for worker in world.workers.get(region.key, [])
        if worker.phase.occupies_capacity
    )


def _specs(dice: random.Random) -> Specs:
    return Specs(PROJECT, tuple(_workforce(name, dice) for name in _NAMES[: dice.randrange(1, 3)]))


def _workforce(name: str, dice: random.Random) -> Workforce:
    regions = tuple(_region(name, index, dice) for index in range(dice.randrange(1, 5)))
    return Workforce(
        name,
        desired=dice.randrange(0, 20),
        regions=regions,
        placement=dice.choice(list(Placement)),
        layoffs=dice.choice(list(Layoffs)),
        priority=dice.randrange(2),
    )


def _region(workforce: str, index: int, dice: random.Random) -> Region:
    maximum = dice.choice([None, None, 0, 2, 5, 10])
    return a_region(
        f"{workforce}{index}",
        workforce=workforce,
        compute=dice.choice(["big", "small", f"{workforce}{index}"]),
        min=min(dice.choice([0, 0, 1, 3]), 10**9 if maximum is None else maximum),
        max=maximum,
        weight=dice.randrange(1, 4),
        priority=dice.randrange(3),
    )


def _slots(dice: random.Random) -> dict[str, int | None]:
    return {"big": dice.choice([None, 10, 30]), "small": dice.choice([0, 3, 8])}


def _edited(specs: Specs, dice: random.Random) -> Specs:
    """The same workforces and regions with other numbers, limits and rules."""
    edited = []
    for workforce in specs.workforces:
        fresh = _workforce(workforce.name, dice)
        regions = tuple(
            replace(region, min=0, max=dice.choice([region.max, None, 1, 6]))
            for region in workforce.regions
        )
        if dice.random() < 0.3:
            regions = tuple(replace(region, digest=f"1:{dice.randrange(3)}") for region in regions)
        edited.append(replace(fresh, regions=regions))
    return replace(specs, workforces=tuple(edited))
