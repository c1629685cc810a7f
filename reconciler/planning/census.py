"""Who lives in a region: counts by phase, and whose workers they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.observation import Observation, Readable, Unreadable, Worker
from reconciler.model.phases import Phase
from reconciler.model.plan import Counts
from reconciler.model.workforce import Region


@dataclass(frozen=True, slots=True)
class Census:
    """One region as it was seen, with what planning needs to know of it.

    `held` says why nothing is done in the region, where nothing may be: it could not be read, or
    its workers carry another workforce's tags. `counts` is None where it could not be read.
    """

    region: Region
    reading: Readable
    counts: Counts | None
    held: str | None = None
    is_conflict: bool = False

    @property
    def live(self) -> int:
        return self.counts.live if self.counts else 0

    @property
    def draining(self) -> int:
        return self.counts.draining if self.counts else 0

    @property
    def staying(self) -> int:
        """Live workers that nobody has asked to leave yet."""
        return self.live - self.draining


def take_census(project: str, workforce: str, region: Region, seen: Observation) -> Census:
    """Count the region's workers and check that they are this workforce's."""
    reading = seen.regions.get(region.key, Unreadable("it was not observed"))
    if isinstance(reading, Unreadable):
        return Census(region, Readable(()), None, held=reading.because)
    counts = count(reading.workers)
    stranger = next((w for w in reading.workers if not _may_be_ours(w, project, workforce)), None)
    if stranger is None:
        return Census(region, reading, counts)
    return Census(
        region,
        reading,
        counts,
        held=(
            f"{stranger.id} in experiment {region.experiment} belongs to workforce "
            f"{stranger.workforce or '?'} of project {stranger.project or '?'}: "
            "give this region an experiment of its own"
        ),
        is_conflict=True,
    )


def _may_be_ours(worker: Worker, project: str, workforce: str) -> bool:
    return worker.project in (None, project) and worker.workforce in (None, workforce)


def count(workers: Sequence[Worker]) -> Counts:
    """The workers by phase; those that drain are counted among the running too."""
    phases = Counter(worker.phase for worker in workers)
    draining = sum(
        1 for worker in workers if worker.draining_since is not None and worker.phase.is_live
    )
    return Counts(
        pending=phases[Phase.PENDING],
        running=phases[Phase.RUNNING],
        paused=phases[Phase.PAUSED],
        unknown=phases[Phase.UNKNOWN],
        ending=phases[Phase.ENDING],
        draining=draining,
    )
