"""`kind: Workforce`: a task, how many workers run it, and where."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from reconciler.model.workforce import Layoffs, Placement
from reconciler.spec.documents.back_channel import BackChannel
from reconciler.spec.documents.base import (
    MOST_ENTRIES,
    Document,
    Name,
    NameKey,
    Priority,
    Text,
    not_too_long,
)
from reconciler.spec.documents.queue import Account, Queue
from reconciler.spec.documents.region import Region
from reconciler.spec.documents.safety import Safety
from reconciler.spec.documents.scale import Scale
from reconciler.spec.documents.task import Task

_CONTAINER = re.compile(r"(?=.{3,63}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")


def _check_link(text: str) -> str:
    if not text.startswith("/") or ".." in text.split("/") or text.rstrip("/") == "":
        raise ValueError(
            "is no absolute path of a folder, without '..': the container shows there in the job"
        )
    return text


def _check_container(text: str) -> str:
    if not _CONTAINER.fullmatch(text):
        raise ValueError(
            "is no container's name: 3 to 63 lower-case letters, digits and single hyphens"
        )
    return text


class Mount(Document):
    """A blob container, mounted read-write into every job."""

    account: Account = Field(description="The storage account.", examples=["mystorage"])
    container: Annotated[Text, AfterValidator(_check_container)] = Field(
        description="The container.", examples=["results"]
    )
    link: Annotated[Text, AfterValidator(_check_link)] = Field(
        description="The absolute path, within the job, at which it shows.",
        examples=["/cache/results"],
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
    task: Task = Field(
        description="What each worker runs.", examples=[{"command": "python -m work"}]
    )
    mounts: Annotated[dict[NameKey, Mount], BeforeValidator(not_too_long)] = Field(
        default_factory=dict,
        max_length=100,
        description="Blob containers that every job mounts read-write, by a name of your choice.",
        examples=[{"results": {"account": "mystorage", "container": "results", "link": "/out"}}],
    )
    queue: Queue | None = Field(
        default=None,
        description="Where the workers pull their work from.",
        examples=[{"storage": {"account": "mystorage", "name": "dft-tasks"}}],
    )
    scale: Scale = Field(
        description="How many workers there should be.", examples=[{"desired": 10}]
    )
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
    region_set: Name | None = Field(
        default=None,
        description="A RegionSet of the project: its regions are this workforce's too.",
        examples=["cpu-fleet"],
    )
    region_defaults: Region | None = Field(
        default=None,
        description="Keys of every region, over those of the set and under those of `regions`.",
        examples=[{"max": 40}],
    )
    regions: Annotated[dict[NameKey, Region], BeforeValidator(not_too_long)] = Field(
        min_length=1,
        max_length=MOST_ENTRIES,
        description=(
            "Where the workers run: regions by name, `{}` for one without own settings. They are "
            "merged over those of the set, key by key; null removes one of the set's."
        ),
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
    adopt: bool = Field(
        default=False,
        description=(
            "Whether jobs in the regions' experiments that this tool did not hire may be laid off "
            "too. They count as live either way."
        ),
        examples=[True],
    )
    back_channel: BackChannel | None = Field(
        default=None,
        description="How running workers are told to finish their task and leave.",
        examples=[{"service_bus": {"namespace": "mybus-eu"}, "speaks": "agent"}],
    )
    safety: Safety = Field(
        default_factory=Safety,
        description="Limits that stop a plan for this workforce.",
        examples=[{"max_hires": 1000, "max_running_cancels": "30%"}],
    )
