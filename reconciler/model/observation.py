"""What was seen of the live world: workers per region, capacity per compute, strays.

Nothing here is ever guessed: what could not be read is `Unreadable`, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.phases import Phase
from reconciler.model.workforce import RegionKey, Target, Task


@dataclass(frozen=True, slots=True)
class Worker:
    """One job, as the service showed it.

    `id` is what cancel, drain and resume name. `project`, `workforce`, `region`, `digest` and
    `layoffs` come from the job's tags and are None where it has none.
    """

    id: str
    phase: Phase
    status: str
    """The service's own word, in the spelling of `phases.canonical_status`."""
    created: datetime
    number: int | None = None
    project: str | None = None
    workforce: str | None = None
    region: str | None = None
    digest: str | None = None
    layoffs: str | None = None
    draining_since: datetime | None = None
    compute: str | None = None
    note: str | None = None
    """What the service says about the worker's state, for people."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A region whose workers were read: the live and the ending ones.

    `next_number` is the lowest number that a hire may use, `tasks` what the digests that the
    workers carry stand for, where the service tells.
    """

    workers: tuple[Worker, ...]
    next_number: int = 1
    tasks: Mapping[str, Task] = field(default_factory=dict)
    ended_lately: tuple[Worker, ...] = ()
    """Workers that ended within the last hour, the latest last, as far as the service tells."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that could not be read. `because` is one line with cause and remedy."""

    because: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many workers a compute holds at once. `total` None: the service gives no figure.

    `unit` names what is counted, for the arithmetic: `slots`, `nodes`.
    """

    total: int | None
    unit: str = "slots"


NO_DIGEST = ""
"""In the place of a digest: the task of workers that carry none."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """The live workers of one experiment, with the tasks that their digests stand for."""

    name: str
    target: Target
    workers: tuple[Worker, ...]
    tasks: Mapping[str, Task] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stray:
    """A live or ending worker with this project's tag, where no region asked for it."""

    worker: Worker
    key: RegionKey
    target: Target
    """Through which the worker can be reached; the specs need not name it any more."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The live world at one time, as far as the specs concern it.

    Every region of the specs has an entry in `regions`; every compute with a deficit one in
    `computes`. `unreadable_targets` are places whose strays could not be looked for.
    """

    at: datetime
    regions: Mapping[RegionKey, Readable | Unreadable]
    computes: Mapping[str, Capacity | Unreadable] = field(default_factory=dict)
    strays: tuple[Stray, ...] = ()
    unreadable_targets: Mapping[str, Unreadable] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """What was read in another way than usual, a line each; the readings hold all the same."""
