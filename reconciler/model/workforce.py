"""Workforces as the specs declare them, with defaults applied and every reference resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from reconciler.model.channels import BackChannel, Mount, Queue
from reconciler.model.positions import Position
from reconciler.model.scale import Auto, WhenQueueEmpty
from reconciler.values.count import Count
from reconciler.values.duration import Duration
from reconciler.values.immutable import FrozenMap


class Placement(StrEnum):
    """How a workforce's desired count is split over its regions."""

    BALANCED = "balanced"
    WEIGHTED = "weighted"
    PRIORITY = "priority"


class Layoffs(StrEnum):
    """What may be done to surplus workers."""

    GRACEFUL = "graceful"
    """Cancel paused and pending ones, drain running ones."""
    PENDING_ONLY = "pending-only"
    """Cancel paused and pending ones, leave running ones."""
    CANCEL = "cancel"
    """Cancel them all, running ones too."""
    NONE = "none"
    """Leave them all."""


class DrainDelivery(StrEnum):
    """Whether, and how, a region's running workers can be asked to finish and leave."""

    NONE = "none"
    AIMED = "aimed"
    """The plan names the workers."""
    SHARED = "shared"
    """The plan says how many; whichever workers receive the messages leave."""

    @property
    def reaches_workers(self) -> bool:
        return self is not DrainDelivery.NONE


class RegionKey(NamedTuple):
    """What identifies a region's workers: no two regions share it."""

    workspace: str
    experiment: str


@dataclass(frozen=True, slots=True)
class Target:
    """A place that runs workers.

    `workspace` identifies the place whose experiments hold the jobs, `compute` what has the
    capacity; both are compared as they stand. `settings` are the checked settings of the kind,
    as plain values; the kind's engine reads them back.
    """

    name: str
    kind: str
    workspace: str
    compute: str
    drain_delivery: DrainDelivery
    settings: FrozenMap[str, object] = field(default_factory=FrozenMap)


@dataclass(frozen=True, slots=True)
class Task:
    """What each worker of a region runs, as the user declared it."""

    command: str
    environment_variables: FrozenMap[str, str] = field(default_factory=FrozenMap)
    timeout: Duration | None = None
    tags: FrozenMap[str, str] = field(default_factory=FrozenMap)
    working_directory: str = "."
    """Absolute folder that a local worker starts in: the one that holds the spec. Where a spec
    lies is no part of what it declares, so this is no part of the digest."""
    secret_variables: FrozenMap[str, str] = field(default_factory=FrozenMap)
    """Variables whose value is not in the spec, with the names of those that hold it."""
    job: FrozenMap[str, object] = field(default_factory=FrozenMap)
    """The other keys of an AzureML command job, in the form of its YAML, frozen. Where a key names
    a local file or folder, it has that one's content hash: see `files`."""
    files: FrozenMap[str, str] = field(default_factory=FrozenMap)
    """The absolute paths of the local files and folders that `job` names, by content hash. Like
    the working directory, they are no part of the digest."""


@dataclass(frozen=True, slots=True)
class Region:
    """One target within one workforce. `max` None: no limit but the compute's capacity."""

    name: str
    target: Target
    experiment: str
    task: Task
    digest: str
    min: int = 0
    max: int | None = None
    weight: int = 1
    priority: int = 0
    position: Position | None = None
    usd_per_hour: Decimal | None = None
    """What one worker costs."""
    topic: str | None = None
    """The topic of the workforce's back channel that reaches this region."""

    @property
    def key(self) -> RegionKey:
        # Experiments that differ in case alone are one experiment to AzureML.
        return RegionKey(self.target.workspace, self.experiment.casefold())


@dataclass(frozen=True, slots=True)
class Safety:
    """Limits that stop a plan. None: no limit."""

    max_hires: int | None = None
    max_running_cancels: Count | None = None
    positions: Mapping[str, Position] = field(default_factory=dict, compare=False)
    """Where the spec sets each of them, by field name."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a spec asks for and that this version can't carry out.

    `path` is the key that asks for it, `what` completes "needs ...". `only_to_act`: plans of it are
    true all the same, only carrying them out is not possible.
    """

    position: Position
    path: str
    what: str
    only_to_act: bool = False


@dataclass(frozen=True, slots=True)
class Workforce:
    """A named set of regions that share one task, one queue and one scale.

    Where `auto` is set, `desired` is 0 and means nothing. `needs` must be empty before anything is
    planned or done: see `reconciler.spec.needs`.
    """

    name: str
    desired: int
    regions: tuple[Region, ...]
    tasks_per_worker: int = 1
    placement: Placement = Placement.BALANCED
    layoffs: Layoffs = Layoffs.GRACEFUL
    priority: int = 0
    adopt: bool = False
    """Whether jobs without this project's tags in its experiments may be laid off."""
    safety: Safety = field(default_factory=Safety)
    desired_position: Position | None = None
    position: Position | None = None
    min: int = 0
    max: int | None = None
    """Bounds of desired."""
    auto: Auto | None = None
    when_queue_empty: WhenQueueEmpty = WhenQueueEmpty.STOP
    queue: Queue | None = None
    back_channel: BackChannel | None = None
    mounts: tuple[Mount, ...] = ()
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Specs:
    """Everything that the loaded spec files declare.

    `is_partial`: a filter or a path left some of the project out, so that what isn't here may
    still be claimed by a spec, and orphans can't be told.
    """

    project: str
    workforces: tuple[Workforce, ...]
    targets: tuple[Target, ...] = ()
    safety: Safety = field(default_factory=Safety)
    is_partial: bool = False
