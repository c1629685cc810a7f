"""What is wrong, or doubtful, about the numbers and keys of one workforce together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.model.workforce import Region
from reconciler.spec.documents import workforce as documents
from reconciler.spec.documents.scale import AUTO
from reconciler.spec.documents.task import EVERYWHERE, NOT_USED
from reconciler.spec.issues import SpecIssue
from reconciler.spec.sentences import Place
from reconciler.spec.tree import SourceMap

_NUM_WORKERS = re.compile(r"(?<!\S)--num-workers(?:\s+|=)([\"']?)(\d{1,9})\1(?!\S)")
_NOT_WARNED_OF = {*EVERYWHERE, *NOT_USED, "type", "$schema"}


def bounds(document: documents.Workforce, place: Place) -> Iterator[SpecIssue]:
    """Limits that can't hold together."""
    scale = document.scale
    if scale.max is not None and scale.min > scale.max:
        what = f"is {scale.min}, above the max of {scale.max}"
        yield place.issue("scale", "min", message=what)
    elif scale.desired != AUTO and isinstance(scale.desired, int):
        if scale.desired < scale.min:
            what = f"is {scale.desired}, below the min of {scale.min}"
            yield place.issue("scale", "desired", message=what)
        if scale.max is not None and scale.desired > scale.max:
            what = f"is {scale.desired}, above the max of {scale.max}"
            yield place.issue("scale", "desired", message=what)
    least = _least(document)
    if scale.max is not None and least > scale.max:
        what = f"is {scale.max}, below the {least} that the regions' min add up to"
        yield place.issue("scale", "max", message=what)


def warnings(
    document: documents.Workforce, regions: tuple[Region, ...], place: Place
) -> Iterator[SpecIssue]:
    """What is allowed and probably not meant."""
    yield from _sums(document, place)
    yield from _worker_counts(document, document.task.command, place, "task", "command")
    for name, region in document.regions.items():
        if region.task.command is not None:
            way = ("regions", name, "task", "command")
            yield from _worker_counts(document, region.task.command, place, *way)
    yield from _unused(document, regions, place)


def _least(document: documents.Workforce) -> int:
    return sum(region.min for region in document.regions.values())


def _sums(document: documents.Workforce, place: Place) -> Iterator[SpecIssue]:
    scale = document.scale
    limits = [region.max for region in document.regions.values() if region.max is not None]
    most = sum(limits) if len(limits) == len(document.regions) else None
    if isinstance(scale.desired, int):
        least = _least(document)
        if least > scale.desired:
            what = f"is {scale.desired}, below the {least} that the regions' min add up to"
            yield place.issue("scale", "desired", message=what)
        if most is not None and scale.desired > most:
            what = f"is {scale.desired}, above the {most} that the regions' max add up to"
            yield place.issue("scale", "desired", message=what)
    if most is not None and scale.max is not None and scale.max > most:
        what = f"is {scale.max}, above the {most} that the regions' max add up to"
        yield place.issue("scale", "max", message=what)


def _worker_counts(
    document: documents.Workforce, command: str, place: Place, *way: str
) -> Iterator[SpecIssue]:
    tasks = document.scale.tasks_per_worker
    literals = {int(found[2]) for found in _NUM_WORKERS.finditer(command)}
    for literal in sorted(literals - {tasks}):
        what = (
            f"says --num-workers {literal} where scale.tasks_per_worker is {tasks}: "
            "write --num-workers $RECONCILER_TASKS_PER_WORKER"
        )
        yield place.issue(*way, message=what)


def _unused(
    document: documents.Workforce, regions: tuple[Region, ...], place: Place
) -> Iterator[SpecIssue]:
    """Keys of the task that do nothing: anywhere, or on the local targets among the regions."""
    task = place.value("task")
    assert isinstance(task, SourceMap)
    for key, reason in NOT_USED.items():
        if key in task:
            yield place.issue("task", key, message=f"does nothing: {reason}", key=True)
    local = [region.name for region in regions if region.target.kind == "local"]
    if not local:
        return
    ways: list[tuple[str, ...]] = [("task", key) for key in task if key not in _NOT_WARNED_OF]
    for name in local:
        if document.regions[name].task.model_fields_set:
            own = place.value("regions", name, "task")
            assert isinstance(own, SourceMap)
            ways += [("regions", name, "task", key) for key in own if key not in _NOT_WARNED_OF]
    if ways:
        *_, first = ways[0]
        others = len({way[-1] for way in ways} - {first})
        more = f" and {others} more key{'s' * (others > 1)}" if others else ""
        do = "are for AzureML and do" if others else "is for AzureML and does"
        what = f"{first}{more} {do} nothing on local targets"
        message = SpecIssue(place.source.locate(*ways[0], key=True), "task", what)
        yield message
