"""From two listings of a workspace to its regions: who lives, who is leaving, what number is next.

Pure. A job is judged by both listings together: ended in either is ended; live in either is live
and counted. Neither listing is always the newer one, but a job never comes back from its end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase
from reconciler.targets.azureml.sightings import Sighting

SETTLED = timedelta(hours=1)
"""Numbers of jobs older than this are all below where a walk begins."""

CLOSED = timedelta(minutes=15)
"""Numbers missing below one that is older than this are looked at, never created."""

_LATELY = timedelta(hours=1)

_PROGRESS = {
    Phase.PAUSED: 0,
    Phase.PENDING: 1,
    Phase.UNKNOWN: 2,
    Phase.RUNNING: 3,
    Phase.ENDING: 4,
    Phase.ENDED: 5,
}
"""Of two sightings the one further on is believed: an end is final, so is the request for it, and
what may be running must not be taken for waiting."""


@dataclass(frozen=True, slots=True)
class NumberedJob:
    """A job that has one of the region's numbers, in whatever status."""

    name: str
    status: str
    phase: Phase
    created: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """What the listings said of one region's numbers: what a walk for free names rests on.

    `at` is the service's clock when the listings were begun, and ages are counted from it. `live`
    are the numbers of live workers, `taken` all that either listing showed. `recent` are those of
    the recent listing, which goes back `SETTLED` and, where `is_deep`, a page of older jobs more,
    or to the region's very first job. The highest ones are None where no such job was seen.
    """

    at: datetime
    live: frozenset[int] = frozenset()
    taken: frozenset[int] = frozenset()
    recent: Mapping[int, NumberedJob] = field(default_factory=dict)
    highest_settled: int | None = None
    """The highest number of a job older than `SETTLED`."""
    highest_closed: int | None = None
    """The highest number of a job older than `CLOSED`."""
    is_deep: bool = False

    @property
    def first_free(self) -> int:
        """The lowest number that a hire may try: above every settled one, and not yet seen."""
        number = (self.highest_settled or 0) + 1
        while number in self.taken:
            number += 1
        return number


@dataclass(frozen=True, slots=True)
class Merged:
    """One experiment, by both listings: its workers (live and ending), and its numbers.

    `ended_lately` are workers that are known to have ended in the last hour, the latest last.
    """

    workers: tuple[Worker, ...]
    listing: Listing
    ended_lately: tuple[Worker, ...] = ()


def together(one: Sighting, other: Sighting) -> Sighting:
    """What two sightings of one job say of it."""
    further = _PROGRESS[other.worker.phase] > _PROGRESS[one.worker.phase]
    return other if further else one


def gather(sightings: Iterable[Sighting], into: dict[str, Sighting]) -> None:
    """Add sightings by name; those of one job become one."""
    for seen in sightings:
        name = seen.worker.id.lower()
        known = into.get(name)
        into[name] = seen if known is None else together(known, seen)


def merge(
    experiments: Iterable[str],
    live: Mapping[str, Sighting],
    recent: Mapping[str, Sighting],
    at: datetime,
    *,
    deep: frozenset[str] = frozenset(),
) -> dict[str, Merged]:
    """Each of the folded `experiments`, from the live and the recent listing of its workspace.

    Listings map names in lower case to sightings; `deep` are the experiments whose recent listing
    goes back as far as `Listing` says.
    """
    judged: dict[str, list[Sighting]] = {experiment: [] for experiment in experiments}
    for name, seen in live.items():
        other = recent.get(name)
        if seen.experiment in judged:
            judged[seen.experiment].append(seen if other is None else together(seen, other))
    for name, seen in recent.items():
        if name not in live and seen.experiment in judged:
            judged[seen.experiment].append(seen)
    numbered: dict[str, dict[int, NumberedJob]] = defaultdict(dict)
    for name, seen in recent.items():
        number = seen.worker.number
        if number is not None and seen.experiment in judged:
            known = live.get(name)
            job = seen.worker if known is None else together(seen, known).worker
            numbered[seen.experiment][number] = NumberedJob(
                job.id, job.status, job.phase, job.created
            )
    return {
        experiment: Merged(
            workers=tuple(_present(found)),
            listing=_listing(found, numbered[experiment], at, experiment in deep),
            ended_lately=tuple(_ended_lately(found, at)),
        )
        for experiment, found in judged.items()
    }


def strays(project: str, claimed: frozenset[str], live: Mapping[str, Sighting]) -> list[Sighting]:
    """Live and ending workers of the project where no region claims them, oldest first."""
    found = [
        seen
        for seen in live.values()
        if seen.worker.project == project
        and seen.counts
        and seen.worker.phase.occupies_capacity
        and seen.experiment not in claimed
    ]
    return sorted(found, key=lambda seen: (seen.worker.created, seen.worker.id))


def _present(found: list[Sighting]) -> list[Worker]:
    workers = [seen.worker for seen in found if seen.counts and seen.worker.phase.occupies_capacity]
    return sorted(workers, key=lambda worker: (worker.created, worker.id))


def _ended_lately(found: list[Sighting], at: datetime) -> list[Worker]:
    """Where no end is told, a worker that began in the last hour has ended in it, too."""
    ended = [
        (seen.ended or seen.worker.created, seen.worker.id, seen.worker)
        for seen in found
        if seen.counts and seen.worker.phase is Phase.ENDED
    ]
    return [worker for end, _, worker in sorted(ended, key=_end) if at - end <= _LATELY]


def _end(ended: tuple[datetime, str, Worker]) -> tuple[datetime, str]:
    return ended[:2]


def _listing(
    found: list[Sighting], recent: Mapping[int, NumberedJob], at: datetime, is_deep: bool
) -> Listing:
    ages = [
        (seen.worker.number, at - seen.worker.created)
        for seen in found
        if seen.worker.number is not None
    ]
    return Listing(
        at=at,
        live=frozenset(
            seen.worker.number
            for seen in found
            if seen.worker.number is not None and seen.worker.phase.is_live
        ),
        taken=frozenset(number for number, _ in ages),
        recent=recent,
        highest_settled=_highest(ages, SETTLED),
        highest_closed=_highest(ages, CLOSED),
        is_deep=is_deep,
    )


def _highest(ages: Iterable[tuple[int, timedelta]], age: timedelta) -> int | None:
    return max((number for number, old in ages if old > age), default=None)


def all_of(*listings: Mapping[str, Sighting]) -> dict[str, Sighting]:
    """Several listings as one."""
    found: dict[str, Sighting] = {}
    gather(chain.from_iterable(one.values() for one in listings), found)
    return found
