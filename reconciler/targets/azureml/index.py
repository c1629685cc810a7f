"""Queries of the studio's index: one page at a time.

`POST {host}/index/v1.0{workspace}/entities` is what the studio itself sends. It is not documented;
where it may answer one way or another, `Dialect` remembers which, and callers do without what it
refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from reconciler.azure.decoding import BAD_JSON
from reconciler.azure.errors import ServiceFailure, Trouble, malformed
from reconciler.azure.pipeline import Connections
from reconciler.targets.azureml.entities import Page, read_page
from reconciler.targets.azureml.places import Place

LARGEST_PAGE = 100
CREATED = "properties/creationContext/createdTime"
EXPERIMENT = "properties/experimentName"
STATUS = "annotations/status"
PROJECT = "annotations/tags/reconciler.project"

ENDED_STATUSES = ("Completed", "Failed", "Canceled")
LISTED_STATUSES = (
    "Not started",
    "NotStarted",
    "Queued",
    "Validating",
    "Preparing",
    "Provisioning",
    "Starting",
    "Waiting",
    "Running",
    "Finalizing",
    "Paused",
    "Not responding",
    "NotResponding",
    "Cancel requested",
    "CancelRequested",
)
"""Every status that isn't an end, in both spellings, for an index that can't say "none of"."""


@dataclass(slots=True)
class Dialect:
    """What the index was found to understand; each is taken for granted until it is refused."""

    negation: bool = True
    """The operator `ne`."""
    times: bool = True
    """Conditions on the time of creation."""
    tags: bool = True
    """Conditions on a tag."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter of a query."""

    field: str
    operator: str
    values: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {"field": self.field, "operator": self.operator, "values": self.values}


def one_of(field: str, values: Sequence[str]) -> Condition:
    return Condition(field, "eq", tuple(values))


def none_of(field: str, values: Sequence[str]) -> Condition:
    return Condition(field, "ne", tuple(values))


def is_refusal(failure: ServiceFailure) -> bool:
    """Whether the index said that it doesn't understand the query."""
    return failure.trouble is Trouble.ANSWER and failure.status == 400


class Index:
    """The index of one workspace. `service_time` is its clock at the last answer, for ages."""

    def __init__(
        self, connections: Connections, scope: str, host: str, place: Place, dialect: Dialect
    ) -> None:
        self._connections = connections
        self._scope = scope
        self._url = f"{host}/index/v1.0{place.id}/entities"
        self.place = place
        self.dialect = dialect
        self.service_time = datetime.now(UTC)

    async def page(
        self,
        conditions: Sequence[Condition],
        *,
        token: str | None = None,
        descending: bool = False,
        size: int = LARGEST_PAGE,
    ) -> Page:
        """One page of the runs that meet all conditions, in order of creation.

        Raises ServiceFailure, also where the index says that a part of it didn't answer.
        """
        filters = [one_of("type", ["runs"]), *conditions]
        body = {
            "filters": [condition.as_json() for condition in filters],
            "order": [{"field": CREATED, "direction": "Desc" if descending else "Asc"}],
            "freeTextSearch": "",
            "pageSize": size,
            "includeTotalResultCount": True,
            "searchBuilder": "AppendPrefix",
            "continuationToken": token,
        }
        answer = await self._connections.read(
            "POST", self._url, scope=self._scope, content=msgspec.json.encode(body)
        )
        self.service_time = _date(answer.headers.get("Date")) or datetime.now(UTC)
        try:
            page = read_page(answer.body, self.place.key, self.service_time)
        except BAD_JSON as error:
            raise malformed(self._url, f"no page of entities: {error}") from error
        if page.has_shard_errors:
            raise malformed(self._url, "a part of its entities: shards of the index failed")
        return page

    async def total(self, conditions: Sequence[Condition]) -> int | None:
        """How many runs meet the conditions; None where the index doesn't say."""
        return (await self.page(conditions, size=1)).total


def _date(header: str | None) -> datetime | None:
    if not header:
        return None
    try:
        found = parsedate_to_datetime(header)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
