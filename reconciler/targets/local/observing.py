"""Observing local targets: workers of regions, slots, and workers that no region asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reconciler.model.observation import (
    Capacity,
    Experiment,
    Readable,
    Stray,
    Unreadable,
    Worker,
)
from reconciler.model.workforce import Region, RegionKey, Target, Task
from reconciler.state_directory import state_directory
from reconciler.targets.local.folder import TargetFolder, describe
from reconciler.targets.local.reading import (
    Contents,
    Survivors,
    as_worker,
    prefix_of,
    read_folder,
    truth_of,
)
from reconciler.targets.local.state import (
    folder_of,
    target_folders,
    target_of,
    workspace_of,
)
from reconciler.targets.protocol import Seen
from reconciler.values.errors import UserError
from reconciler.values.names import worker_prefix

_LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Look:
    """What a target's folder held when it was read once, or why it could not be read."""

    workspace: str
    folder: TargetFolder
    contents: Contents = field(default_factory=Contents)
    workers: Mapping[str, Worker] = field(default_factory=dict)
    """By name, with what each truly is."""
    unreadable: str | None = None


def observe(project: str, regions: Sequence[Region], targets: Sequence[Target]) -> Seen:
    """What the protocol's `observe` tells. Raises UserError where there is no state folder."""
    survivors = Survivors()
    workspaces = {region.key.workspace for region in regions}
    workspaces.update(target.workspace for target in targets)
    looks = {workspace: look_into(workspace, survivors) for workspace in sorted(workspaces)}
    asked = {region.key for region in regions}
    strays, unreadable = _strays(project, asked, targets, looks, survivors)
    computes = {
        target.compute: Capacity(total=slots_of(target), unit="slots")
        for target in [*(region.target for region in regions), *targets]
    }
    return Seen(
        regions={
            region.key: _region(region.key, looks[region.key.workspace]) for region in regions
        },
        computes=computes,
        strays=strays,
        unreadable_targets=unreadable,
    )


def look_into(workspace: str, survivors: Survivors) -> Look:
    """Read a target's folder. Raises UserError."""
    folder = folder_of(workspace)
    try:
        contents = read_folder(folder)
    except OSError as error:
        reason = (
            f"the state of {workspace} can't be read: {describe(error, folder.path)} "
            f"(make it a folder that you may read, or set RECONCILER_STATE_DIR)"
        )
        return Look(workspace, folder, unreadable=reason)
    workers = {
        record.name: as_worker(record, truth_of(folder, record, survivors), workspace)
        for record in contents.records
    }
    return Look(workspace, folder, contents, workers)


def workers_of(key: RegionKey, look: Look) -> list[Worker]:
    """All workers of a region that are on record, the lowest number first."""
    prefix = worker_prefix(key.workspace, key.experiment)
    found = [
        look.workers[record.name]
        for record in look.contents.records
        if prefix_of(f"{record.name}.json") == prefix
    ]
    return sorted(found, key=lambda worker: worker.number or 0)


def inventory(project: str, targets: Sequence[Target]) -> list[Experiment]:
    """The live workers of a project, by experiment. Raises UserError."""
    found: list[Experiment] = []
    survivors = Survivors()
    for target in targets:
        look = look_into(target.workspace, survivors)
        unread = _damaged_elsewhere(look, set())
        if unread is not None:
            raise UserError(unread)
        names = sorted({record.experiment for record in look.contents.records})
        for name in names:
            live = tuple(
                worker
                for worker in workers_of(RegionKey(target.workspace, name.casefold()), look)
                if worker.phase.is_live and worker.project == project
            )
            if live:
                try:
                    tasks = _tasks({worker.id for worker in live}, look)
                except (KeyError, TypeError, ValueError) as error:
                    raise UserError(
                        f"a record in {look.folder.workers} holds a task that isn't one: {error}"
                    ) from error
                found.append(Experiment(name, target, live, tasks))
    return found


def slots_of(target: Target) -> int:
    """How many workers of a target run at once: what the spec says, or the number of CPUs."""
    slots = target.settings.get("slots")
    return slots if isinstance(slots, int) else os.cpu_count() or 1


def _region(key: RegionKey, look: Look) -> Readable | Unreadable:
    if look.unreadable is not None:
        return Unreadable(look.unreadable)
    prefix = worker_prefix(key.workspace, key.experiment)
    damaged = [line for name, line in look.contents.damaged.items() if prefix_of(name) == prefix]
    if damaged:
        more = f", and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        return Unreadable(damaged[0] + more)
    workers = workers_of(key, look)
    present = tuple(worker for worker in workers if worker.phase.occupies_capacity)
    try:
        tasks = _tasks({worker.id for worker in present}, look)
    except (KeyError, TypeError, ValueError) as error:
        return Unreadable(f"a record in {look.folder.workers} holds a task that isn't one: {error}")
    highest = max((worker.number or 0 for worker in workers), default=0)
    return Readable(present, highest + 1, tasks, _ended_lately(prefix, look))


def _ended_lately(prefix: str, look: Look) -> tuple[Worker, ...]:
    since = datetime.now(UTC) - _LATELY
    ended = [
        (record.ended, record.name)
        for record in look.contents.records
        if record.ended is not None
        and record.ended > since
        and prefix_of(f"{record.name}.json") == prefix
    ]
    return tuple(look.workers[name] for _, name in sorted(ended))


def _tasks(names: set[str], look: Look) -> dict[str, Task]:
    """The tasks that digests stand for."""
    from reconciler.task.declared import from_declared

    found: dict[str, Task] = {}
    for record in look.contents.records:
        digest = record.tags.get("reconciler.digest")
        if record.name in names and digest is not None and digest not in found:
            found[digest] = from_declared(record.task)
    return found


def _strays(
    project: str,
    asked: set[RegionKey],
    targets: Sequence[Target],
    looks: Mapping[str, Look],
    survivors: Survivors,
) -> tuple[tuple[Stray, ...], dict[str, Unreadable]]:
    """Live workers of the project elsewhere: in targets that no spec names any more, too."""
    unreadable: dict[str, Unreadable] = {}
    try:
        folders = target_folders(project)
    except OSError as error:
        because = Unreadable(
            f"the state of project {project} can't be read: {describe(error, state_directory())}"
        )
        return (), {target.name: because for target in targets}
    everywhere = {workspace_of(project, name): target_of(project, name, {}) for name in folders}
    everywhere.update((target.workspace, target) for target in targets)
    found: list[Stray] = []
    for workspace, target in sorted(everywhere.items()):
        look = looks.get(workspace) or look_into(workspace, survivors)
        lost = _damaged_elsewhere(look, asked)
        if lost is not None:
            unreadable[target.name] = Unreadable(lost)
        found.extend(
            Stray(look.workers[record.name], RegionKey(workspace, record.experiment), target)
            for record in look.contents.records
            if RegionKey(workspace, record.experiment) not in asked
            and look.workers[record.name].project == project
            and look.workers[record.name].phase.occupies_capacity
        )
    return tuple(found), unreadable


def _damaged_elsewhere(look: Look, asked: set[RegionKey]) -> str | None:
    """Why it can't be told whether a target has strays; None where it can."""
    if look.unreadable is not None:
        return look.unreadable
    own = {worker_prefix(key.workspace, key.experiment) for key in asked}
    lost = (line for name, line in look.contents.damaged.items() if prefix_of(name) not in own)
    return next(lost, None)
