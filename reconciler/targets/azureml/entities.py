"""Pages of the studio's index, from JSON to sightings. Pure.

The index is not documented: what is read here was seen, anything else is passed over. A page of
entities in the usual shape is decoded at once; where one differs, each is taken for itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from reconciler.azure.decoding import part, text
from reconciler.targets.azureml.sightings import Sighting, sighting, time_of

OTHER_TYPES = frozenset(
    {
        "hyperdrive",
        "azureml.hyperdrive",
        "azureml.pipelinerun",
        "azureml.pipeline",
        "azureml.steprun",
        "azureml.sweep",
        "automl",
        "azureml.automl",
        "finetuning",
        "labeling",
        "spark",
        "azureml.sparkrun",
    }
)
"""Run types, in lower case, that are no command jobs. A type that isn't listed counts: a worker
taken for something else would be hired again."""


class _Shape(msgspec.Struct, rename="camel", gc=False):
    """A part of an entity. Keys that aren't named are passed over."""


class _Compute(_Shape):
    target: str | None = None
    arm_id: str | None = None


class _Creation(_Shape):
    created_time: str | None = None


class _Error(_Shape):
    message: str | None = None


class _Annotations(_Shape):
    status: str | None = None
    tags: dict[str, str] | None = None
    error: _Error | None = None
    end_time_utc: str | None = None


class _Properties(_Shape):
    run_id: str | None = None
    experiment_name: str | None = None
    parent_run_id: str | None = None
    root_run_id: str | None = None
    run_type: str | None = None
    creation_context: _Creation | None = None
    compute: _Compute | None = None


class _Entity(_Shape):
    properties: _Properties
    annotations: _Annotations
    type: str | None = None


class _Page(_Shape):
    value: list[_Entity]
    continuation_token: str | None = None
    total_count: int | None = None
    total_result_count: int | None = None
    shard_errors: dict[str, Any] | list[Any] | None = None


class _LoosePage(_Shape):
    value: list[msgspec.Raw]
    continuation_token: str | None = None
    total_count: int | None = None
    total_result_count: int | None = None
    shard_errors: dict[str, Any] | list[Any] | None = None


_read_page = msgspec.json.Decoder(_Page).decode
_read_loose_page = msgspec.json.Decoder(_LoosePage).decode
_read_entity = msgspec.json.Decoder(_Entity).decode


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query's result.

    `identities` has one entry for each entity, those that are no jobs too: with them the number
    of entities is compared with `total`, what the index says there are (None: it doesn't say).
    `first` and `last` are creation times as the index wrote them.
    """

    sightings: tuple[Sighting, ...]
    identities: frozenset[str]
    total: int | None
    token: str | None
    first: str | None
    last: str | None
    has_shard_errors: bool


def read_page(body: bytes, workspace: str, now: datetime) -> Page:
    """A page from the body of an answer. `now` stands for creation times that are not told.

    Raises one of `decoding.BAD_JSON` where the body is no page at all.
    """
    try:
        page: _Page | _LoosePage = _read_page(body)
        entities: list[_Entity | msgspec.Raw] = list(page.value)
    except msgspec.ValidationError:
        page = _read_loose_page(body)
        entities = list(page.value)
    found: list[Sighting] = []
    identities: set[str] = set()
    times: list[str] = []
    for one in entities:
        entity = one if isinstance(one, _Entity) else _leniently(bytes(one))
        seen = None if entity is None else _sighting(entity, workspace, now)
        if seen is not None:
            found.append(seen)
            identities.add(seen.worker.id.lower())
            created = entity.properties.creation_context if entity is not None else None
            if created is not None and created.created_time:
                times.append(created.created_time)
        else:
            raw = msgspec.json.encode(one) if isinstance(one, _Entity) else bytes(one)
            identities.add(f"\0{hashlib.sha256(raw).hexdigest()}")
    total = page.total_result_count if page.total_result_count is not None else page.total_count
    return Page(
        sightings=tuple(found),
        identities=frozenset(identities),
        total=total,
        token=page.continuation_token or None,
        first=times[0] if times else None,
        last=times[-1] if times else None,
        has_shard_errors=bool(page.shard_errors),
    )


def _sighting(entity: _Entity, workspace: str, now: datetime) -> Sighting | None:
    """The job that an entity shows; None where it shows none."""
    properties, annotations = entity.properties, entity.annotations
    name = properties.run_id
    if not name or entity.type not in (None, "runs"):
        return None
    compute = properties.compute or _Compute()
    return sighting(
        workspace,
        name,
        properties.experiment_name or "",
        annotations.status,
        time_of(_created(properties)) or now,
        tags=annotations.tags,
        compute=compute.arm_id or compute.target,
        note=annotations.error.message if annotations.error else None,
        ended=annotations.end_time_utc,
        counts=_is_root(properties) and (properties.run_type or "").lower() not in OTHER_TYPES,
    )


def _created(properties: _Properties) -> str | None:
    return properties.creation_context.created_time if properties.creation_context else None


def _is_root(properties: _Properties) -> bool:
    name = properties.run_id
    return properties.parent_run_id in (None, "", name) and properties.root_run_id in (
        None,
        "",
        name,
    )


def _leniently(raw: bytes) -> _Entity | None:
    """An entity whose parts may be missing or of other types: what can be read of it."""
    try:
        return _read_entity(raw)
    except msgspec.ValidationError:
        pass
    document = msgspec.json.decode(raw)
    if not isinstance(document, dict):
        return None
    annotations, properties = part(document, "annotations"), part(document, "properties")
    compute = part(properties, "compute")
    tags = part(annotations, "tags")
    return _Entity(
        type=text(document, "type"),
        annotations=_Annotations(
            status=text(annotations, "status"),
            tags={key: value for key, value in tags.items() if isinstance(value, str)},
            error=_Error(text(part(annotations, "error"), "message")),
            end_time_utc=text(annotations, "endTimeUtc"),
        ),
        properties=_Properties(
            run_id=text(properties, "runId"),
            experiment_name=text(properties, "experimentName"),
            parent_run_id=text(properties, "parentRunId"),
            root_run_id=text(properties, "rootRunId"),
            run_type=text(properties, "runType"),
            creation_context=_Creation(text(part(properties, "creationContext"), "createdTime")),
            compute=_Compute(text(compute, "target"), text(compute, "armId")),
        ),
    )
