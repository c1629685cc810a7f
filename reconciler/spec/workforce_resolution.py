"""From one Workforce document to the model: regions, their tasks, experiments and limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.model.positions import Position
from reconciler.model.workforce import Region, RegionKey, Safety, Target, Task, Workforce
from reconciler.spec.documents import safety as documents_safety
from reconciler.spec.documents import task as documents_task
from reconciler.spec.documents import workforce as documents
from reconciler.spec.experiments import fill
from reconciler.spec.issues import SpecIssue, did_you_mean, shorten
from reconciler.spec.sentences import Place
from reconciler.spec.tree import SourceDocument
from reconciler.task.digest import task_digest
from reconciler.values.immutable import FrozenMap

_NUM_WORKERS = re.compile(r"(?<!\S)--num-workers(?:\s+|=)([\"']?)(\d{1,9})\1(?!\S)")
_MOST_NAMES = 10


@dataclass(slots=True)
class Context:
    """What the workforces of a project share while they are resolved.

    `targets` None: the targets aren't known in full, so that a missing one can't be told.
    `claimed` grows: which region has which workers.
    """

    targets: Mapping[str, Target]
    are_targets_known: bool
    claimed: dict[RegionKey, tuple[str, str, Position]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResolvedWorkforce:
    """A workforce as far as it could be resolved; without issues it is all there."""

    workforce: Workforce
    issues: tuple[SpecIssue, ...]
    warnings: tuple[SpecIssue, ...]


def resolve_workforce(
    document: documents.Workforce, source: SourceDocument, folder: Path, context: Context
) -> ResolvedWorkforce:
    """Fill in the workforce's defaults and references. `folder`: where its spec file lies."""
    place = Place(source)
    issues: list[SpecIssue] = []
    task = _task(document.task, str(folder))
    digest = task_digest(task)
    regions: list[Region] = []
    for name, region in document.regions.items():
        resolved = _region(document, name, region, place, context, issues)
        if resolved is None:
            continue
        target, experiment, position = resolved
        own_task = (
            _overridden(task, document.task, region.task)
            if "task" in region.model_fields_set
            else task
        )
        regions.append(
            Region(
                name=name,
                target=target,
                experiment=experiment,
                task=own_task,
                digest=digest if own_task is task else task_digest(own_task),
                min=region.min,
                max=region.max,
                weight=region.weight,
                priority=region.priority,
                position=position,
            )
        )
    workforce = Workforce(
        name=document.name,
        desired=document.scale.desired,
        regions=tuple(regions),
        tasks_per_worker=document.scale.tasks_per_worker,
        placement=document.placement,
        layoffs=document.layoffs,
        priority=document.priority,
        safety=resolve_safety(document.safety, source),
        desired_position=source.locate("scale", "desired"),
        position=source.locate("name"),
    )
    return ResolvedWorkforce(workforce, tuple(issues), tuple(_warnings(document, place)))


def resolve_safety(
    document: documents_safety.Safety | documents_safety.ProjectSafety, source: SourceDocument
) -> Safety:
    """The limits, with the places of those that the spec sets."""
    return Safety(
        max_hires=document.max_hires,
        max_running_cancels=document.max_running_cancels,
        positions={key: source.locate("safety", key) for key in sorted(document.model_fields_set)},
    )


def _region(
    document: documents.Workforce,
    name: str,
    region: documents.Region,
    place: Place,
    context: Context,
    issues: list[SpecIssue],
) -> tuple[Target, str, Position] | None:
    """The region's target, experiment and position, or None and issues."""
    source = place.source
    position = source.locate("regions", name, key=True)
    if region.max is not None and region.min > region.max:
        what = f"is {region.min}, above the region's max of {region.max}"
        issues.append(place.issue("regions", name, "min", message=what))
    target_name = region.target or name
    target = context.targets.get(target_name)
    if target is None and context.are_targets_known:
        issues.append(_unknown_target(name, region, target_name, place, context))
    names = {"workforce": document.name, "target": target_name, "region": name}
    try:
        experiment = fill(region.experiment, names)
    except ValueError as error:
        issues.append(place.issue("regions", name, "experiment", message=str(error)))
        return None
    if target is None:
        return None
    key = RegionKey(target.workspace, experiment.casefold())
    other = context.claimed.setdefault(key, (document.name, name, position))
    if other != (document.name, name, position):
        issues.append(_shared(document.name, name, experiment, other, place))
    return target, experiment, position


def _unknown_target(
    name: str, region: documents.Region, target: str, place: Place, context: Context
) -> SpecIssue:
    known = list(context.targets)
    guess = did_you_mean(target, known)
    if not guess:
        shown = ", ".join(known[:_MOST_NAMES]) + (", ..." if len(known) > _MOST_NAMES else "")
        guess = f": there are {shown}" if known else ": the specs declare no targets"
    if region.target is not None:
        what = f"there is no target '{target}'{guess}"
        return place.issue("regions", name, "target", message=what)
    what = f"there is no target of the region's name{guess}"
    return place.issue("regions", name, message=what, key=True)


def _shared(
    workforce: str, name: str, experiment: str, other: tuple[str, str, Position], place: Place
) -> SpecIssue:
    other_workforce, other_name, position = other
    whose = "" if other_workforce == workforce else f" of workforce '{other_workforce}'"
    what = (
        f"region '{name}' has the same experiment, '{shorten(experiment)}', in the same workspace "
        f"as region '{other_name}'{whose} at {position}: give one of them its own `experiment`"
    )
    return place.issue("regions", name, message=what, key=True)


def _task(document: documents_task.Task, folder: str) -> Task:
    return Task(
        command=document.command,
        environment_variables=FrozenMap(document.environment_variables),
        timeout=document.limits.timeout,
        tags=FrozenMap(document.tags),
        working_directory=folder,
    )


def _overridden(
    task: Task, document: documents_task.Task, override: documents_task.TaskOverride
) -> Task:
    """The workforce's task, of `document`, with a region's keys laid over it."""
    return Task(
        command=task.command if override.command is None else override.command,
        environment_variables=FrozenMap(
            {**document.environment_variables, **override.environment_variables}
        ),
        timeout=task.timeout if override.limits.timeout is None else override.limits.timeout,
        tags=FrozenMap({**document.tags, **override.tags}),
        working_directory=task.working_directory,
    )


def _warnings(document: documents.Workforce, place: Place) -> list[SpecIssue]:
    found: list[SpecIssue] = []
    desired = document.scale.desired
    least = sum(region.min for region in document.regions.values())
    if least > desired:
        what = f"is {desired}, below the {least} that the regions' min add up to"
        found.append(place.issue("scale", "desired", message=what))
    limits = [region.max for region in document.regions.values() if region.max is not None]
    if len(limits) == len(document.regions) and desired > sum(limits):
        what = f"is {desired}, above the {sum(limits)} that the regions' max add up to"
        found.append(place.issue("scale", "desired", message=what))
    found.extend(_worker_counts(document, document.task.command, place, "task", "command"))
    for name, region in document.regions.items():
        if region.task.command is not None:
            way = ("regions", name, "task", "command")
            found.extend(_worker_counts(document, region.task.command, place, *way))
    return found


def _worker_counts(
    document: documents.Workforce, command: str, place: Place, *way: str
) -> list[SpecIssue]:
    tasks = document.scale.tasks_per_worker
    literals = {int(found[2]) for found in _NUM_WORKERS.finditer(command)}
    return [
        place.issue(
            *way,
            message=(
                f"says --num-workers {literal} where scale.tasks_per_worker is {tasks}: "
                "write --num-workers $RECONCILER_TASKS_PER_WORKER"
            ),
        )
        for literal in sorted(literals - {tasks})
    ]
