"""What every kind of target offers: observe all its regions, and act on workers.

An engine serves all targets of its kind at once, because what is read together is cheaper that
way (one query per workspace, one reading per compute). It raises nothing for a service that
fails: what can't be read becomes `Unreadable`, what can't be done a failed `WorkerOutcome`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.model.findings import Finding
from reconciler.model.observation import (
    Capacity,
    Experiment,
    Readable,
    Stray,
    Unreadable,
    Worker,
)
from reconciler.model.plan import Action
from reconciler.model.report import WorkerOutcome
from reconciler.model.workforce import Region, RegionKey, Target

Tell = Callable[[WorkerOutcome], None]
"""Called once for each worker as soon as its outcome is known."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one engine saw; the fields are those of `Observation`."""

    regions: Mapping[RegionKey, Readable | Unreadable]
    computes: Mapping[str, Capacity | Unreadable] = field(default_factory=dict)
    strays: tuple[Stray, ...] = ()
    unreadable_targets: Mapping[str, Unreadable] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """An action on one experiment, with what is needed to carry it out.

    `region` is None for orphans, whose spec is gone: those are never hired or resumed.
    """

    target: Target
    key: RegionKey
    workforce: str
    region_name: str
    action: Action
    region: Region | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    """For a hire: the tags that each new job carries, this tool's and the task's."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """For a hire: the variables that each new job gets, but for its own name."""
    stopping: Callable[[], bool] = lambda: False
    """Whether no new request may be begun: what is left is then reported as skipped."""


@dataclass(frozen=True, slots=True)
class WorkerLog:
    """Where a worker's log is: a file to read and follow, or a page to open."""

    worker: Worker
    path: str | None = None
    link: str | None = None


class Engine(Protocol):
    """One kind of target."""

    async def observe(
        self, project: str, regions: Sequence[Region], targets: Sequence[Target]
    ) -> Seen:
        """Read the live workers of `regions`, and strays in `targets`.

        Capacities come along where they cost nothing.
        """

    async def look_closer(self, regions: Sequence[Region]) -> Seen:
        """What hiring into `regions`, which were observed before, needs besides.

        Their computes' capacity, and readings that replace those of `observe` where more had to
        be read. Empty where everything has been told.
        """

    async def set_up(self, target: Target) -> None:
        """Put in force what the spec says of the target itself, before anything else is done.

        Raises UserError where that can't be done.
        """

    async def carry_out(self, order: Order, tell: Tell) -> None:
        """Do what the order's action says, and tell the outcome of each worker.

        Repeating an order that was carried out before does no harm: hires find their workers,
        cancels and drains find them ended or asked.
        """

    async def inventory(self, project: str, targets: Sequence[Target]) -> Sequence[Experiment]:
        """The live workers of `project` in `targets`, by experiment, whether a spec claims them
        or not. Raises UserError where a target can't be read.
        """

    async def experiment_of_job(
        self, project: str, targets: Sequence[Target], name: str
    ) -> Experiment | None:
        """All live workers in the experiment of the job `name`, whoever's they are.

        The only one of its tasks is that of the job, which may have ended. None where no target
        has such a job. Raises UserError where a target can't be read.
        """

    async def history(self, region: Region) -> Sequence[Worker]:
        """All workers of a region that are still on record, ended ones too, oldest first."""

    async def log(self, region: Region, worker: Worker) -> WorkerLog:
        """Where the worker's log is. Costs no request."""

    async def log_text(self, region: Region, worker: Worker) -> str | None:
        """A log that is no file on this machine; None where the service doesn't give it.

        Raises UserError where it can't be read.
        """

    async def checkup(self, targets: Sequence[Target]) -> Sequence[Finding]:
        """Whether `targets` can be reached and used, and what mends what is wrong.

        A target stands here once for each compute that is used in it. Changes nothing, and ends
        within a minute or two, whatever hangs.
        """

    async def close(self) -> None:
        """Let go of connections."""
