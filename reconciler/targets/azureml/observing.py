"""Observing AzureML: what the readings of workspaces say of regions, computes and strays. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.azure.errors import ServiceFailure
from reconciler.model.observation import NO_DIGEST, Experiment, Readable, Stray, Unreadable, Worker
from reconciler.model.workforce import Region, RegionKey, Target
from reconciler.targets.azureml.job_reading import ReadJob
from reconciler.targets.azureml.merging import Listing, Merged, merge, strays
from reconciler.targets.azureml.places import Place, compute_name, place_of
from reconciler.targets.azureml.sightings import Sighting
from reconciler.targets.azureml.workspace import Listings
from reconciler.targets.protocol import Seen


@dataclass(slots=True)
class Asked:
    """What the specs want to know of one workspace."""

    place: Place
    regions: list[Region] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    @property
    def experiments(self) -> list[str]:
        return sorted({region.experiment for region in self.regions})

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(region.key.experiment for region in self.regions)

    @property
    def other_computes(self) -> dict[str, str]:
        """Computes that the workspace doesn't hold, by the id that the index's name suggests."""
        computes = {region.target.compute for region in self.regions}
        computes.update(target.compute for target in self.targets)
        own = f"{self.place.key}/computes/"
        return {
            own + compute_name(one): one
            for one in computes
            if one and not one.startswith(own) and own + compute_name(one) not in computes
        }


def by_workspace(regions: Sequence[Region], targets: Sequence[Target]) -> list[Asked]:
    """What is asked, one entry for each workspace."""
    found: dict[str, Asked] = {}
    for region in regions:
        target = region.target
        found.setdefault(target.workspace, Asked(place_of(target))).regions.append(region)
    for target in targets:
        found.setdefault(target.workspace, Asked(place_of(target))).targets.append(target)
    return [found[key] for key in sorted(found)]


def seen_in(
    asked: Asked, project: str, read: Listings | ServiceFailure
) -> tuple[Seen, Mapping[RegionKey, Listing]]:
    """What was seen in a workspace, and the numbers that a hire into each region rests on."""
    if isinstance(read, ServiceFailure):
        unread = Unreadable(f"workspace {asked.place.name}: {read}")
        return (
            Seen(
                regions={region.key: unread for region in asked.regions},
                unreadable_targets={target.name: unread for target in asked.targets},
            ),
            {},
        )
    merged = merge(asked.keys, read.live, read.recent, read.at, deep=read.deep)
    computes = asked.other_computes
    seen = Seen(
        regions={
            region.key: readable(merged[region.key.experiment], computes)
            for region in asked.regions
        },
        strays=_strays(asked, project, read, computes),
        unreadable_targets=(
            {target.name: Unreadable(read.strays_unread) for target in asked.targets}
            if read.strays_unread is not None
            else {}
        ),
        warnings=() if read.warning is None else (read.warning,),
    )
    return seen, {region.key: merged[region.key.experiment].listing for region in asked.regions}


def readable(merged: Merged, computes: Mapping[str, str]) -> Readable:
    """A region's reading, with each worker on the compute that the specs know."""
    workers = merged.workers
    if computes:
        workers = tuple(_on_known(worker, computes) for worker in workers)
    return Readable(
        workers, next_number=merged.listing.first_free, ended_lately=merged.ended_lately
    )


def experiments_of(
    project: str, targets: Sequence[Target], asked: Asked, read: Listings
) -> list[Experiment]:
    """The project's live workers in a workspace, by experiment as the service spells it."""
    found: dict[str, list[Sighting]] = defaultdict(list)
    for seen in strays(project, frozenset(), read.live):
        if not seen.worker.phase.is_live:
            continue
        found[seen.experiment].append(seen)
    made = []
    for _, sightings in sorted(found.items()):
        workers = tuple(_on_known(seen.worker, asked.other_computes) for seen in sightings)
        target = _near(targets, workers[0])
        made.append(Experiment(sightings[0].spelled, target, workers))
    return made


def experiment_of(asked: Asked, job: ReadJob, read: Listings) -> Experiment:
    """Who lives in the experiment of a job, whoever's they are, with what that job runs."""
    folded = job.experiment.casefold()
    merged = merge([folded], read.live, read.recent, read.at)[folded]
    workers = tuple(
        _on_known(worker, asked.other_computes) for worker in merged.workers if worker.phase.is_live
    )
    compute = (job.compute or "").lower()
    target = min(asked.targets, key=lambda target: (target.compute != compute, target.name))
    return Experiment(job.experiment, target, workers, {job.digest or NO_DIGEST: job.task})


def together(all_seen: Sequence[Seen]) -> Seen:
    """What several workspaces showed, as one."""
    unread: dict[str, Unreadable] = {}
    for one in all_seen:
        unread.update(one.unreadable_targets)
    return Seen(
        regions={key: reading for one in all_seen for key, reading in one.regions.items()},
        strays=tuple(stray for one in all_seen for stray in one.strays),
        unreadable_targets=unread,
        warnings=tuple(warning for one in all_seen for warning in one.warnings),
    )


def _strays(
    asked: Asked, project: str, read: Listings, computes: Mapping[str, str]
) -> tuple[Stray, ...]:
    if not asked.targets:
        return ()
    found = []
    for seen in strays(project, asked.keys, read.live):
        worker = _on_known(seen.worker, computes)
        key = RegionKey(asked.place.key, seen.experiment)
        found.append(Stray(worker, key, _near(asked.targets, worker)))
    return tuple(found)


def _near(targets: Sequence[Target], worker: Worker) -> Target:
    """The target to reach a worker through: the one with its compute, else the first by name."""
    return min(targets, key=lambda target: (target.compute != worker.compute, target.name))


def _on_known(worker: Worker, computes: Mapping[str, str]) -> Worker:
    known = computes.get(worker.compute or "")
    return worker if known is None else replace(worker, compute=known)
