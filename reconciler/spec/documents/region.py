"""Regions: one target within one workforce each."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

from reconciler.spec.documents.base import Document, Name, Priority, Text, WorkerNumber
from reconciler.spec.documents.quantities import Usd
from reconciler.spec.documents.task import TaskOverride

DEFAULT_EXPERIMENT = "{workforce}-{region}"
_PLACEHOLDER = r"\{(?:workforce|target|region)\}"
_EXPERIMENT = {
    "type": ["string", "number", "boolean"],
    "pattern": rf"^(?:[A-Za-z0-9]|{_PLACEHOLDER})(?:[A-Za-z0-9._-]|{_PLACEHOLDER})*$",
}
_NOTHING = TaskOverride()


class Region(Document):
    """One target within the workforce."""

    target: Name | None = Field(
        default=None,
        description="The target that runs the workers. Left out, it has the region's name.",
        examples=["eastus"],
    )
    experiment: Annotated[Text, WithJsonSchema(_EXPERIMENT)] = Field(
        default=DEFAULT_EXPERIMENT,
        description=(
            "The experiment that holds the workers; no two regions share one in one workspace. "
            "{workforce}, {target} and {region} stand for those names."
        ),
        examples=["{workforce}-{region}"],
    )
    compute: Text | None = Field(
        default=None,
        description=(
            "The compute in the target's workspace, in place of the target's own: a name or a "
            "full ARM id. {workforce}, {target}, {region} and {experiment} stand for those names."
        ),
        examples=["es-spot"],
    )
    min: WorkerNumber = Field(
        default=0, description="The least workers that placement gives the region.", examples=[2]
    )
    max: WorkerNumber | None = Field(
        default=None,
        description=(
            "The most workers that placement gives the region. Left out, only the capacity of "
            "its compute limits it."
        ),
        examples=[50],
    )
    weight: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="The region's part of the desired count under `placement: weighted`.",
        examples=[3],
    )
    priority: Priority = Field(
        default=0,
        description="Under `placement: priority`, regions with a higher one are filled first.",
        examples=[10],
    )
    usd_per_hour: Usd | None = Field(
        default=None,
        description="What one worker costs here, in US dollars per hour, for the plan's totals.",
        examples=[0.31],
    )
    task: TaskOverride = Field(
        default=_NOTHING,
        description="What this region's workers run differently, laid over the workforce's task.",
        examples=[{"environment_variables": {"OMP_NUM_THREADS": "32"}}],
    )
