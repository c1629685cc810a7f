"""`kind: Workforce`: a task, how many workers run it, and where."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from reconciler.model.workforce import Layoffs, Placement
from reconciler.spec.documents.base import (
    MOST_ENTRIES,
    Document,
    Name,
    NameKey,
    Priority,
    Text,
    WorkerNumber,
    not_too_long,
)
from reconciler.spec.documents.safety import Safety
from reconciler.spec.documents.task import Task, TaskOverride

DEFAULT_EXPERIMENT = "{workforce}-{target}"


class Scale(Document):
    """The `scale` key: how many workers."""

    desired: WorkerNumber = Field(
        description="How many live workers the workforce should have.", examples=[10]
    )
    tasks_per_worker: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description=(
            "How many tasks a worker runs at a time. The command finds it in "
            "RECONCILER_TASKS_PER_WORKER."
        ),
        examples=[4],
    )


class Region(Document):
    """One target within the workforce."""

    target: Name | None = Field(
        default=None,
        description="The target that runs the workers. Left out, it has the region's name.",
        examples=["eastus"],
    )
    experiment: Text = Field(
        default=DEFAULT_EXPERIMENT,
        description=(
            "The experiment that holds the workers; no two regions share one in one workspace. "
            "{workforce}, {target} and {region} stand for those names."
        ),
        examples=["{workforce}-{region}"],
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
    task: TaskOverride = Field(
        default_factory=TaskOverride,
        description="What this region's workers run differently, laid over the workforce's task.",
        examples=[{"environment_variables": {"OMP_NUM_THREADS": "32"}}],
    )


class Workforce(Document):
    """A group of interchangeable workers that run the same task."""

    kind: Literal["Workforce"] = Field(description="What this document declares.")
    name: Name = Field(
        description=(
            "The workforce's name. Its workers carry it: a renamed workforce leaves those of "
            "its old name behind as orphans."
        ),
        examples=["dft-relax"],
    )
    task: Task = Field(description="What each worker runs.")
    scale: Scale = Field(description="How many workers there should be.")
    placement: Annotated[Placement, Field(strict=False)] = Field(
        default=Placement.BALANCED,
        description=(
            "How the desired count is split over the regions: evenly (balanced), by their "
            "weight (weighted), or filling those of the highest priority first (priority)."
        ),
        examples=["weighted"],
    )
    priority: Priority = Field(
        default=0,
        description="Workforces with a higher one get the capacity of a shared compute first.",
        examples=[10],
    )
    regions: Annotated[dict[NameKey, Region], BeforeValidator(not_too_long)] = Field(
        min_length=1,
        max_length=MOST_ENTRIES,
        description="Where the workers run: regions by name, `{}` for one without own settings.",
        examples=[{"laptop": {}, "eastus": {"max": 50}}],
    )
    layoffs: Annotated[Layoffs, Field(strict=False)] = Field(
        default=Layoffs.GRACEFUL,
        description=(
            "What may be done to surplus workers: cancel pending ones and drain running ones "
            "(graceful), cancel pending ones only (pending-only), cancel running ones too "
            "(cancel), or nothing (none)."
        ),
        examples=["pending-only"],
    )
    safety: Safety = Field(
        default_factory=Safety, description="Limits that stop a plan for this workforce."
    )
