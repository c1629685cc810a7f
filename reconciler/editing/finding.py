"""The workforce that is to be edited: its document as text, and the value that it has now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.editing.aliases import alias_on, anchored
from reconciler.editing.nodes import DocumentNode, MapNode, compose
from reconciler.model.positions import Position
from reconciler.spec import folder
from reconciler.spec.characters import decode
from reconciler.spec.folder import SpecFile
from reconciler.spec.issues import SpecErrors, SpecIssue, did_you_mean, shorten
from reconciler.spec.loading import load
from reconciler.spec.parsing import parse
from reconciler.spec.sentences import Place
from reconciler.spec.tree import SourceDocument, SourceMap
from reconciler.values.errors import UserError

AUTO = "auto"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class FoundWorkforce:
    """The document of the workforce: as it was read, and as text."""

    file: SpecFile
    data: bytes
    place: int
    source: SourceDocument
    text: str
    node: DocumentNode

    def encoded(self, text: str) -> bytes:
        """The file's bytes with `text` in place of what it holds."""
        mark = BYTE_ORDER_MARK if self.data.startswith(BYTE_ORDER_MARK) else b""
        return mark + text.encode()

    @property
    def root(self) -> MapNode:
        assert isinstance(self.node.root, MapNode)
        return self.node.root


@dataclass(frozen=True, slots=True)
class Current:
    """The value now: as it is written, and as a number where it is one. None: it isn't set."""

    text: str | None
    number: int | None
    position: Position
    origin: str | None = None
    """Where it comes from, if not from its own place."""


def find_workforce(paths: Sequence[str], workforce: str) -> FoundWorkforce:
    """The document of `workforce`. Raises UserError where it isn't there, or more than once."""
    found: list[FoundWorkforce] = []
    names: list[str] = []
    issues: list[SpecIssue] = []
    for file in folder.find(paths).files:
        data = folder.read(file)
        if isinstance(data, SpecIssue):
            issues.append(data)
            continue
        parsed = parse(file.name, data)
        issues.extend(parsed.issues)
        for place, source in enumerate(parsed.documents):
            name = _name_of(source)
            names += [name] if name is not None else []
            if name == workforce and not parsed.issues:
                text = decode(data)
                found.append(FoundWorkforce(file, data, place, source, text, compose(text)[place]))
    if len(found) == 1:
        return found[0]
    if found:
        places = " and ".join(str(one.source.locate("name")) for one in found)
        raise UserError(f"the workforce {workforce!r} is there more than once: at {places}")
    if issues:
        raise SpecErrors(issues)
    known = ", ".join(sorted(names)) or "none"
    guess = did_you_mean(workforce, names)
    raise UserError(f"there is no workforce {workforce!r}{guess}; the specs have: {known}")


def _name_of(source: SourceDocument) -> str | None:
    """The name of the workforce that a document declares, if it declares one."""
    root = source.root
    if not isinstance(root, SourceMap) or root.get("kind") != "Workforce":
        return None
    return _text_at(root, "name")


def _text_at(container: SourceMap, key: str) -> str | None:
    value = container.get(key)
    if isinstance(value, (bool, int, float)):
        return container.text_of(key, value)
    return value if isinstance(value, str) else None


def current_value(
    paths: Sequence[str], found: FoundWorkforce, path: tuple[str, ...], region: str | None
) -> Current:
    """The value at `path` now: as written in the document, or else as the specs resolve it.

    Raises UserError where there is no such region.
    """
    place = Place(found.source)
    if region is not None:
        _require_not_null(place, region)
    origin = _alias_origin(found, path)
    written = _read(place, path, origin)
    if written is not None:
        return written
    resolved = _resolved(paths, found, path, region)
    return resolved or Current(None, None, found.source.locate(*path), origin)


def _read(place: Place, path: tuple[str, ...], origin: str | None = None) -> Current | None:
    """The value at `path` of one document; None where there is none, or null."""
    container, key = place.value(*path[:-1]), path[-1]
    if not isinstance(container, SourceMap) or container.get(key) is None:
        return None
    value, text = container[key], _text_at(container, key)
    if text is None:
        shown = "a map or a list"
    else:
        shown = text if text == AUTO or not isinstance(value, str) else f"'{shorten(text)}'"
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    return Current(shown, number, place.source.locate(*path), origin)


def _resolved(
    paths: Sequence[str], found: FoundWorkforce, path: tuple[str, ...], region: str | None
) -> Current | None:
    """The value that the workforce inherits, or None."""
    name = _name_of(found.source) or ""
    is_region_written = region is not None and Place(found.source).value(*path[:-1]) is not None
    try:
        resolution = load(paths, keep=True).resolution
    except SpecErrors:
        # What is missing may be all that is wrong, and is about to be written.
        if region is None or is_region_written:
            return None
        raise
    assert resolution is not None
    whole = resolution.shown[name].place
    if region is not None and whole.value(*path[:-1]) is None:
        regions = whole.value("regions")
        known = ", ".join(regions) if isinstance(regions, SourceMap) else "none"
        guess = did_you_mean(region, regions if isinstance(regions, SourceMap) else ())
        raise UserError(f"{name} has no region {region!r}{guess}; it has: {known}")
    position = whole.source.locate(*path)
    return _read(whole, path, f"from {position.file}:{position.line}")


def _require_not_null(place: Place, region: str) -> None:
    regions = place.value("regions")
    if isinstance(regions, SourceMap) and region in regions and regions[region] is None:
        raise UserError(
            f"{place.source.locate('regions', region)}: regions.{region} is null, "
            "so that there is no such region",
            f"write {region}: {{}} to have it",
        )


def _alias_origin(found: FoundWorkforce, path: tuple[str, ...]) -> str | None:
    """`*name of line 4` where the value at `path` is, or stands in, an alias."""
    alias = alias_on(found.root, path)
    node = anchored(found.root, alias) if alias else None
    return f"*{alias.anchor} of line {line_of(found.text, node.start)}" if alias and node else None


def line_of(text: str, at: int) -> int:
    """The line, from 1, of a place in a text with any line breaks."""
    return len(re.findall("\r\n|\n|\r", text[:at])) + 1
