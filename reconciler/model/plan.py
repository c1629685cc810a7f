"""Plans: what would be done, where, and why each number is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.model.observation import Worker
from reconciler.model.positions import Position
from reconciler.model.workforce import Layoffs, Placement, Region, RegionKey, Target


class ActionKind(StrEnum):
    """The words for what can be done, the same in every output."""

    HIRE = "hire"
    RESUME = "resume"
    CANCEL = "cancel"
    DRAIN = "drain"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, or not to do, in one region.

    `workers` are the live workers that it names: those to resume, cancel or drain, and those
    that a hold is about. A hire and a drain by shared delivery give a count alone.
    """

    kind: ActionKind
    count: int
    because: str
    workers: tuple[Worker, ...] = ()
    first_number: int | None = None
    """For a hire: the number to begin with. The target settles which numbers are free."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Live workers of a region by phase; `draining` ones are among the running."""

    pending: int = 0
    running: int = 0
    paused: int = 0
    unknown: int = 0
    ending: int = 0
    draining: int = 0

    @property
    def live(self) -> int:
        return self.pending + self.running + self.paused + self.unknown


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a task that differs. None: not there."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class TaskChange:
    """How the task of some live workers differs from the declared one.

    `fields` is empty where the service doesn't tell what the old digest stands for.
    """

    digest: str | None
    workers: int
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionPlan:
    """What would be done in one region.

    `observed` is None where the region could not be read; `held` says why nothing may be done in
    it. `share` is what placement gives the region of the workforce's desired count, None where it
    holds, and `share_because` says what decided it. `free` is how many more its compute takes
    when this workforce's turn comes, None where that is unknown, and `free_because` its
    arithmetic.
    """

    region: Region
    observed: Counts | None
    share: int | None
    free: int | None
    free_because: str
    actions: tuple[Action, ...] = ()
    held: str | None = None
    task_changes: tuple[TaskChange, ...] = ()
    share_because: str = ""


@dataclass(frozen=True, slots=True)
class Desired:
    """How many live workers a workforce should have, and the arithmetic, a line each."""

    total: int
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkforcePlan:
    """What would be done for one workforce.

    `because` is the arithmetic from desired and live to what is to be done, `holds` are decisions
    over all its regions. `short_by` is how many of desired the shares don't add up to, because
    capacity and limits leave no room for them.
    """

    name: str
    desired: Desired
    regions: tuple[RegionPlan, ...]
    placement: Placement
    because: tuple[str, ...] = ()
    holds: tuple[Action, ...] = ()
    short_by: int = 0

    @property
    def live(self) -> int:
        """Live workers of the regions that could be read."""
        return sum(region.observed.live for region in self.regions if region.observed)


@dataclass(frozen=True, slots=True)
class OrphanPlan:
    """Live workers of this project in one experiment that no loaded spec claims."""

    workforce: str
    region: str
    key: RegionKey
    target: Target
    rule: Layoffs
    workers: tuple[Worker, ...]
    actions: tuple[Action, ...] = ()


class Severity(StrEnum):
    """How much a diagnostic matters. An error ends a plan with exit code 1."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something that the reader of a plan should know."""

    severity: Severity
    summary: str
    workforce: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class SafetyStop:
    """A limit that stops the plan from being applied."""

    key: str
    number: int
    limit: int
    summary: str
    workforce: str | None = None
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an apply would do, and why. The same inputs give the same plan."""

    plan_id: str
    project: str
    at: datetime
    workforces: tuple[WorkforcePlan, ...]
    orphans: tuple[OrphanPlan, ...] = ()
    orphans_unchecked: str | None = None
    """Why orphans were not looked for, where a filter or a path left out a part of the project."""
    orphans_unread: bool = False
    """Whether a target could not be searched for orphans; a diagnostic names it."""
    computes_unread: bool = False
    """Whether a compute's capacity could not be read; a diagnostic names it."""
    diagnostics: tuple[Diagnostic, ...] = ()
    stops: tuple[SafetyStop, ...] = ()

    def actions(self) -> list[Action]:
        """Every action of the plan, holds too, in the order of the plan."""
        found = [a for w in self.workforces for r in w.regions for a in r.actions]
        found.extend(hold for workforce in self.workforces for hold in workforce.holds)
        found.extend(a for orphan in self.orphans for a in orphan.actions)
        return found

    def count(self, kind: ActionKind) -> int:
        """How many workers are hired, resumed, cancelled or drained; how many holds there are."""
        chosen = [action for action in self.actions() if action.kind is kind]
        return len(chosen) if kind is ActionKind.HOLD else sum(action.count for action in chosen)

    @property
    def has_changes(self) -> bool:
        return any(action.kind is not ActionKind.HOLD for action in self.actions())

    @property
    def has_errors(self) -> bool:
        return any(found.severity is Severity.ERROR for found in self.diagnostics)

    @property
    def has_unreadable(self) -> bool:
        """Whether something that the plan rests on could not be read."""
        regions = (region for workforce in self.workforces for region in workforce.regions)
        return (
            self.orphans_unread
            or self.computes_unread
            or any(region.observed is None for region in regions)
        )
