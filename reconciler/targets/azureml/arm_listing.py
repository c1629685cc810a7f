"""The documented list of a workspace's jobs over Resource Manager: the fallback.

It has no conditions on status or experiment, so that the whole history is read. It stops at a
budget; a listing that was cut short says nothing about what it lacks, and fails.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from reconciler.azure.clouds import Cloud
from reconciler.azure.decoding import BAD_JSON, part, text
from reconciler.azure.errors import ServiceFailure, Trouble, malformed
from reconciler.azure.pipeline import Connections
from reconciler.targets.azureml.merging import gather
from reconciler.targets.azureml.places import Place
from reconciler.targets.azureml.sightings import Sighting, sighting, time_of

API_VERSION = "2024-01-01-preview"


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a history is read before the listing is given up."""

    pages: int = 300
    seconds: float = 40.0


DEFAULT_BUDGET = Budget()


class _Shape(msgspec.Struct, rename="camel", gc=False):
    """A part of a job's document. Keys that aren't named are passed over."""


class _Properties(_Shape):
    status: str | None = None
    job_type: str | None = None
    experiment_name: str | None = None
    parent_job_name: str | None = None
    compute_id: str | None = None
    tags: dict[str, Any] | None = None


class _SystemData(_Shape):
    created_at: str | None = None


class _Job(_Shape):
    name: str | None = None
    properties: _Properties | None = None
    system_data: _SystemData | None = None


class _Page(_Shape):
    value: list[msgspec.Raw]
    next_link: str | None = None


_read_page = msgspec.json.Decoder(_Page).decode
_read_job = msgspec.json.Decoder(_Job).decode


async def list_jobs(
    connections: Connections, cloud: Cloud, place: Place, budget: Budget
) -> dict[str, Sighting]:
    """Every job of a workspace, archived ones too, by name in lower case.

    Raises ServiceFailure, also where the budget doesn't reach to the end.
    """
    found: dict[str, Sighting] = {}
    now = datetime.now(UTC)
    began = time.monotonic()
    url: str | None = (
        f"{cloud.resource_manager}{place.id}/jobs?api-version={API_VERSION}&listViewType=All"
    )
    for page_number in range(budget.pages + 1):
        if url is None:
            return found
        if page_number == budget.pages or time.monotonic() - began > budget.seconds:
            break
        answer = await connections.read("GET", url, scope=cloud.management_scope)
        try:
            page = _read_page(answer.body)
            gather((job for raw in page.value if (job := _sighting(raw, place, now))), found)
        except BAD_JSON as error:
            raise malformed("Resource Manager", f"no page of jobs: {error}") from error
        url = page.next_link
        if url is not None and urlsplit(url)[:2] != urlsplit(cloud.resource_manager)[:2]:
            raise malformed("Resource Manager", f"a next page at another host: {url}")
    raise ServiceFailure(
        Trouble.CONTENT,
        f"the list of jobs has no end within {budget.pages} pages and {budget.seconds:g} s",
        "the list can't be limited to an experiment: archive nothing, wait until the index is back",
    )


def _sighting(raw: msgspec.Raw, place: Place, now: datetime) -> Sighting | None:
    """The job that a document shows; None where it shows none that could be a worker."""
    try:
        job = _read_job(raw)
    except msgspec.ValidationError:
        job = _leniently(msgspec.json.decode(raw))
    properties = job.properties
    if not job.name or properties is None:
        return None
    created = time_of(job.system_data.created_at if job.system_data else None)
    return sighting(
        place.key,
        job.name,
        properties.experiment_name or "",
        properties.status,
        created or now,
        tags=properties.tags,
        compute=properties.compute_id,
        counts=(properties.job_type or "command").lower() == "command"
        and properties.parent_job_name in (None, "", job.name),
    )


def _leniently(document: object) -> _Job:
    """A job whose parts may be missing or of other types: what can be read of it."""
    whole = part({"": document}, "")
    properties, system = part(whole, "properties"), part(whole, "systemData")
    return _Job(
        name=text(whole, "name"),
        properties=_Properties(
            status=text(properties, "status"),
            job_type=text(properties, "jobType"),
            experiment_name=text(properties, "experimentName"),
            parent_job_name=text(properties, "parentJobName"),
            compute_id=text(properties, "computeId"),
            tags=part(properties, "tags"),
        ),
        system_data=_SystemData(text(system, "createdAt")),
    )
