"""One document: from the tree that was read to its model, or to what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from reconciler.spec.documents import KINDS, model_of
from reconciler.spec.documents.base import Document
from reconciler.spec.issues import SpecIssue, did_you_mean, shorten
from reconciler.spec.sentences import Place, describe, in_words, issue_of
from reconciler.spec.tree import SourceDocument, SourceMap

M = TypeVar("M", bound=BaseModel)

_KINDS_IN_WORDS = in_words(list(KINDS))
_FOR_WANT_OF_MORE = frozenset({"missing", "too_short", "incomplete"})
"""Errors of what may be right together with other layers."""
_MOST_ERRORS = 1_000
"""Of a document with more errors only one is told: listing them would take the memory."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """A document that is wrong. `kind` is what it claims to be, where that is known."""

    kind: str | None
    issues: tuple[SpecIssue, ...]


def kind_of(source: SourceDocument) -> str | Invalid:
    """What kind of document this is, or what is wrong with what it says of that."""
    root, whole = source.root, Place(source)
    if not isinstance(root, SourceMap):
        what = f"a spec document should be a map with the key `kind`, not {describe(root)}"
        return Invalid(None, (whole.issue(message=what),))
    if "kind" not in root:
        near = get_close_matches("kind", list(root)[:100], n=1)
        guess = f" (is '{shorten(near[0])}' meant for it?)" if near else ""
        what = f"is missing{guess}: it should be {_KINDS_IN_WORDS}"
        return Invalid(None, (whole.issue("kind", message=what),))
    kind = root["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        guess = did_you_mean(kind, KINDS) if isinstance(kind, str) else ""
        what = f"should be {_KINDS_IN_WORDS}, not {describe(kind)}{guess}"
        return Invalid(None, (whole.issue("kind", message=what),))
    return kind


def validate(source: SourceDocument, kind: str) -> Document | Invalid:
    """Check a document against the model of its kind. Raises nothing.

    What Defaults leave out isn't missing: the workforces have it.
    """
    if kind == "Defaults":
        issues = check_part(model_of(kind), source.root, Place(source))
        # Never looked into: workforces take its keys from the source.
        return Invalid(kind, issues) if issues else model_of(kind).model_construct()
    checked = check(model_of(kind), source.root, Place(source))
    return Invalid(kind, checked) if isinstance(checked, tuple) else checked


def check(model: type[M], value: object, place: Place) -> M | tuple[SpecIssue, ...]:
    """Check `value`, which stands at `place`, against a model: the model, or the issues."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        return _issues(error, model, place)


def check_part(model: type[BaseModel], value: object, place: Place) -> tuple[SpecIssue, ...]:
    """Check a value that other layers complete: the issues, but for what isn't there."""
    try:
        model.model_validate(value)
    except ValidationError as error:
        return _issues(error, model, place, passed_over=_FOR_WANT_OF_MORE)
    return ()


def _issues(
    error: ValidationError,
    model: type[BaseModel],
    place: Place,
    passed_over: frozenset[str] = frozenset(),
) -> tuple[SpecIssue, ...]:
    if error.error_count() > _MOST_ERRORS:
        return (place.issue(message=f"over {_MOST_ERRORS:,} keys and values here are wrong"),)
    found = error.errors(include_url=False)
    return tuple(issue_of(one, model, place) for one in found if one["type"] not in passed_over)
