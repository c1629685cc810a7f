"""Two listings of one workspace: how they are judged together, and which numbers are free."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.phases import Phase, phase_of
from reconciler.targets.azureml.merging import CLOSED, SETTLED, Merged, merge, strays, together
from reconciler.targets.azureml.sightings import Sighting, sighting
from reconciler.values.names import worker_name

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
WORKSPACE = "/subscriptions/s/resourcegroups/g/providers/p/workspaces/science"
STATUSES = (
    "Queued",
    "Running",
    "Paused",
    "Hibernating",
    "CancelRequested",
    "Completed",
    "Failed",
    "Canceled",
)


def job(
    name: str | int = 1,
    status: str = "Running",
    age: timedelta = timedelta(minutes=5),
    experiment: str = "exp",
    **more: bool,
) -> Sighting:
    named = worker_name(WORKSPACE, experiment, name) if isinstance(name, int) else name
    return sighting(WORKSPACE, named, experiment, status, NOW - age, **more)


def listing(*jobs: Sighting) -> dict[str, Sighting]:
    return {one.worker.id.lower(): one for one in jobs}


def merged(live: list[Sighting], recent: list[Sighting], **more: frozenset[str]) -> Merged:
    return merge(["exp"], listing(*live), listing(*recent), NOW, **more)["exp"]


def phases(found: Merged) -> list[Phase]:
    return [worker.phase for worker in found.workers]


@pytest.mark.parametrize("end", ["Completed", "Failed", "Canceled"])
def test_a_job_that_has_ended_in_either_listing_has_ended(end: str) -> None:
    assert phases(merged([job()], [job(status=end)])) == []
    assert phases(merged([job(status=end)], [job()])) == []


def test_a_job_that_lives_in_either_listing_lives_and_is_counted_once() -> None:
    assert phases(merged([job()], [])) == [Phase.RUNNING]
    assert phases(merged([], [job()])) == [Phase.RUNNING]
    assert phases(merged([job()], [job()])) == [Phase.RUNNING]


def test_a_request_to_end_is_not_taken_back() -> None:
    assert phases(merged([job()], [job(status="CancelRequested")])) == [Phase.ENDING]


def test_what_may_be_running_is_not_taken_for_waiting() -> None:
    assert phases(merged([job(status="Queued")], [job()])) == [Phase.RUNNING]
    assert phases(merged([job()], [job(status="Queued")])) == [Phase.RUNNING]


def test_names_differ_by_more_than_their_case() -> None:
    live, recent = job("Job-A"), job("job-a")
    assert phases(merged([live], [recent])) == [Phase.RUNNING]


def test_an_unknown_status_is_live_and_unknown() -> None:
    (worker,) = merged([job(status="Hibernating")], []).workers
    assert (worker.phase, worker.status) == (Phase.UNKNOWN, "Hibernating")


def test_children_and_other_types_are_nobodys_workers_but_their_numbers_are_taken() -> None:
    found = merged([job(1, counts=False)], [job(1, counts=False)])
    assert found.workers == ()
    assert found.listing.first_free == 2


def test_experiments_that_differ_in_case_alone_are_one() -> None:
    other = sighting(WORKSPACE, "job", "EXP", "Running", NOW)
    assert phases(merged([other], [])) == [Phase.RUNNING]


def test_jobs_of_other_experiments_are_left_out() -> None:
    assert phases(merged([job(experiment="other")], [job(experiment="other")])) == []


def test_the_first_number_is_one() -> None:
    assert merged([], []).listing.first_free == 1


def test_numbers_begin_above_the_highest_that_is_older_than_an_hour() -> None:
    old = timedelta(hours=2)
    found = merged([], [job(7, "Completed", old), job(5, "Failed", old)]).listing
    assert (found.highest_settled, found.first_free) == (7, 8)


def test_the_lowest_number_that_was_not_seen_lately_comes_next() -> None:
    old = timedelta(hours=2)
    recent = [job(7, "Completed", old), job(8), job(10)]
    assert merged([], recent).listing.first_free == 9


def test_a_number_that_only_the_live_listing_shows_is_taken_too() -> None:
    assert merged([job(1), job(2)], [job(1)]).listing.first_free == 3


def test_an_old_live_worker_settles_its_number() -> None:
    assert merged([job(40, age=timedelta(days=3))], []).listing.first_free == 41


def test_ages_tell_settled_and_closed_numbers_apart() -> None:
    found = merged(
        [],
        [
            job(1, "Completed", SETTLED + timedelta(seconds=1)),
            job(2, "Completed", CLOSED + timedelta(seconds=1)),
            job(3, "Completed", CLOSED),
        ],
    ).listing
    assert (found.highest_settled, found.highest_closed, found.first_free) == (1, 2, 4)


def test_names_that_no_region_gave_have_no_number() -> None:
    found = merged([job("adopted"), job("exp-000003")], []).listing
    assert (found.live, found.first_free) == (frozenset(), 1)


def test_workers_that_ended_in_the_last_hour_are_told_the_latest_last() -> None:
    def ended(number: int, age: timedelta, end: timedelta | None) -> Sighting:
        at = None if end is None else (NOW - end).isoformat()
        name = worker_name(WORKSPACE, "exp", number)
        return sighting(WORKSPACE, name, "exp", "Failed", NOW - age, ended=at)

    day, hour = timedelta(days=1), timedelta(hours=1)
    found = merged(
        [],
        [
            ended(1, day, timedelta(minutes=5)),
            ended(2, timedelta(minutes=30), None),
            ended(3, day, hour + timedelta(seconds=1)),
            ended(4, day, None),
            job(5),
        ],
    )
    assert [worker.number for worker in found.ended_lately] == [2, 1]


def test_strays_are_live_root_jobs_of_the_project_that_no_region_claims() -> None:
    def tagged(name: str, experiment: str, status: str, project: str) -> Sighting:
        tags = {"reconciler.project": project}
        return sighting(WORKSPACE, name, experiment, status, NOW, tags=tags)

    found = strays(
        "physics",
        frozenset({"exp"}),
        listing(
            tagged("a", "Old", "Running", "physics"),
            tagged("b", "exp", "Running", "physics"),
            tagged("c", "old", "Completed", "physics"),
            tagged("d", "old", "Running", "chemistry"),
            job("e", experiment="old"),
        ),
    )
    assert [one.worker.id for one in found] == ["a"]


sightings = st.builds(
    job,
    name=st.integers(1, 12),
    status=st.sampled_from(STATUSES),
    age=st.integers(0, 7200).map(lambda seconds: timedelta(seconds=seconds)),
)
listings = st.lists(sightings, max_size=12)


@given(listings, listings)
def test_each_name_is_judged_by_both_and_the_order_of_listings_does_not_matter(
    live: list[Sighting], recent: list[Sighting]
) -> None:
    one, other = merged(live, recent), merged(recent, live)
    assert {w.id: w.phase for w in one.workers} == {w.id: w.phase for w in other.workers}
    shown = listing(*live), listing(*recent)
    for name in shown[0].keys() | shown[1].keys():
        said = {each[name].worker.phase for each in shown if name in each}
        found = [worker for worker in one.workers if worker.id.lower() == name]
        if Phase.ENDED in said:
            assert not found
        else:
            assert next(worker.phase for worker in found) in said


@given(listings, listings)
def test_a_free_number_is_above_all_settled_ones_and_was_not_seen(
    live: list[Sighting], recent: list[Sighting]
) -> None:
    found = merged(live, recent).listing
    assert found.first_free > (found.highest_settled or 0)
    seen = {one.worker.number for one in [*live, *recent]}
    assert found.first_free not in seen
    assert all(
        number in seen for number in range((found.highest_settled or 0) + 1, found.first_free)
    )


@given(sightings, sightings)
def test_together_is_one_of_the_two(one: Sighting, other: Sighting) -> None:
    assert together(one, other) in (one, other)
    assert phase_of(together(one, other).worker.status) is together(one, other).worker.phase
