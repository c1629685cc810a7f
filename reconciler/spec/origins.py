"""Every value of a resolved workforce, with the place that it came from and what it overrode."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from pydantic import BaseModel

from reconciler.model.positions import Position
from reconciler.policies.registry import policy
from reconciler.spec.documents.region import Region as RegionDocument
from reconciler.spec.documents.task import TaskOverride
from reconciler.spec.resolving import Resolution, ShownWorkforce
from reconciler.spec.sources import is_local_path
from reconciler.spec.tree import Overridden, SourceDocument, SourceMap

_WRITTEN_OUT = ("region_set", "region_defaults")
_PATHS = (("code",), ("environment", "conda_file"), ("environment", "build", "path"))


@dataclass(frozen=True, slots=True)
class Origin:
    """A place that gave a value. `value` is as it was written there."""

    position: Position
    value: object


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of the resolved workforce. `value` None with `is_map`: its keys follow.

    `origin` None: the value is this tool's default.
    """

    path: tuple[str, ...]
    value: object
    is_map: bool
    origin: Position | None
    over: tuple[Origin, ...] = ()


def entries(resolution: Resolution, name: str) -> tuple[Entry, ...]:
    """The resolved workforce `name`, key by key in the order of a well-written document.

    Raises KeyError where there is no such workforce.
    """
    return tuple(_Walk(resolution, resolution.shown[name]).all())


@dataclass(slots=True)
class _Walk:
    resolution: Resolution
    shown: ShownWorkforce

    @property
    def source(self) -> SourceDocument:
        return self.shown.place.source

    def all(self) -> Iterator[Entry]:
        root = self.source.root
        assert isinstance(root, SourceMap)
        document = self.shown.document
        for name in type(document).model_fields:
            if name in _WRITTEN_OUT:
                continue
            if name == "regions":
                yield self._holder(("regions",), root, "regions")
                for region, written in document.regions.items():
                    yield from self._region(region, written)
                continue
            yield from self._field((name,), root, name, getattr(document, name))

    def _region(self, name: str, written: RegionDocument) -> Iterator[Entry]:
        regions = self.shown.place.value("regions")
        assert isinstance(regions, SourceMap)
        tree = regions.get(name)
        if not isinstance(tree, SourceMap):
            tree = SourceMap(regions.key_mark(name), is_flow=False)
        way = ("regions", name)
        yield self._holder(way, regions, name)
        resolved = next(one for one in self.shown.resolved.workforce.regions if one.name == name)
        final = {
            "target": resolved.target.name,
            "experiment": resolved.experiment,
            "compute": resolved.target.settings.get("compute"),
        }
        for key in RegionDocument.model_fields:
            if key == "compute":
                yield from self._compute(way, tree, resolved.target.name, final["compute"])
            elif key == "task":
                if written.task.model_fields_set:
                    yield from self._field((*way, key), tree, key, written.task)
            else:
                yield from self._field(
                    (*way, key), tree, key, final.get(key, getattr(written, key))
                )

    def _compute(
        self, way: tuple[str, ...], tree: SourceMap, target: str, value: object
    ) -> Iterator[Entry]:
        """The compute: the region's, over the target's, over that of Defaults."""
        if value is None:
            return
        places = self.resolution.targets.places
        said = places.get(target)
        from_target: tuple[Origin, ...] = ()
        if said is not None and said.value("compute") is not None:
            position = said.source.locate(*said.path, "compute")
            from_target = (Origin(position, said.value("compute")),)
        if "compute" in tree:
            (entry,) = self._field((*way, "compute"), tree, "compute", value)
            over = (*entry.over, *from_target)
            yield Entry(entry.path, value, False, entry.origin, over)
        elif from_target:
            yield Entry((*way, "compute"), value, False, from_target[0].position)
        else:
            yield Entry((*way, "compute"), value, False, self.resolution.default_compute)

    def _field(
        self, way: tuple[str, ...], tree: SourceMap | None, key: str, value: object
    ) -> Iterator[Entry]:
        """One key and what is under it. `tree` None, or without the key: a default."""
        is_written = tree is not None and key in tree
        if isinstance(value, BaseModel):
            inner = tree[key] if tree is not None and is_written else None
            below = inner if isinstance(inner, SourceMap) else None
            found = list(self._model(way, below, value))
            if found or is_written:
                yield self._holder(way, tree, key)
                yield from found
        elif key == "policy" and isinstance(value, Mapping):
            yield from self._policy(way, tree, value)
        elif isinstance(value, Mapping):
            if not value and not is_written:
                return
            inner = tree[key] if tree is not None and is_written else None
            below = inner if isinstance(inner, SourceMap) else None
            if not value:
                yield Entry(way, {}, False, *self._told(tree, key))
                return
            yield self._holder(way, tree, key)
            for name, one in value.items():
                yield from self._field((*way, str(name)), below, str(name), one)
        elif value is None and not is_written:
            return
        else:
            yield Entry(way, self._final(way, tree, key, value), False, *self._told(tree, key))

    def _model(
        self, way: tuple[str, ...], tree: SourceMap | None, model: BaseModel
    ) -> Iterator[Entry]:
        for name, field in type(model).model_fields.items():
            key = field.alias or name
            if isinstance(model, TaskOverride) and tree is not None and key not in tree:
                continue
            yield from self._field((*way, key), tree, key, getattr(model, name))

    def _policy(
        self, way: tuple[str, ...], tree: SourceMap | None, value: Mapping[str, object]
    ) -> Iterator[Entry]:
        yield self._holder(way, tree, "policy")
        inner = tree.get("policy") if tree else None
        below = inner if isinstance(inner, SourceMap) else None
        for name, settings in value.items():
            checked = policy(name).Settings.model_validate(settings)
            yield from self._field((*way, name), below, name, checked)

    def _holder(self, way: tuple[str, ...], tree: SourceMap | None, key: str) -> Entry:
        """The entry of a map: its origin is where its key stands."""
        if tree is None or key not in tree:
            return Entry(way, None, True, None)
        return Entry(way, None, True, self.source.position_of(tree.key_mark(key)))

    def _told(self, tree: SourceMap | None, key: str) -> tuple[Position | None, tuple[Origin, ...]]:
        if tree is None or key not in tree:
            return None, ()
        over: list[Origin] = []
        was: Overridden | None = (tree.overridden or {}).get(key)
        while was is not None:
            value = was.value if was.text is None else was.text
            over.append(Origin(self.source.position_of(was.at), value))
            was = was.earlier
        return self.source.position_of(tree.value_mark(key)), tuple(over)

    def _final(
        self, way: tuple[str, ...], tree: SourceMap | None, key: str, value: object
    ) -> object:
        """A value as this document would have it: paths begin at the workforce's own file."""
        if isinstance(value, str) and tree is not None and key in tree and _is_path(way, value):
            sources = self.resolution.sources
            here = sources.folder_of(self.source.start)
            there = sources.folder_of(tree.value_mark(key))
            if here != there:
                return os.path.relpath(there / value, here)
        return plain(value)


def _is_path(way: tuple[str, ...], value: str) -> bool:
    if "task" not in way or not is_local_path(value):
        return False
    inner = way[way.index("task") + 1 :]
    return inner in _PATHS or (len(inner) == 3 and inner[0] == "inputs" and inner[2] == "path")


def plain(value: object) -> object:
    """A value of a model as a plain one: durations, sizes and counts as their texts."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, bool, int, float, Decimal)):
        return value
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return str(value)
