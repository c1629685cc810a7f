"""A workforce's totals: how many are missing or too many, before anything is split over regions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase
from reconciler.model.workforce import Workforce
from reconciler.planning import wording
from reconciler.planning.capacity import may_hold
from reconciler.planning.census import Census


@dataclass(frozen=True, slots=True)
class Balance:
    """What the totals ask for.

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

    @property
    def to_place(self) -> int:
        """How many of desired are to be split over the regions that may be acted on."""
        return max(0, self.desired - self.reserved)


def balance_of(workforce: Workforce, censuses: Sequence[Census]) -> Balance:
    """Weigh desired against what lives in all the regions."""
    desired = workforce.desired
    readable = [census for census in censuses if census.held is None]
    reserved = sum(
        may_hold(census.region, desired) for census in censuses if census.held is not None
    )
    live = sum(census.live for census in readable)
    paused = sum(len(resumable(workforce, census)) for census in readable)
    draining = sum(census.draining for census in readable)
    return Balance(
        desired=desired,
        live=live,
        reserved=reserved,
        paused=paused,
        draining=draining,
        resumes=min(paused, max(0, desired - reserved - (live - paused))),
        hires=max(0, desired - live - reserved),
        surplus=max(0, live - desired - draining),
    )


def resumable(workforce: Workforce, census: Census) -> Sequence[Worker]:
    """The paused workers of a region that are this workforce's, and not asked to leave."""
    if census.counts is None or not census.counts.paused:
        return ()
    return [
        worker
        for worker in census.reading.workers
        if worker.phase is Phase.PAUSED
        and worker.draining_since is None
        and (worker.workforce == workforce.name or workforce.adopt)
    ]


def balance_arithmetic(balance: Balance) -> Iterator[str]:
    """The totals, in lines that a reader can check."""
    if balance.resumes:
        yield wording.to_resume(balance.paused, balance.resumes)
    if balance.desired > balance.live:
        yield wording.to_hire(balance.desired, balance.live, balance.reserved)
    if balance.live > balance.desired:
        yield wording.to_lay_off(balance.live, balance.desired, balance.draining)
