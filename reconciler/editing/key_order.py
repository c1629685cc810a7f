"""The order in which the keys of a spec document are best written: that of the models' fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from reconciler.policies.registry import POLICIES, policy
from reconciler.spec.documents import KINDS, model_of
from reconciler.spec.documents.scale import Scale
from reconciler.spec.documents.targets import Targets
from reconciler.targets import registry


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Stands for a map from the name of a kind to that kind's settings."""

    names: Mapping[str, str]
    settings: Callable[[str], type[BaseModel]]


@dataclass(frozen=True, slots=True)
class _Each:
    """Stands for a map with keys of the writer's choice."""

    value: Any


_TARGET_KINDS = _Kinds(registry.KINDS, lambda name: registry.kind(name).Settings)
_OPEN: Mapping[tuple[type[BaseModel], str], Any] = {
    (Targets, "defaults"): _TARGET_KINDS,
    (Targets, "targets"): _Each(_TARGET_KINDS),
    (Scale, "policy"): _Kinds(POLICIES, lambda name: policy(name).Settings),
}
"""Fields that the models leave open, because each kind has settings of its own."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a value: the types that its model allows."""

    types: tuple[Any, ...] = ()

    def ordered(self, keys: Iterable[str]) -> list[str]:
        """`keys` in the order of the model's fields; keys that it doesn't know stay at the end."""
        given = list(keys)
        model = self._model(given)
        if model is None:
            return given
        places = {name: place for place, name in enumerate(_names(model))}
        return sorted(given, key=lambda key: places.get(key, len(places)))

    def under(self, key: str) -> Shape:
        """The shape of the value at `key`."""
        found: list[Any] = []
        for one in self.types:
            if isinstance(one, _Kinds):
                found += [one.settings(key)] if key in one.names else []
            elif isinstance(one, _Each):
                found.append(one.value)
            elif get_origin(one) is dict:
                found.extend(_members(get_args(one)[1]))
            elif isinstance(one, type) and issubclass(one, BaseModel):
                found.extend(_members(_OPEN.get((one, key)) or _annotation(one, key)))
        return Shape(tuple(found))

    def item(self) -> Shape:
        """The shape of the items of a list."""
        lists = [one for one in self.types if get_origin(one) in (list, tuple)]
        return Shape(tuple(member for one in lists for member in _members(get_args(one)[0])))

    def _model(self, keys: list[str]) -> type[BaseModel] | None:
        """The model with most of the keys, where the value may be of several."""
        models = [one for one in self.types if isinstance(one, type) and issubclass(one, BaseModel)]
        return max(models, key=lambda one: len({*_names(one)} & {*keys}), default=None)


def shape_of(kind: str) -> Shape | None:
    """The shape of a document of this kind; None where there is no such kind."""
    return Shape((model_of(kind),)) if kind in KINDS else None


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _annotation(model: type[BaseModel], key: str) -> Any:
    for name, field in model.model_fields.items():
        if key == (field.alias or name):
            return field.annotation
    return None


def _members(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows, without what is written around them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(annotation.__origin__)
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif annotation is not None:
        yield annotation
