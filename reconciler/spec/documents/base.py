"""What all documents share: strictness, and texts that are taken as the source has them."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from reconciler.spec.tree import SourceMap
from reconciler.values.count import Count
from reconciler.values.names import NAME_RULE, is_name

MOST_WORKERS = 1_000_000
"""Above every service's limits; it keeps slips of the keyboard from becoming plans."""

MOST_ENTRIES = 1_000
"""In a map whose keys the writer chooses: regions, variables, tags."""

_MOST_KEYS = 100
_FURTHEST_PRIORITY = 1_000_000
_TEXT_MARK = "the source's text"
_NAME = "^[a-z0-9][a-z0-9-]{0,39}$"


class Document(BaseModel):
    """A map of a spec with known keys.

    Fields of the type `Text` and `Name` take an unquoted scalar as it is written: `1.10`, `0123`
    and `true` are those texts. That needs the map they stand in, which knows its source.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    text_fields: ClassVar[tuple[str, ...]] = ()
    not_here: ClassVar[Mapping[str, str]] = {}
    """Keys that writers look for in this map, with what to do instead."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.text_fields = tuple(
            name
            for name, field in cls.model_fields.items()
            if _TEXT_MARK in field.metadata or _holds_text(field.annotation)
        )

    @model_validator(mode="before")
    @classmethod
    def _take_texts_from_source(cls, data: Any) -> Any:
        if type(data) is not SourceMap:
            return data
        if len(data) > _MOST_KEYS:
            raise _too_long(_MOST_KEYS)
        replaced: dict[str, object] | None = None
        for name in cls.text_fields:
            value = data.get(name)
            if isinstance(value, (bool, int, float)):
                if replaced is None:
                    replaced = dict(data)
                replaced[name] = data.text_of(name, value)
        return data if replaced is None else replaced


def _holds_text(annotation: Any) -> bool:
    """Whether a type is, or may be, a text as it is written: `Name | None`."""
    if get_origin(annotation) is Annotated:
        return _TEXT_MARK in annotation.__metadata__
    return get_origin(annotation) in (Union, UnionType) and any(
        _holds_text(member) for member in get_args(annotation)
    )


def texts_of_map(data: Any) -> Any:
    """For a field that is a map of texts: its values as they are written. A `BeforeValidator`."""
    if type(data) is not SourceMap:
        return data
    if len(data) > MOST_ENTRIES:
        raise _too_long(MOST_ENTRIES)
    return {
        key: data.text_of(key, value) if isinstance(value, (bool, int, float)) else value
        for key, value in data.items()
    }


def not_too_long(data: Any) -> Any:
    """For a field that is a map of any keys: refuses one that is very long. A `BeforeValidator`.

    Pydantic looks at the length after it has looked at, and complained of, every entry.
    """
    if isinstance(data, dict) and len(data) > MOST_ENTRIES:
        raise _too_long(MOST_ENTRIES)
    return data


def _too_long(most: int) -> PydanticCustomError:
    return PydanticCustomError("too_long", "too many entries", {"max_length": most})


def _check_name(text: str) -> str:
    if not is_name(text):
        raise ValueError(f"is not a name: {NAME_RULE}")
    return text


def _read_count(value: Any) -> Count:
    if isinstance(value, Count):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= MOST_WORKERS:
            raise ValueError(f"should be from 0 to {MOST_WORKERS}")
        return Count(value)
    if isinstance(value, str):
        return Count.parse(value)
    raise ValueError('should be a whole number or a percentage like "30%"')


_SCALAR = {"type": ["string", "number", "boolean"]}

Text = Annotated[str, _TEXT_MARK, WithJsonSchema(_SCALAR)]
"""A text; an unquoted scalar that YAML reads as a number or a truth value counts as written."""

MapText = Annotated[str, WithJsonSchema(_SCALAR)]
"""A text in a map of texts: see `texts_of_map`."""

Name = Annotated[
    str, _TEXT_MARK, AfterValidator(_check_name), WithJsonSchema({**_SCALAR, "pattern": _NAME})
]
"""What names a project, workforce, target or region."""

NameKey = Annotated[
    str, AfterValidator(_check_name), WithJsonSchema({"type": "string", "pattern": _NAME})
]
"""A name that is a key: keys are texts anyway."""

CountValue = Annotated[
    Count,
    BeforeValidator(_read_count),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": MOST_WORKERS},
                {"type": "string", "pattern": r"^([0-9]{1,9}|[0-9]{1,2}%|0[0-9]{2}%|100%)$"},
            ]
        }
    ),
]
"""A number of workers, or a share of them."""

WorkerNumber = Annotated[int, Field(ge=0, le=MOST_WORKERS)]
"""How many workers."""

Priority = Annotated[int, Field(ge=-_FURTHEST_PRIORITY, le=_FURTHEST_PRIORITY)]
"""Higher comes first."""
