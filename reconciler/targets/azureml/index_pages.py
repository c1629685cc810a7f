"""Pages of one index query, one after the other, and whether they are all there are.

What was read is compared with the number of entities that the index says there are. Jobs that
come and go meanwhile move that number, so what was read must lie between its lowest and highest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.azure.errors import malformed
from reconciler.targets.azureml.entities import Page
from reconciler.targets.azureml.index import Condition, Index
from reconciler.targets.azureml.merging import gather
from reconciler.targets.azureml.sightings import Sighting


@dataclass(slots=True)
class Tally:
    """What pages of one query gave so far, and how many entities the index says there are."""

    found: dict[str, Sighting] = field(default_factory=dict)
    identities: set[str] = field(default_factory=set)
    lowest: int | None = None
    highest: int | None = None

    def take(self, page: Page) -> None:
        gather(page.sightings, self.found)
        self.identities |= page.identities
        if page.total is not None:
            self.lowest = page.total if self.lowest is None else min(self.lowest, page.total)
            self.highest = page.total if self.highest is None else max(self.highest, page.total)

    @property
    def has_all(self) -> bool:
        """Whether as many were read as there are at most: another page could only be empty."""
        return self.highest is not None and len(self.identities) >= self.highest

    @property
    def agrees(self) -> bool:
        """Whether what was read is what there is; without a total its end has to do."""
        if self.lowest is None or self.highest is None:
            return True
        return self.lowest <= len(self.identities) <= self.highest


async def read_pages(
    index: Index, conditions: Sequence[Condition], first: Page | None = None
) -> Tally:
    """All pages of a query, one after the other, beginning with `first` where it is there."""
    tally = Tally()
    page = first or await index.page(conditions)
    tally.take(page)
    tokens: set[str] = set()
    while page.token is not None and not tally.has_all:
        if page.token in tokens:
            raise malformed("the index", "the same continuation token again")
        tokens.add(page.token)
        page = await index.page(conditions, token=page.token)
        tally.take(page)
    return tally
