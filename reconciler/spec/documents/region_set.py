"""`kind: RegionSet`: a fleet that several workforces share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from reconciler.spec.documents.base import MOST_ENTRIES, Document, Name, NameKey, not_too_long
from reconciler.spec.documents.region import Region


class RegionSet(Document):
    """Regions that a workforce takes over with `region_set`, and changes where it needs to."""

    not_here = {  # noqa: RUF012  # it is a ClassVar of the base, and pydantic takes it for one
        "region_set": "a set doesn't take over another: write its regions out",
        "region_defaults": "it is a key of workforces and of Defaults",
    }

    kind: Literal["RegionSet"] = Field(description="What this document declares.")
    name: Name = Field(
        description="The set's name, for `region_set` of a workforce.", examples=["cpu-fleet"]
    )
    regions: Annotated[dict[NameKey, Region], BeforeValidator(not_too_long)] = Field(
        min_length=1,
        max_length=MOST_ENTRIES,
        description="The regions by name, `{}` for one without own settings.",
        examples=[{"eastus": {"max": 50}, "uksouth": {}}],
    )
