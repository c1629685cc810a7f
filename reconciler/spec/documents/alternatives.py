"""Values that may be one of several things: a text or a map, a map of this type or that.

Which one a value is meant to be is told first, so that the writer gets the errors of that one
alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from reconciler.spec.documents.base import MOST_ENTRIES, MapText

# In brackets, as pydantic's own mark of a key: no key of a spec, and left out of an error's path.
TEXT = "[text]"
MAP = "[map]"


def is_tag(step: str | int) -> bool:
    """Whether a step of an error's path names an alternative rather than a key."""
    return isinstance(step, str) and step.startswith("[") and step.endswith("]")


def text_or(model: Any) -> Any:
    """A text, or a map that `model` describes."""

    def which(value: Any) -> str | None:
        if isinstance(value, (Mapping, model)):
            return MAP
        return TEXT if isinstance(value, (str, int, float)) else None

    told = Discriminator(
        which, custom_error_type="text_or_map", custom_error_message="should be text or a map"
    )
    return Annotated[Annotated[MapText, Tag(TEXT)] | Annotated[model, Tag(MAP)], told]


def by_type(models: Mapping[str, Any]) -> Any:
    """A map whose `type` says which of the models it follows."""
    words = list(models)
    names = f"{', '.join(words[:-1])} or {words[-1]}"

    def which(value: Any) -> str | None:
        found = value.get("type") if isinstance(value, Mapping) else getattr(value, "type", None)
        chosen = word(found)
        return f"[{chosen}]" if isinstance(chosen, str) and chosen in models else None

    told = Discriminator(
        which,
        custom_error_type="kind_of_map",
        custom_error_message=f"should be a map whose `type` is {names}",
    )
    annotated: Any = Annotated  # made while running: no type for a checker to read
    union: Any = None
    for name, model in models.items():
        tagged = annotated[model, Tag(f"[{name}]")]
        union = tagged if union is None else union | tagged
    return Annotated[union, told]


def word(value: Any) -> Any:
    """AzureML's fixed words: it takes them in any case, and some in the form of its API."""
    if not isinstance(value, str):
        return value
    written = value.lower()
    return {"useridentity": "user_identity", "amltoken": "aml_token"}.get(written, written)


Word = BeforeValidator(word)


def _bounded(value: Any) -> Any:
    waiting, entries = [value], 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, float) and not math.isfinite(one):
            raise ValueError("holds a number that JSON has no form for: put it in quotes")
        if isinstance(one, (Mapping, list)):
            entries += len(one)
            if entries > MOST_ENTRIES:
                raise PydanticCustomError(
                    "too_long", "too many entries", {"max_length": MOST_ENTRIES}
                )
            waiting.extend(one.values() if isinstance(one, Mapping) else one)
    return value


AnyMap = Annotated[dict[str, Any], BeforeValidator(_bounded)]
"""A map that is handed on unread."""

AnyValue = Annotated[
    Any, BeforeValidator(_bounded), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
"""A value that is handed on unread."""
