"""Read-only mappings that compare, hash and pickle: what frozen model values hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V", covariant=True)


class FrozenMap(Mapping[K, V]):
    """A mapping that can't be changed. Keeps its order; equality ignores it, as for dict."""

    __slots__ = ("_hash", "_items")

    def __init__(self, items: Mapping[K, V] | None = None) -> None:
        # Copying through the mapping's own methods would take ten times as long.
        self._items: dict[K, V] = dict(items._items if type(items) is FrozenMap else items or {})
        self._hash: int | None = None

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._items.items()))
        return self._hash

    def __repr__(self) -> str:
        return f"FrozenMap({self._items!r})"

    def to_dict(self) -> dict[K, V]:
        """The entries as a dict of their own."""
        return dict(self._items)

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenMap, (self._items,))


def frozen(value: object) -> object:
    """Plain values, maps and lists at any depth, as values that can't be changed."""
    if isinstance(value, Mapping):
        return FrozenMap({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(frozen(inner) for inner in value)
    return value


def thawed(value: object) -> object:
    """What was frozen, as dicts and lists: for JSON and for comparing."""
    if isinstance(value, Mapping):
        return {key: thawed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [thawed(inner) for inner in value]
    return value
