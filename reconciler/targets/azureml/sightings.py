"""Jobs as one listing shows them, whichever service the listing came from. Pure.

What of a job is read, and what makes it one of the workers that count, stands here once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from sys import intern

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase, canonical_status, phase_of
from reconciler.values.names import worker_prefix

NO_STATUS = "NoStatus"
"""What stands for the status of a job that was shown without one: unknown, so it counts."""

_TAG = "reconciler."
_LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Sighting:
    """One job as one listing showed it.

    `experiment` is folded, as in `RegionKey`; `spelled` is as the service spells it. `counts` says
    whether the job is a root command job: children of sweeps and pipelines, and jobs of other
    types, are nobody's workers, but their names are taken.
    """

    experiment: str
    worker: Worker
    counts: bool = True
    spelled: str = ""
    ended: datetime | None = None
    """When it ended, where it has and the service tells."""


@lru_cache(4096)
def _prefix(workspace: str, experiment: str) -> str:
    return worker_prefix(workspace, experiment)


@lru_cache(1024)
def _status(text: str) -> tuple[str, Phase]:
    return intern(canonical_status(text)), phase_of(text)


def sighting(
    workspace: str,
    name: str,
    experiment: str,
    status: str | None,
    created: datetime,
    *,
    tags: Mapping[str, object] | None = None,
    compute: str | None = None,
    note: str | None = None,
    counts: bool = True,
    ended: str | None = None,
) -> Sighting:
    """A sighting from what a service said of a job. `workspace` is the id in lower case."""
    folded = intern(experiment.casefold())
    word, phase = _status(status or NO_STATUS)
    said = tags or {}
    return Sighting(
        folded,
        Worker(
            id=name,
            phase=phase,
            status=word,
            created=created,
            number=number_of(workspace, folded, name),
            project=_tag(said, "project"),
            workforce=_tag(said, "workforce"),
            region=_tag(said, "region"),
            digest=_tag(said, "digest"),
            layoffs=_tag(said, "layoffs"),
            compute=_compute(workspace, compute) if compute else None,
            note=_note(note),
        ),
        counts,
        intern(experiment),
        time_of(ended) if phase is Phase.ENDED else None,
    )


def number_of(workspace: str, experiment: str, name: str) -> int | None:
    """The number in a worker's name; names and experiments are told apart by letters alone.

    The same rule as `names.worker_number`, without its digest for each of fifty thousand names.
    """
    prefix = _prefix(workspace, experiment)
    digits = name[len(prefix) :]
    if len(digits) < 6 or not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits) if name.lower().startswith(prefix.lower()) else None


def time_of(text: str | None) -> datetime | None:
    """A service's time, with seven decimals or none; None for what isn't one."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


@lru_cache(1024)
def _compute(workspace: str, compute: str) -> str:
    """A compute's full id in lower case. The index tells a name alone, which is the workspace's."""
    return (compute if compute.startswith("/") else f"{workspace}/computes/{compute}").lower()


def _tag(tags: Mapping[str, object], name: str) -> str | None:
    value = tags.get(_TAG + name)
    return intern(value) if isinstance(value, str) else None


def _note(text: str | None) -> str | None:
    if not text:
        return None
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NOTE else f"{line[: _LONGEST_NOTE - 1]}…"
