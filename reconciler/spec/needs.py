"""What specs may say and this version can't carry out yet: one table, one refusal.

`validate`, `show` and `fmt` take such specs. Whatever plans or acts refuses what it can't do, so
that no key is accepted and then ignored. When an engine arrives, its line in the table goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from reconciler.model.scale import WhenQueueEmpty
from reconciler.model.workforce import Need, Region, Specs
from reconciler.spec.documents.quantities import FromEnv
from reconciler.spec.documents.scale import AUTO
from reconciler.spec.documents.workforce import Workforce
from reconciler.spec.sentences import Place
from reconciler.values.errors import UserError
from reconciler.values.key_path import key_path

_MOST_SHOWN = 20

Way = tuple[str, ...]
Find = Callable[[Workforce, tuple[Region, ...]], Iterator[Way]]


def _auto(document: Workforce, _: tuple[Region, ...]) -> Iterator[Way]:
    if document.scale.desired == AUTO:
        yield ("scale", "desired")


def _watched_queue(document: Workforce, _: tuple[Region, ...]) -> Iterator[Way]:
    is_number = document.scale.desired != AUTO
    if is_number and document.queue and document.scale.when_queue_empty is WhenQueueEmpty.STOP:
        yield ("queue",)


def _back_channel(document: Workforce, _: tuple[Region, ...]) -> Iterator[Way]:
    if document.back_channel:
        yield ("back_channel",)


def _mounts(document: Workforce, _: tuple[Region, ...]) -> Iterator[Way]:
    if document.mounts:
        yield ("mounts",)


def _secret_variables(document: Workforce, _: tuple[Region, ...]) -> Iterator[Way]:
    places: list[tuple[Way, dict[str, str | FromEnv]]] = [
        (("task",), document.task.environment_variables)
    ]
    places += [
        (("regions", name, "task"), region.task.environment_variables)
        for name, region in document.regions.items()
        if region.task.environment_variables
    ]
    for way, variables in places:
        for name, value in variables.items():
            if isinstance(value, FromEnv):
                yield (*way, "environment_variables", name)


def _prices(document: Workforce, _: tuple[Region, ...]) -> Iterator[Way]:
    for name, region in document.regions.items():
        if region.usd_per_hour is not None:
            yield ("regions", name, "usd_per_hour")


def _azureml(_: Workforce, regions: tuple[Region, ...]) -> Iterator[Way]:
    for region in regions:
        if region.target.kind == "azureml":
            yield ("regions", region.name)


class Feature(NamedTuple):
    """What a workforce may need: `what` completes "needs ...", `find` tells where it asks for it.

    `only_to_act` where a plan without it is true all the same.
    """

    what: str
    find: Find
    only_to_act: bool = False


FEATURES: tuple[Feature, ...] = (
    Feature("scaling by the length of a queue", _auto),
    Feature(
        "a queue that is looked at before hiring (or scale.when_queue_empty: keep)", _watched_queue
    ),
    Feature("a back channel", _back_channel),
    Feature("prices in plans", _prices),
    Feature("mounts", _mounts, only_to_act=True),
    Feature(
        "variables from the environment of whoever applies", _secret_variables, only_to_act=True
    ),
    Feature("acting on AzureML targets", _azureml, only_to_act=True),
)


def needs_of(document: Workforce, regions: tuple[Region, ...], place: Place) -> tuple[Need, ...]:
    """What the workforce needs and can't have, each with the first key that asks for it."""
    found = []
    for feature in FEATURES:
        way = next(feature.find(document, regions), None)
        if way is not None:
            is_region = len(way) == 2 and way[0] == "regions"
            position = place.source.locate(*way, key=is_region or len(way) == 1)
            found.append(
                Need(position, key_path(*way), feature.what, only_to_act=feature.only_to_act)
            )
    return tuple(found)


def refuse_needs(specs: Specs, *, acting: bool) -> None:
    """Raises UserError where a workforce needs what this version can't do yet.

    Unless `acting`, what a plan is true without is let pass.
    """
    lines = sorted(
        {
            f"{need.position}: {need.path}: needs {need.what}, which this version can't do yet"
            for workforce in specs.workforces
            for need in workforce.needs
            if acting or not need.only_to_act
        }
    )
    if not lines:
        return
    more = [f"and {len(lines) - _MOST_SHOWN} more"] if len(lines) > _MOST_SHOWN else []
    raise UserError(
        "\n".join(lines[:_MOST_SHOWN] + more),
        "leave these workforces out with --only, or these keys; `reconciler validate` checks them",
        title="these specs need what this version can't do yet",
    )
