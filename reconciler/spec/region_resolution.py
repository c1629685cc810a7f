"""The regions of one workforce: their targets, computes, experiments, topics and tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.model.positions import Position
from reconciler.model.workforce import Region, RegionKey, Target
from reconciler.spec.documents import region as documents_region
from reconciler.spec.documents import workforce as documents
from reconciler.spec.documents.base import MOST_ENTRIES
from reconciler.spec.experiments import fill, fill_topic
from reconciler.spec.issues import SpecIssue, did_you_mean, shorten
from reconciler.spec.placeholders import fill as fill_names
from reconciler.spec.sentences import Place
from reconciler.spec.task_resolution import Tasks, TasksOfWorkforce
from reconciler.spec.tree import SourceMap
from reconciler.targets.registry import kind
from reconciler.values.names import is_name

_MOST_NAMES = 10
_DEFAULT_TOPIC = ("back_channel", "service_bus", "topic")


@dataclass(slots=True)
class Context:
    """What the workforces of a project share while they are resolved.

    `are_targets_known`: whether all targets are, so that a missing one can be told. `compute` is
    what Defaults give to regions whose target has none. `claimed` and `topics` grow: which region
    has which workers and which topic.
    """

    targets: Mapping[str, Target]
    are_targets_known: bool
    tasks: Tasks
    compute: str | None = None
    claimed: dict[RegionKey, tuple[str, str, Position]] = field(default_factory=dict)
    topics: dict[tuple[str, str], tuple[str, Position]] = field(default_factory=dict)
    at_compute: dict[tuple[str, str], Target] = field(default_factory=dict)


def resolve_regions(
    document: documents.Workforce,
    place: Place,
    tasks: TasksOfWorkforce,
    context: Context,
    issues: list[SpecIssue],
) -> tuple[Region, ...]:
    """The regions that could be resolved; `issues` grows by what is wrong with the others."""
    channel = document.back_channel
    regions: list[Region] = []
    for name, region in document.regions.items():
        names = {"workforce": document.name, "target": region.target or name, "region": name}
        resolved = _region(names, region, place, context, issues)
        if resolved is None:
            continue
        target, experiment, position = resolved
        topic = None
        if channel is not None:
            names["experiment"] = experiment
            entity = channel.service_bus
            topic = _topic(entity.topic, entity.namespace, names, position, place, context, issues)
        task, digest = tasks.of(name, region.task, is_remote=target.kind != "local")
        regions.append(
            Region(
                name=name,
                target=target,
                experiment=experiment,
                task=task,
                digest=digest,
                min=region.min,
                max=region.max,
                weight=region.weight,
                priority=region.priority,
                position=position,
                usd_per_hour=region.usd_per_hour,
                topic=topic,
            )
        )
    return tuple(regions)


def _region(
    names: dict[str, str],
    region: documents_region.Region,
    place: Place,
    context: Context,
    issues: list[SpecIssue],
) -> tuple[Target, str, Position] | None:
    """The region's target, experiment and position, or None and issues."""
    source = place.source
    workforce, name, target_name = names["workforce"], names["region"], names["target"]
    position = source.locate("regions", name, key=True)
    if region.max is not None and region.min > region.max:
        what = f"is {region.min}, above the region's max of {region.max}"
        issues.append(place.issue("regions", name, "min", message=what))
    target = context.targets.get(target_name)
    if target is None and context.are_targets_known:
        issues.append(_unknown_target(name, region.target, place, context))
    try:
        experiment = fill(region.experiment, names)
    except ValueError as error:
        issues.append(place.issue("regions", name, "experiment", message=str(error)))
        return None
    if target is None:
        return None
    key = RegionKey(target.workspace, experiment.casefold())
    other = context.claimed.setdefault(key, (workforce, name, position))
    if other[:2] != (workforce, name):
        issues.append(_shared(workforce, name, experiment, other, place))
    if region.compute is not None or not target.compute:
        at = _at_compute(target, region, {**names, "experiment": experiment}, place, context)
        if isinstance(at, SpecIssue):
            issues.append(at)
        else:
            target = at
    return target, experiment, position


def _at_compute(
    target: Target,
    region: documents_region.Region,
    names: dict[str, str],
    place: Place,
    context: Context,
) -> Target | SpecIssue:
    """The target with the compute that the region names, or Defaults where nobody does."""
    name = names["region"]
    pattern = region.compute if region.compute is not None else context.compute
    if pattern is None:
        what = f"target '{target.name}' has no compute: give the target or the region one"
        return place.issue("regions", name, message=what, key=True)
    try:
        compute = fill_names(pattern, names)
        key = (target.name, compute)
        if key not in context.at_compute:
            context.at_compute[key] = kind(target.kind).at_compute(target, compute)
    except ValueError as error:
        said = str(error)
        message = f"'{shorten(pattern)}' {said}" if said.startswith("is ") else said
        return place.issue("regions", name, "compute", message=message)
    return context.at_compute[key]


def unknown_targets(place: Place, context: Context) -> Iterator[SpecIssue]:
    """The targets that a document of a workforce names and that aren't there.

    For documents that are wrong by themselves. What is no name, or may be meant for the key
    `target`, is told as that.
    """
    regions = place.value("regions")
    if not context.are_targets_known or not isinstance(regions, SourceMap):
        return
    if len(regions) > MOST_ENTRIES:
        return
    for name, region in regions.items():
        if not isinstance(region, SourceMap) or any(map(_is_like_target, region)):
            continue
        said = region.get("target")
        if isinstance(said, (bool, int, float)):
            said = region.text_of("target", said)
        target = name if said is None else said
        if isinstance(target, str) and is_name(target) and target not in context.targets:
            named = None if said is None else target
            yield _unknown_target(name, named, place, context)


def _is_like_target(key: str) -> bool:
    is_known = key in documents_region.Region.model_fields
    return not is_known and bool(did_you_mean(key, ("target",)))


def _unknown_target(name: str, named: str | None, place: Place, context: Context) -> SpecIssue:
    """That a region's target isn't there. `named`: what its key `target` says."""
    target = name if named is None else named
    known = list(context.targets)
    guess = did_you_mean(target, known)
    if not guess:
        shown = ", ".join(known[:_MOST_NAMES]) + (", ..." if len(known) > _MOST_NAMES else "")
        guess = f": there are {shown}" if known else ": the specs declare no targets"
    if named is not None:
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


def _topic(
    pattern: str,
    namespace: str,
    names: Mapping[str, str],
    position: Position,
    place: Place,
    context: Context,
    issues: list[SpecIssue],
) -> str | None:
    """The region's topic, which regions of one workforce may share, and no others."""
    try:
        topic = fill_topic(pattern, names)
    except ValueError as error:
        issues.append(place.issue(*_DEFAULT_TOPIC, message=str(error)))
        return None
    key = (namespace.partition(".")[0].casefold(), topic.casefold())
    owner, first = context.topics.setdefault(key, (names["workforce"], position))
    if owner != names["workforce"]:
        what = (
            f"region '{names['region']}' has the topic '{shorten(topic)}' of a region of "
            f"workforce '{owner}' at {first}: a drain for one would reach the other"
        )
        issues.append(place.issue(*_DEFAULT_TOPIC, message=what))
    return topic
