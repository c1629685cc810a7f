"""A region's own services: the studio's index, run history and execution."""

from __future__ import annotations

from typing import Any

import orjson

from .cloud import Answer, Cloud, answer, document
from .documents import index_entity, run_document
from .errors import not_found, user_error
from .index_query import parse, run
from .routing import Call
from .world import Job, Workspace


def query_index(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """One page of the index's entities."""
    workspace = cloud.workspace(call)
    query = parse(document(body), cloud.behaviour)
    page = run(query, cloud.replica(workspace), cloud.behaviour)
    payloads = []
    for entry in page.entries:
        if entry.payload is None:
            made = index_entity(workspace, entry.job, entry.state, cloud.behaviour)
            # Copied, as orjson's own result keeps the large buffer that it was written into.
            entry.payload = bytes(memoryview(orjson.dumps(made)))
        payloads.append(entry.payload)
    strange = [
        entity
        for entity in workspace.entities
        if all(each.admits(entity) for each in query.filters)
    ]
    if query.after is None:
        payloads.extend(orjson.dumps(entity) for entity in strange)
    tail: dict[str, Any] = {
        "nextSkip": query.seen + len(payloads),
        "continuationToken": page.token,
        "shardErrors": {},
        "canSupportSkip": True,
    }
    if query.with_total:
        tail |= dict.fromkeys(cloud.behaviour.total_fields, page.total + len(strange))
    return Answer(200, b'{"value":[' + b",".join(payloads) + b"]," + orjson.dumps(tail)[1:])


def patch_run(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """Merges tags and properties into a run; renames it, or hides it."""
    workspace = cloud.workspace(call)
    job = _run(workspace, call)
    sent = document(body)
    fields: dict[str, Any] = {}
    for key, name in (("tags", "tags"), ("properties", "properties")):
        if sent.get(key):
            fields[name] = {**getattr(job.state, name), **sent[key]}
    for key, name in (
        ("displayName", "display_name"),
        ("description", "description"),
        ("hidden", "archived"),
    ):
        if sent.get(key) is not None:
            fields[name] = sent[key]
    if fields:
        workspace.change(job, cloud.world.clock.now(), **fields)
    return answer(run_document(workspace, job))


def get_run(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """A run, as run history shows it."""
    workspace = cloud.workspace(call)
    return answer(run_document(workspace, _run(workspace, call)))


def get_run_details(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """A run's details: its status, its error, and the addresses of its logs."""
    workspace = cloud.workspace(call)
    job = _run(workspace, call)
    address = f"{cloud.address}/blob/logs/{workspace.guid}/{job.name}/std_log.txt?sig=standin"
    document = run_document(workspace, job)
    document["logFiles"] = {"user_logs/std_log.txt": address} if job.log else {}
    cloud.blobs[f"logs/{workspace.guid}/{job.name}/std_log.txt"] = (job.log.encode(), {})
    return answer(document)


def resume_run(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """Queues a paused job again, unless its time is up."""
    workspace = cloud.workspace(call)
    job = _run(workspace, call)
    if job.expired:
        raise user_error(
            f"Job {job.name} cannot be resumed: it exceeded max job execution time.",
            "BadArgument",
        )
    cloud.lifecycle.resume(workspace, job, cloud.world.clock.now())
    return answer({})


def _run(workspace: Workspace, call: Call) -> Job:
    job = workspace.job(call.name)
    if call.experiment and call.experiment != job.experiment:
        raise not_found(f"Experiment {call.experiment} with run", call.name)
    return job
