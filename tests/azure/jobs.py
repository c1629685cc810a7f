"""Resource Manager's answers for jobs: create or update, read, list, cancel."""

from __future__ import annotations

import base64
import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from .cloud import Answer, Cloud, answer, document
from .documents import arm_job
from .errors import ServiceError, immutable, not_found, user_error
from .routing import Call
from .world import ENDED, MUTABLE, Job, JobState, Workspace

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}")
READ_ONLY = frozenset({"status", "services", "experimentName", "parentJobName", "jobType"})
"""Keys that are kept apart from the body, or ignored in a PUT."""


def put_job(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """Creates a job, or changes what may change of one that is there."""
    workspace = cloud.workspace(call)
    properties = document(body).get("properties")
    if not isinstance(properties, dict) or "jobType" not in properties:
        raise user_error("The job's properties with their jobType are missing.", "BadArgument")
    existing = workspace.jobs.get(call.name.lower())
    if existing is not None:
        _update(cloud, workspace, existing, properties)
        return answer(arm_job(workspace, existing, cloud.behaviour))
    job = new_job(workspace, call.name, properties, cloud.world.clock.now())
    workspace.compute_of(job)
    workspace.add(job)
    cloud.lifecycle.submit(workspace, job)
    return answer(arm_job(workspace, job, cloud.behaviour), 201)


def new_job(workspace: Workspace, name: str, properties: Mapping[str, Any], now: float) -> Job:
    """A job as a PUT describes it; raises `ServiceError` 400 for what can't be one."""
    if not NAME.fullmatch(name):
        raise user_error(f"'{name}' is no valid name for a job.", "BadArgument")
    resources = properties.get("resources") or {}
    return Job(
        name=name,
        experiment=properties.get("experimentName") or "Default",
        created=now,
        kind=str(properties["jobType"]),
        compute=_compute(workspace, properties.get("computeId")),
        nodes=int(resources.get("instanceCount") or 1),
        body=_lasting(properties),
        state=JobState(
            status="NotStarted",
            display_name=properties.get("displayName") or name,
            tags=dict(properties.get("tags") or {}),
            properties=dict(properties.get("properties") or {}),
            description=properties.get("description"),
            archived=bool(properties.get("isArchived")),
        ),
        parent=properties.get("parentJobName"),
    )


def get_job(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """One job."""
    workspace = cloud.workspace(call)
    return answer(arm_job(workspace, workspace.job(call.name), cloud.behaviour))


def list_jobs(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """Root jobs, newest first, in pages; filters as in the documented API."""
    workspace = cloud.workspace(call)
    jobs = workspace.by_age
    end = len(jobs)
    skip = call.query.get("$skip")
    if skip:
        end = bisect_left(jobs, _position(skip), key=lambda each: each.sort_key)
    found: list[Job] = []
    more = False
    for position in range(end - 1, -1, -1):
        if not _listed(jobs[position], call.query):
            continue
        if len(found) == cloud.behaviour.arm_page_size:
            more = True
            break
        found.append(jobs[position])
    page: dict[str, Any] = {"value": [arm_job(workspace, job, cloud.behaviour) for job in found]}
    if more:
        query = {**call.query, "$skip": _skip(found[-1])}
        page["nextLink"] = f"{cloud.address}{workspace.id}/jobs?{urlencode(query)}"
    return answer(page)


def cancel_job(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """Asks a job to end; the Location header leads to `poll_cancel`."""
    workspace = cloud.workspace(call)
    job = workspace.job(call.name)
    if job.protected:
        raise user_error(
            "Cannot execute Cancel because user does not have sufficient permission.",
            "AuthorizationError",
            status=403,
        )
    if job.state.status in ENDED and cloud.behaviour.cancel_of_ended == "conflict":
        raise ServiceError(
            409, "Conflict", f"Job {job.name} is in terminal state {job.state.status}."
        )
    cloud.lifecycle.cancel(workspace, job, cloud.world.clock.now())
    version = call.query.get("api-version", "")
    location = f"{cloud.address}{workspace.id}/standinOperations/{job.name}?api-version={version}"
    return Answer(202, b"", {"Location": location, **_retry_after(cloud)})


def poll_cancel(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """How far a cancel has come: 202 until the job has ended."""
    if cloud.behaviour.cancel_unsupported_poll:
        raise not_found("Operation", call.name)
    workspace = cloud.workspace(call)
    job = workspace.job(call.name)
    if job.state.status in ENDED:
        return answer({})
    return Answer(202, b"", {"Location": f"{cloud.address}{call.path}", **_retry_after(cloud)})


def _update(cloud: Cloud, workspace: Workspace, job: Job, properties: Mapping[str, Any]) -> None:
    sent = {**_lasting(properties), "computeId": job.body.get("computeId")}
    if _compute(workspace, properties.get("computeId")).lower() != job.compute.lower():
        sent["computeId"] = properties.get("computeId")
    changed = sorted(
        key
        for key in {*sent, *job.body}
        if _plain(sent.get(key), key) != _plain(job.body.get(key), key)
    )
    if (properties.get("experimentName") or "Default") != job.experiment:
        changed.append("experimentName")
    if changed:
        raise immutable(",  ".join(key[0].upper() + key[1:] for key in changed))
    state = job.state
    wanted = {
        "display_name": properties.get("displayName") or state.display_name,
        "description": properties.get("description") or state.description,
        # A PUT adds tags and properties; those that it leaves out stay.
        "tags": {**state.tags, **(properties.get("tags") or {})},
        "properties": {**state.properties, **(properties.get("properties") or {})},
        "archived": bool(properties.get("isArchived", state.archived)),
    }
    if all(getattr(state, key) == value for key, value in wanted.items()):
        if cloud.behaviour.identical_put == "conflict":
            raise immutable("Settings")
        return
    workspace.change(job, cloud.world.clock.now(), **wanted)


def _lasting(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a body that may never change."""
    return {
        key: value
        for key, value in properties.items()
        if key not in MUTABLE and key not in READ_ONLY
    }


def _plain(value: Any, key: str = "") -> Any:
    """A value without what means nothing: nulls, empty maps, and the output each job gets."""
    if isinstance(value, dict):
        kept = {name: _plain(each) for name, each in value.items()}
        if key == "outputs":
            kept.pop("default", None)
        return {name: each for name, each in kept.items() if each is not None} or None
    if isinstance(value, list):
        return [_plain(each) for each in value] or None
    return value


def _compute(workspace: Workspace, compute: str | None) -> str:
    """The name of a compute in the workspace; virtual clusters keep their full id."""
    if not compute:
        return "serverless"
    low = compute.lower()
    if "/virtualclusters/" in low:
        return compute
    prefix = f"{workspace.id.lower()}/computes/"
    if not low.startswith(prefix):
        raise user_error(f"'{compute}' is no compute of this workspace.", "BadArgument")
    name = compute[len(prefix) :]
    if name.lower() not in workspace.computes:
        raise user_error(f"Unknown compute target '{name}'.", "ComputeTargetNotFound")
    return name


def _listed(job: Job, query: Mapping[str, str]) -> bool:
    if job.parent is not None:
        return False
    view = query.get("listViewType", "ActiveOnly")
    if view != "All" and job.state.archived != (view == "ArchivedOnly"):
        return False
    if "jobType" in query and job.kind.lower() != query["jobType"].lower():
        return False
    return "tag" not in query or query["tag"].partition("=")[0] in job.state.tags


def _skip(job: Job) -> str:
    return base64.urlsafe_b64encode(f"{job.created!r} {job.name}".encode()).decode()


def _position(skip: str) -> tuple[float, str]:
    try:
        created, _, name = base64.urlsafe_b64decode(skip).decode().partition(" ")
        return (float(created), name)
    except ValueError:
        raise user_error("The $skip token is not valid.", "BadArgument") from None


def _retry_after(cloud: Cloud) -> dict[str, str]:
    pause = cloud.behaviour.poll_after_ms
    return {} if pause is None else {"x-ms-retry-after-ms": str(pause)}
