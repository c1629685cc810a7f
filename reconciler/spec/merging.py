"""Laying one map of a spec over another, key by key, each value keeping where it came from.

Marks name their file, so that a merged map is a `SourceMap` like any other: errors in it point to
the file that is to be mended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.spec.tree import Overridden, SourceMap

_FREE_KEYS = frozenset({"environment_variables", "tags", "properties", "extra"})
"""Maps whose keys the writer chooses: a key that looks like one of ours means nothing in them."""

_ALTERNATIVES: Mapping[str, tuple[str, ...]] = {
    "queue": ("storage", "service_bus", "local"),
    "environment": ("image", "build"),
}
"""Maps of which each kind has a key of its own."""


def merged(below: SourceMap, above: SourceMap, key: str = "") -> SourceMap:
    """The entries of both maps; where both have a key, that of `above`.

    Two maps under one key are merged in turn, unless the one above is a thing of another kind
    (`{type: managed}` over `{type: user_identity}`), which takes the other's place. The keys of
    `below` come first. `key` is the one under which both maps stand.
    """
    result = SourceMap(above.start, is_flow=above.is_flow)
    result.overridden = {**(below.overridden or {}), **(above.overridden or {})} or None
    is_free = key in _FREE_KEYS
    for place, (name, value) in enumerate(below.items()):
        _copy(below, name, place, result)
        if name not in above:
            continue
        over = above[name]
        result.marks[-2:] = above.marks_of(name)
        if (
            isinstance(value, SourceMap)
            and isinstance(over, SourceMap)
            and (is_free or not _is_another_kind(name, value, over))
        ):
            result[name] = merged(value, over, key if is_free else name)
        else:
            _put_over(below, above, name, result)
    for place, name in enumerate(above):
        if name not in below:
            _copy(above, name, place, result)
    return result


def _copy(source: SourceMap, name: str, place: int, result: SourceMap) -> None:
    result[name] = source[name]
    result.marks += source.marks[2 * place : 2 * place + 2]
    if source.texts and name in source.texts:
        result.texts = {**(result.texts or {}), name: source.texts[name]}


def _put_over(below: SourceMap, above: SourceMap, name: str, result: SourceMap) -> None:
    """Set `name` as it is above, and remember what it was below."""
    value = below[name]
    was = Overridden(
        value,
        below.text_of(name, value) if isinstance(value, (bool, int, float)) else None,
        below.value_mark(name),
        (below.overridden or {}).get(name),
    )
    own = (above.overridden or {}).get(name)
    result.overridden = {**(result.overridden or {}), name: _below(own, was)}
    result[name] = above[name]
    texts = {key: text for key, text in (result.texts or {}).items() if key != name}
    if above.texts and name in above.texts:
        texts[name] = above.texts[name]
    result.texts = texts or None


def _below(above: Overridden | None, was: Overridden) -> Overridden:
    """What `above` had taken the place of, and under all that `was`."""
    return was if above is None else replace(above, earlier=_below(above.earlier, was))


def _is_another_kind(key: str, below: SourceMap, above: SourceMap) -> bool:
    if key in _FREE_KEYS:
        return False
    if key == "policy":
        return not below.keys() & above.keys()
    if "type" in below and "type" in above:
        return below["type"] != above["type"]
    kinds = set(_ALTERNATIVES.get(key, ()))
    above_kinds = kinds & above.keys()
    return bool(above_kinds and kinds & below.keys() and not above_kinds & below.keys())
