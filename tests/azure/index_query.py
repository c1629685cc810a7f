"""Queries of the studio's index: filters, order, pages. Pure."""

from __future__ import annotations

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .behaviour import Behaviour
from .clock import timestamp
from .documents import RUN_TYPES, index_status
from .errors import user_error
from .replica import Entry, Replica

CREATED = "properties/creationContext/createdTime"
LARGEST_PAGE = 100
BOUNDS = ("ge", "gt", "le", "lt")

FIELDS: dict[str, Callable[[Entry], Any]] = {
    "type": lambda entry: "runs",
    "annotations/archived": lambda entry: "true" if entry.state.archived else "false",
    "annotations/status": lambda entry: index_status(entry.state.status),
    "annotations/displayName": lambda entry: entry.state.display_name,
    "properties/experimentName": lambda entry: entry.job.experiment,
    "properties/runId": lambda entry: entry.job.name,
    "properties/parentRunId": lambda entry: entry.job.parent,
    "properties/rootRunId": lambda entry: entry.job.parent or entry.job.name,
    "properties/runType": lambda entry: RUN_TYPES.get(entry.job.kind, "azureml.scriptrun"),
    "properties/compute/target": lambda entry: entry.job.compute.rsplit("/", 1)[-1],
    CREATED: lambda entry: timestamp(entry.job.created, "+00:00"),
}
MAPS: dict[str, Callable[[Entry], Any]] = {
    "annotations/tags/": lambda entry: entry.state.tags,
    "properties/userProperties/": lambda entry: entry.state.properties,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: the field's value is (not) among the values, or compares so with the first."""

    field: str
    operator: str
    values: tuple[str, ...]

    def test(self) -> Callable[[Entry], bool]:
        """The condition as a function."""
        read, values = _reader(self.field), frozenset(self.values)
        match self.operator:
            case "eq":
                return lambda entry: read(entry) in values
            case "ne":
                return lambda entry: read(entry) not in values
        bound = self.values[0]
        match self.operator:
            case "gt":
                return lambda entry: str(read(entry)) > bound
            case "ge":
                return lambda entry: str(read(entry)) >= bound
            case "lt":
                return lambda entry: str(read(entry)) < bound
            case _:
                return lambda entry: str(read(entry)) <= bound

    def admits(self, entity: dict[str, Any]) -> bool:
        """Whether an entity of another shape passes: what it lacks doesn't speak against it."""
        value: Any = entity
        for part in self.field.split("/"):
            if not isinstance(value, dict) or part not in value:
                return True
            value = value[part]
        found = str(value).lower() if isinstance(value, bool) else value
        return self.operator not in ("eq", "ne") or (found in self.values) == (
            self.operator == "eq"
        )


@dataclass(frozen=True, slots=True)
class Query:
    """A request for one page of entities, checked."""

    filters: tuple[Filter, ...]
    descending: bool
    page_size: int
    with_total: bool
    after: tuple[float, str] | None
    seen: int


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of one page, the number of all matches, and where the next page begins."""

    entries: list[Entry]
    total: int
    token: str | None


def parse(body: dict[str, Any], behaviour: Behaviour) -> Query:
    """Checks a request's body; raises `ServiceError` 400 for what the index doesn't know."""
    filters = []
    for raw in body.get("filters") or []:
        name, operator = str(raw.get("field")), str(raw.get("operator"))
        if operator not in behaviour.operators:
            raise user_error(f"The filter operator '{operator}' is not supported.", "BadArgument")
        if name in behaviour.refused_fields:
            raise user_error(f"The field '{name}' can't be filtered on.", "BadArgument")
        _reader(name)
        values = tuple(str(value) for value in raw.get("values") or ())
        if name == CREATED and len(values) == 1:
            values = (_seven_decimals(values[0]),)
        if not values:
            raise user_error(f"The filter on '{name}' has no values.", "BadArgument")
        filters.append(Filter(name, operator, values))
    order = body.get("order") or [{"field": CREATED, "direction": "Asc"}]
    if len(order) != 1 or order[0].get("field") != CREATED:
        raise user_error("The stand-in's index orders by creation time alone.", "BadArgument")
    size = body.get("pageSize", 30)
    if not isinstance(size, int) or not 0 < size <= LARGEST_PAGE:
        raise user_error(f"pageSize must be 1 to {LARGEST_PAGE}, not {size}.", "BadArgument")
    after, seen = _read_token(body.get("continuationToken"))
    return Query(
        filters=tuple(filters),
        descending=str(order[0].get("direction", "Asc")).lower().startswith("desc"),
        page_size=size,
        with_total=bool(body.get("includeTotalResultCount")),
        after=after,
        seen=seen,
    )


def run(query: Query, replica: Replica, behaviour: Behaviour) -> Page:
    """The page of `replica` that the query asks for."""
    matches = _matches(query.filters, replica)
    room = behaviour.paging_limit - query.seen
    refusing = behaviour.past_paging_limit == "error"
    if refusing and query.page_size > room:
        raise user_error(f"Paging ends at {behaviour.paging_limit} entities.", "BadArgument")
    size = max(0, min(query.page_size, room))
    if query.descending:
        end = len(matches)
        if query.after is not None:
            end = bisect_right(matches, query.after, key=lambda each: each.sort_key)
            end -= bool(end and matches[end - 1].sort_key == query.after)
        entries = matches[max(0, end - size) : end][::-1]
        more = end - size > 0
    else:
        start = 0
        if query.after is not None:
            start = bisect_right(matches, query.after, key=lambda each: each.sort_key)
        entries = matches[start : start + size]
        more = start + size < len(matches)
    token = None
    full = len(entries) == query.page_size
    allowed = refusing or query.seen + len(entries) < behaviour.paging_limit
    if full and allowed and (more or behaviour.full_page_continues):
        token = _write_token(entries[-1].sort_key, query.seen + len(entries))
    return Page(entries, len(matches), token)


def _matches(filters: tuple[Filter, ...], replica: Replica) -> list[Entry]:
    """All matching entries in order of creation: a stretch of those that meet all but times."""
    times = [each for each in filters if each.field == CREATED and each.operator in BOUNDS]
    matches = _untimed_matches(tuple(each for each in filters if each not in times), replica)
    begin, end = 0, len(matches)
    for each in times:
        # Entries stand in order of creation, and times as text compare as times do.
        find = bisect_left if each.operator in ("ge", "lt") else bisect_right
        edge = find(matches, each.values[0], key=FIELDS[CREATED])
        if each.operator in ("ge", "gt"):
            begin = max(begin, edge)
        else:
            end = min(end, edge)
    return matches[begin:end] if times else matches


def _untimed_matches(filters: tuple[Filter, ...], replica: Replica) -> list[Entry]:
    """All matching entries in order of creation, kept until the copy changes."""
    kept = replica.cache.get(filters)
    if kept is not None and kept[0] == replica.stamp:
        return kept[1]
    chosen = set(replica.experiments)
    rest = []
    for each in filters:
        if each.field == "properties/experimentName" and each.operator == "eq":
            chosen &= set(each.values)
        elif each.field == "type" and each.operator == "eq":
            chosen = chosen if "runs" in each.values else set()
        else:
            rest.append(each.test())
    matches = [entry for name in chosen for entry in replica.experiments[name]]
    for test in rest:
        matches = [entry for entry in matches if test(entry)]
    if len(chosen) > 1:
        matches.sort(key=lambda entry: entry.sort_key)
    if len(replica.cache) > 50:
        replica.cache.clear()
    replica.cache[filters] = (replica.stamp, matches)
    return matches


def _reader(field: str) -> Callable[[Entry], Any]:
    if field in FIELDS:
        return FIELDS[field]
    for prefix, read in MAPS.items():
        if field.startswith(prefix):
            key = field.removeprefix(prefix)
            return lambda entry: read(entry).get(key)
    raise user_error(f"The field '{field}' is not known to the index.", "BadArgument")


def _seven_decimals(moment: str) -> str:
    """A time in the index's own notation, so that times compare as text."""
    try:
        return timestamp(datetime.fromisoformat(moment).timestamp(), "+00:00")
    except ValueError:
        raise user_error(f"'{moment}' is no time.", "BadArgument") from None


def _write_token(key: tuple[float, str], seen: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([*key, seen]).encode()).decode()


def _read_token(token: object) -> tuple[tuple[float, str] | None, int]:
    if token is None:
        return None, 0
    try:
        created, name, seen = json.loads(base64.urlsafe_b64decode(str(token)))
        return (float(created), str(name)), int(seen)
    except ValueError:
        raise user_error("The continuation token is not valid.", "BadArgument") from None
