"""`kind: Targets`: the places that run workers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from reconciler.spec.documents.base import MOST_ENTRIES, Document, NameKey, not_too_long


class Targets(Document):
    """Places that run workers. A project may have several such documents.

    What stands under a kind's key is checked against that kind's own settings.
    """

    kind: Literal["Targets"] = Field(description="What this document declares.")
    defaults: Annotated[dict[str, dict[str, Any]], BeforeValidator(not_too_long)] = Field(
        default_factory=dict,
        description=(
            "Settings by kind of target, which the targets of that kind in this document take "
            "where they don't set the key themselves."
        ),
        examples=[{"local": {"slots": 4}}],
    )
    targets: Annotated[dict[NameKey, dict[str, dict[str, Any]]], BeforeValidator(not_too_long)] = (
        Field(
            max_length=MOST_ENTRIES,
            description=(
                "The targets by name. Each has one key, its kind, with that kind's settings; "
                "a target `{}` is of the one kind that `defaults` has."
            ),
            examples=[{"laptop": {"local": {"slots": 4}}}],
        )
    )
