"""What differs between two readings of a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.spec.tree import SourceMap

_Path = tuple[str | int, ...]
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is another one, written as its source has it; None where it isn't there."""

    path: _Path
    before: str | None
    after: str | None


def is_same(before: object, after: object) -> bool:
    """Whether two trees hold the same values, with the same source text. Order doesn't count."""
    return next(differences(before, after), None) is None


def differences(before: object, after: object) -> Iterator[Difference]:
    """The values that differ, without end where aliases repeat them: take what is needed.

    A map that isn't there, or null, is taken for an empty one where the other side has one with
    keys: which keys were added is what matters then.
    """
    waiting: list[tuple[_Path, object, object, str | None, str | None]] = [
        ((), before, after, None, None)
    ]
    while waiting:
        path, one, other, one_text, other_text = waiting.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            for key in {**one, **other}:
                values = one.get(key, _ABSENT), other.get(key, _ABSENT)
                texts = _text(one, key), _text(other, key)
                waiting.append(((*path, key), *values, *texts))
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            waiting.extend(
                ((*path, place), mine, theirs, None, None)
                for place, (mine, theirs) in enumerate(zip(one, other, strict=True))
            )
        elif isinstance(other, dict) and other and (one is None or one is _ABSENT):
            waiting.append((path, {}, other, None, None))
        elif type(one) is not type(other) or repr(one) != repr(other) or one_text != other_text:
            yield Difference(path, _shown(one, one_text), _shown(other, other_text))


def _text(value: dict[str, object], key: str) -> str | None:
    found = value.get(key)
    if isinstance(value, SourceMap) and isinstance(found, (bool, int, float)):
        return value.text_of(key, found)
    return None


def _shown(value: object, text: str | None) -> str | None:
    if value is _ABSENT or value is None:
        return None
    return text if text is not None else str(value)
