"""A simple model of the world: workers that are born, wait, run, drain, pause, get lost and end.

It knows nothing of planning. It shows itself as an observation, does what a plan says (when it
feels like it), and otherwise lives on at random. Every choice comes from one seeded generator.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from reconciler.model.observation import Capacity, Observation, Readable, Unreadable, Worker
from reconciler.model.phases import phase_of
from reconciler.model.plan import Action, ActionKind, Plan
from reconciler.model.workforce import Region, RegionKey, Specs

START = datetime(2026, 1, 1, tzinfo=UTC)
_NEXT_STATUS = {
    "Queued": "Preparing",
    "Preparing": "Starting",
    "Starting": "Running",
    "NotResponding": "Running",
    "Finalizing": "Completed",
    "CancelRequested": "Canceled",
}

ON_THE_WAY = frozenset(_NEXT_STATUS) - {"Queued"}
"""Statuses that pass by themselves. A queued worker may wait for ever."""


class LawBrokenError(AssertionError):
    """The plan asked the world for what no plan may ask."""


@dataclass(slots=True)
class World:
    """All workers that ever were, by region, and what can be seen of them now.

    `unreadable` regions live on unseen. `calm` ends the faults: what was asked for happens, and
    nobody fails, pauses or is preempted.
    """

    random: random.Random
    slots: dict[str, int | None]
    project: str
    workers: dict[RegionKey, list[Worker]] = field(default_factory=dict)
    unreadable: set[RegionKey] = field(default_factory=set)
    minutes: int = 0
    calm: bool = False
    drains_sent: dict[str, int] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return START + timedelta(minutes=self.minutes)

    def observe(self, specs: Specs) -> Observation:
        """What can be seen of the regions of `specs`."""
        regions: dict[RegionKey, Readable | Unreadable] = {}
        for workforce in specs.workforces:
            for region in workforce.regions:
                if region.key in self.unreadable:
                    regions[region.key] = Unreadable("timed out")
                    continue
                everyone = self.workers.get(region.key, [])
                present = tuple(one for one in everyone if one.phase.occupies_capacity)
                regions[region.key] = Readable(present, next_number=len(everyone) + 1)
        computes = {name: Capacity(figure) for name, figure in self.slots.items()}
        return Observation(self.now, regions, computes)

    def live(self, key: RegionKey) -> list[Worker]:
        return [one for one in self.workers.get(key, []) if one.phase.is_live]

    def apply(self, specs: Specs, plan: Plan) -> None:
        """Do what the plan says. Outside calm some of it fails."""
        layoffs = {workforce.name: workforce.layoffs for workforce in specs.workforces}
        for workforce in plan.workforces:
            for planned in workforce.regions:
                for action in planned.actions:
                    self._carry_out(workforce.name, planned.region, action, layoffs[workforce.name])

    def _carry_out(self, workforce: str, region: Region, action: Action, layoffs: str) -> None:
        if action.kind is ActionKind.HOLD:
            return
        if region.key in self.unreadable:
            raise LawBrokenError(f"{action.kind} in a region that can't be read")
        if action.kind is ActionKind.HIRE:
            for _ in range(action.count):
                if not self._fails(0.2):
                    self._hire(workforce, region, layoffs)
            return
        for worker in action.workers:
            if not self._fails(0.1):
                self._act_on(action.kind, region.key, worker, layoffs)

    def _fails(self, chance: float) -> bool:
        return not self.calm and self.random.random() < chance

    def _hire(self, workforce: str, region: Region, layoffs: str) -> None:
        crew = self.workers.setdefault(region.key, [])
        number = len(crew) + 1
        crew.append(
            Worker(
                id=f"{region.experiment}-{number}",
                phase=phase_of("Queued"),
                status="Queued",
                created=self.now,
                number=number,
                project=self.project,
                workforce=workforce,
                region=region.name,
                digest=region.digest,
                layoffs=layoffs,
            )
        )

    def _act_on(self, kind: ActionKind, key: RegionKey, worker: Worker, layoffs: str) -> None:
        crew = self.workers[key]
        index = next(n for n, one in enumerate(crew) if one.id == worker.id)
        now = crew[index]
        if now.draining_since is not None:
            raise LawBrokenError(f"{kind} of {now.id}, which drains already")
        if kind is ActionKind.CANCEL:
            if now.phase == "running" and layoffs != "cancel":
                raise LawBrokenError(f"cancel of {now.id}, which runs, under layoffs: {layoffs}")
            crew[index] = _in_status(now, "CancelRequested")
        elif kind is ActionKind.DRAIN:
            self.drains_sent[now.id] = self.drains_sent.get(now.id, 0) + 1
            crew[index] = replace(now, draining_since=self.now)
        elif kind is ActionKind.RESUME:
            crew[index] = _in_status(now, "Queued")

    def live_on(self) -> None:
        """Some minutes pass."""
        self.minutes += 1 + self.random.randrange(30)
        for crew in self.workers.values():
            for index, worker in enumerate(crew):
                crew[index] = self._lived(worker)

    def _lived(self, worker: Worker) -> Worker:
        chance = self.random.random()
        if worker.draining_since is not None and chance < (0.9 if self.calm else 0.3):
            return _in_status(worker, "Completed")
        if not self.calm and worker.phase.is_live:
            fate = self.random.random()
            for share, status in _FATES:
                fate -= share
                if fate < 0:
                    return _in_status(worker, status) if _may_become(worker, status) else worker
        if worker.status in _NEXT_STATUS and chance < 0.7:
            return _in_status(worker, _NEXT_STATUS[worker.status])
        return worker


_FATES = (
    (0.04, "Failed"),  # it crashed
    (0.04, "Completed"),  # it found no more work
    (0.04, "Queued"),  # preempted, and waits for capacity
    (0.02, "Paused"),
    (0.02, "NotResponding"),
    (0.02, "Finalizing"),
)


def _may_become(worker: Worker, status: str) -> bool:
    """A worker that was asked to leave isn't paused or preempted: it would lose the message."""
    return worker.draining_since is None or status in ("Failed", "Completed")


def _in_status(worker: Worker, status: str) -> Worker:
    return replace(worker, status=status, phase=phase_of(status))
