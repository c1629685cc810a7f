"""What can't be drained on request is refused with the reason; destroy and drain need no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.observation import Observation, Readable, Unreadable
from reconciler.model.plan import ActionKind, Plan
from reconciler.model.workforce import Specs, Workforce
from reconciler.planning.plan import plan
from reconciler.planning.requests import destroy_plan, drain_plan
from reconciler.values.errors import UserError
from tests.planning.strategies import NOW, PROJECT, a_region, a_worker

EAST, NORTH = a_region("east"), a_region("north", drains=False)
TREES = Workforce("trees", 2, (EAST, NORTH))
SPECS = Specs(PROJECT, (TREES,))
SEEN = Observation(
    NOW,
    {
        EAST.key: Readable((a_worker("e1", "Running"), a_worker("e2", "Queued"))),
        NORTH.key: Readable((a_worker("n1", "Running"),)),
    },
)


def _drain(count: int, region: str | None, seen: Observation = SEEN) -> Plan:
    return drain_plan(SPECS, seen, NOW, TREES, region, count)


def test_a_drain_of_more_than_run_is_refused_with_both_numbers() -> None:
    with pytest.raises(
        UserError, match="trees has 1 running worker that can be asked to leave, not 2"
    ):
        _drain(2, "east")


def test_a_drain_where_nothing_can_ask_is_refused() -> None:
    with pytest.raises(UserError, match="nothing in trees/north can ask a worker to finish"):
        _drain(1, "north")


def test_a_drain_of_a_region_that_cannot_be_read_is_refused() -> None:
    unread = replace(SEEN, regions={**SEEN.regions, EAST.key: Unreadable("timed out")})
    with pytest.raises(UserError, match="trees/east can't be drained: timed out"):
        _drain(1, "east", unread)


def test_a_drain_has_the_identity_of_what_it_does() -> None:
    asked = _drain(1, "east")
    assert asked.count(ActionKind.DRAIN) == 1
    assert asked.plan_id != plan(SPECS, SEEN, NOW).plan_id
    assert asked.plan_id == _drain(1, "east").plan_id


def test_destroying_twice_asks_for_nothing_more() -> None:
    drained = replace(
        SEEN,
        regions={
            EAST.key: Readable((a_worker("e1", "Running", draining=True),)),
            NORTH.key: Readable(()),
        },
    )
    assert destroy_plan(SPECS, SEEN, NOW, cancel_running=False).has_changes
    assert not destroy_plan(SPECS, drained, NOW, cancel_running=False).has_changes
    assert destroy_plan(SPECS, drained, NOW, cancel_running=True).count(ActionKind.CANCEL) == 1


def test_planning_for_destroy_changes_nothing_that_was_seen() -> None:
    drained = replace(
        SEEN, regions={EAST.key: Readable((a_worker("e1", "Running", draining=True),)),
                       NORTH.key: Readable(())}
    )  # fmt: skip
    destroy_plan(SPECS, drained, NOW, cancel_running=True)
    reading = drained.regions[EAST.key]
    assert isinstance(reading, Readable)
    assert reading.workers[0].draining_since == NOW
