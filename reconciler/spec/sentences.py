"""What pydantic found, as sentences for the writer of a spec, with places in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag

from reconciler.spec.documents.alternatives import is_tag
from reconciler.spec.documents.base import Document
from reconciler.spec.issues import SpecIssue, did_you_mean, shorten
from reconciler.spec.tree import SourceDocument, SourceMap
from reconciler.values.key_path import key_path

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_QUOTED = re.compile(r"'([^']*)'")
_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_KEY_ITSELF = "[key]"
_IN_MANY_MAPS = frozenset({"name", "type", "description", "compute"})
"""Keys that say nothing of where they would belong."""
_IN_ERRORS_OF_KEYS = 50
"""Where a map has more known keys than this, an error doesn't list them."""


@dataclass(frozen=True, slots=True)
class Place:
    """The part of a document that a model was given."""

    source: SourceDocument
    path: tuple[str | int, ...] = ()

    def value(self, *steps: str | int) -> object:
        """What is there in the source; None where nothing is."""
        here: object = self.source.root
        for step in (*self.path, *steps):
            if isinstance(here, (SourceMap, list)):
                try:
                    here = here[step]  # type: ignore[index]  # a step that doesn't fit raises
                except (KeyError, IndexError, TypeError):
                    return None
            else:
                return None
        return here

    def issue(self, *steps: str | int, message: str, key: bool = False) -> SpecIssue:
        """Something to tell about the value at `steps`, or with `key` about its key."""
        path = (*self.path, *steps)
        return SpecIssue(self.source.locate(*path, key=key), key_path(*path), message)


def issue_of(error: ErrorDetails, model: type[BaseModel], place: Place) -> SpecIssue:
    """One of pydantic's errors about what stands at `place`."""
    tagged = error["loc"]
    is_key = bool(tagged) and tagged[-1] == _KEY_ITSELF
    steps = tuple(step for step in tagged if not is_tag(step))
    kind = error["type"]
    if kind == "missing":
        return SpecIssue(
            place.source.locate(*place.path, *steps[:-1], key=True),
            key_path(*place.path, *steps),
            "is missing",
        )
    if kind == "extra_forbidden":
        return place.issue(*steps, message=_unknown_key(model, place, steps, tagged), key=True)
    hint = _flow_hint(place, steps, error["input"])
    write = _SENTENCES.get(kind)
    if hint is not None:
        message = f"should be {_WANTED.get(kind, 'something else')}: {hint}"
    elif kind == "string_type" and isinstance(error["input"], Mapping):
        message = _no_reference(error["input"], steps)
    elif kind in _WANTED:
        message = f"should be {_WANTED[kind]}, {but(error['input'])}{_remedy(error)}"
        if error["input"] is None:
            message += _if_empty(kind, model, tagged)
    elif kind in ("incomplete", "own"):
        message = error["msg"]
    elif kind == "kind_of_map":
        message = f"{error['msg']}{_type_of(error['input'])}"
    elif write is not None:
        message = write(error.get("ctx", {}), error["input"])
    else:
        message = f"is not right: {error['msg'][:1].lower()}{error['msg'][1:]}"
    return place.issue(*steps, message=shorten(message, 400), key=is_key)


def describe(value: object) -> str:
    """A value for a message: `the text 'three'`, `1.5`, `a map`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return shorten(repr(value), 40)
    if isinstance(value, str):
        return f"the text '{shorten(value, 40)}'" if value else "an empty text"
    return "a map" if isinstance(value, Mapping) else "a list"


def but(value: object) -> str:
    """What a value is instead of what it should be."""
    return "but is empty" if value is None else f"not {describe(value)}"


_WANTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
    "list_type": "a list",
    "tuple_type": "a list",
    "number_or_auto": "a whole number or auto",
    "number_or_word": "hold, min or a whole number",
    "text_or_map": "text or a map",
}


def _choice(context: Mapping[str, Any], value: object) -> str:
    options = _QUOTED.findall(str(context.get("expected", "")))
    guess = did_you_mean(value, options) if isinstance(value, str) else ""
    return f"should be {in_words(options)}, {but(value)}{guess}"


def _own_sentence(context: Mapping[str, Any], value: object) -> str:
    sentence = str(context.get("error", ""))
    if sentence.startswith(("is ", "begins ")) and isinstance(value, str) and value.strip():
        return f"'{shorten(value)}' {sentence}"
    if sentence.startswith("should be"):
        return f"{sentence}, {but(value)}"
    return sentence


def _type_of(value: object) -> str:
    if not isinstance(value, Mapping):
        return f", {but(value)}"
    found = value.get("type")
    return ": it has no `type`" if found is None else f", not '{shorten(str(found))}'"


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any], object], str]] = {
    "enum": _choice,
    "literal_error": _choice,
    "value_error": _own_sentence,
    "greater_than": lambda c, v: f"should be more than {c['gt']}, {but(v)}",
    "greater_than_equal": lambda c, v: f"should be at least {c['ge']}, {but(v)}",
    "less_than": lambda c, v: f"should be less than {c['lt']}, {but(v)}",
    "less_than_equal": lambda c, v: f"should be at most {c['le']}, {but(v)}",
    "too_short": lambda _c, _v: "is empty: it needs at least one entry",
    "too_long": lambda c, _v: f"has more than {c['max_length']} entries",
}


def in_words(options: list[str]) -> str:
    """`a, b or c`."""
    return " or ".join([", ".join(options[:-1]), options[-1]] if len(options) > 1 else options)


_NUMBERS = ("int_type", "number_or_auto", "number_or_word")


def _remedy(error: ErrorDetails) -> str:
    value = error["input"]
    if error["type"] == "string_type" and isinstance(value, (bool, int, float)):
        return ": put it in quotes"
    if error["type"] == "float_type" and isinstance(value, str):
        return ": remove the quotes" if _DECIMAL.fullmatch(value) else ""
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
    return ": remove the quotes" if is_number and error["type"] in _NUMBERS else ""


def _no_reference(value: Mapping[str, Any], steps: tuple[str | int, ...]) -> str:
    if "from_env" in value:
        where = "environment_variables and connection_string"
        return f"should be text, not a map: from_env can stand in {where} alone"
    if steps[-2:-1] == ("environment_variables",):
        return "should be text or {from_env: NAME}, not a map"
    return "should be text, not a map"


def _if_empty(kind: str, model: type[BaseModel], steps: tuple[str | int, ...]) -> str:
    while steps and is_tag(steps[-1]):
        steps = steps[:-1]
    if kind == "string_type":
        is_entry = get_origin(_type_at(model, steps[:-1])) is dict
        return ': write "" for an empty text' if is_entry else ""
    if kind not in ("dict_type", "model_type"):
        return ""
    inner = _type_at(model, steps)
    needs_keys = isinstance(inner, type) and any(
        field.is_required() for field in getattr(inner, "model_fields", {}).values()
    )
    return "" if needs_keys else ": write {} where nothing is to be set"


def _flow_hint(place: Place, steps: tuple[str | int, ...], value: object) -> str | None:
    """Whether `value` came about by { } or a comma that was meant as text, and the remedy."""
    if isinstance(value, SourceMap) and value.is_flow and len(value) == 1:
        ((word, inside),) = value.items()
        if inside is None and word.isidentifier():
            return f'a value that begins with {{ is a map, so put it in quotes: "{{{word}}}"'
    parent = place.value(*steps[:-1]) if steps else None
    if value is None and isinstance(parent, SourceMap) and _is_split_off(parent, steps[-1]):
        return _COMMA_HINT
    return None


_COMMA_HINT = "in a { } map a comma ends a value, so put a text that holds a comma in quotes"


def _is_split_off(parent: SourceMap, key: str | int) -> bool:
    """Whether an entry of a map looks like the rest of a text that was split at a comma."""
    if not parent.is_flow or not isinstance(key, str) or key not in parent:
        return False
    if key == next(iter(parent)):
        return False
    return parent[key] is None and parent.key_mark(key) == parent.value_mark(key)


def _unknown_key(
    model: type[BaseModel],
    place: Place,
    steps: tuple[str | int, ...],
    tagged: tuple[str | int, ...],
) -> str:
    key = str(steps[-1])
    parent = place.value(*steps[:-1])
    if isinstance(parent, SourceMap) and _is_split_off(parent, key):
        return f"is not a key here: {_COMMA_HINT}"
    around = _type_at(model, tagged[:-1])
    if not (isinstance(around, type) and issubclass(around, BaseModel)):
        return "is not a key here"
    if issubclass(around, Document) and key in around.not_here:
        return f"is not a key here: {around.not_here[key]}"
    known = [field.alias or name for name, field in around.model_fields.items()]
    guess = did_you_mean(key, known)
    if guess:
        return f"is not a key here{guess}"
    for name in () if key in _IN_MANY_MAPS else known:
        inner = _type_at(around, (name,))
        if isinstance(inner, type) and key in getattr(inner, "model_fields", {}):
            return f"is not a key here (did you mean '{key_path(name, key)}'?)"
    if len(steps) > 1 and not place.path and key in model.model_fields:
        return "is not a key here: it belongs to the document itself, so indent it less"
    if len(known) > _IN_ERRORS_OF_KEYS:
        return "is not a key here"
    there = "there is" if len(known) == 1 else "there are"
    return f"is not a key here: {there} {in_words(known).replace(' or ', ' and ')}"


def _type_at(model: type[BaseModel], steps: tuple[str | int, ...]) -> Any:
    """The type that a model has at the end of `steps`, or None."""
    here: Any = model
    for step in steps:
        if is_tag(step):
            here = next((one for one in get_args(_bare(here)) if _tag_of(one) == step), None)
            continue
        here = _bare(here)
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(step))
            here = field.annotation if field else None
        elif get_origin(here) is dict:
            here = get_args(here)[1]
        else:
            return None
    return _bare(here)


def _tag_of(alternative: Any) -> str | None:
    notes = getattr(alternative, "__metadata__", ())
    return next((note.tag for note in notes if isinstance(note, Tag)), None)


def _bare(annotation: Any) -> Any:
    """A type without the notes on it and without `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        return _bare(members[0]) if len(members) == 1 else annotation
    return annotation
