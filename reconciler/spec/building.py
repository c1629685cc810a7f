"""From a YAML parser's events to values with positions, bounded in depth, number and issues.

Aliases are followed without copying; what they expand to counts as if it were written out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reconciler.spec.characters import refused_character
from reconciler.spec.issues import shorten
from reconciler.spec.scalars import Scalar, canonical, resolve
from reconciler.spec.syntax import ParserMark
from reconciler.spec.tree import COLUMN_BITS, Mark, SourceList, SourceMap, line_of, mark

DEEPEST_NESTING = 100
MOST_VALUES = 1_000_000
MOST_ISSUES = 1_000

_TEXT_TAGS = frozenset({"tag:yaml.org,2002:str", "!"})
_MAP_TAGS = frozenset({"tag:yaml.org,2002:map"})
_LIST_TAGS = frozenset({"tag:yaml.org,2002:seq"})
_CORE_PREFIX = "tag:yaml.org,2002:"


class TooMuchError(Exception):
    """The file passes a bound, and is not read any further."""


@dataclass(slots=True)
class _Open:
    """A map or list whose end has not been read."""

    value: SourceMap | SourceList
    anchor: str | None
    values_before: int
    height: int = 1
    is_at_key: bool = False
    """Whether a key comes next."""
    key: str = ""
    """The key whose value comes next."""
    key_mark: Mark = 0
    is_dropping: bool = False
    """Whether the value that comes next belongs to a key that was refused."""
    at: Mark = 0


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for: `values` it expands to, `height` of its nesting."""

    value: object
    text: str | None
    values: int
    height: int


@dataclass(slots=True)
class Builder:
    """Builds documents from events, without recursion.

    `base` is what the marks of the file begin at. `documents` are the values of those that are
    complete with the places where they begin.
    """

    base: Mark = 0
    documents: list[tuple[object, Mark]] = field(default_factory=list)
    issues: list[tuple[Mark, str]] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, _Anchored | None] = field(default_factory=dict)
    """None: begun and not ended."""
    _values: int = 0
    _texts: dict[str, str] = field(default_factory=dict)
    """Keys repeat in every region of every workforce: one object each."""

    def tell(self, at: Mark, message: str) -> None:
        """Add an issue. Raises TooMuchError where there are too many."""
        self.issues.append((at, message))
        if len(self.issues) == MOST_ISSUES:
            self.issues.append((at, f"the file is not read further: it has {MOST_ISSUES:,} errors"))
            raise TooMuchError

    def take(self, event: Any) -> None:
        """Take in the next event. Raises TooMuchError where a bound is passed."""
        kind = event.__class__.__name__
        if kind == "ScalarEvent":
            self._scalar(event)
        elif kind == "MappingStartEvent":
            self._begin(
                event, SourceMap(self._mark(event), is_flow=bool(event.flow_style)), _MAP_TAGS
            )
        elif kind == "SequenceStartEvent":
            self._begin(event, SourceList(self._mark(event)), _LIST_TAGS)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._end()
        elif kind == "AliasEvent":
            self._alias(event)
        elif kind == "DocumentStartEvent":
            self._anchors.clear()
            if event.version not in (None, (1, 2)):
                # The parsers differ in where such a document starts, not in where that ends.
                end = self.base + mark(event.end_mark.line, 0)
                self.tell(end, "specs are YAML 1.2: remove the %YAML line above")

    def _count(self, values: int, at: Mark) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            self.tell(at, f"the file holds, or its aliases expand to, over {MOST_VALUES:,} values")
            raise TooMuchError

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        style, tag, start = event.style, event.tag, event.start_mark
        # Written out, for most events are scalars: this is `_mark` and `_count`.
        at = self.base + (start.line << COLUMN_BITS) + start.column
        self._values += 1
        if self._values > MOST_VALUES:
            self._count(0, at)
        parent = self._open[-1] if self._open else None
        is_key = parent is not None and parent.is_at_key
        value: Scalar = text
        if tag is not None and tag not in _TEXT_TAGS:
            self._refuse_tag(tag, at)
        if style == '"':
            refused = refused_character(text)
            if refused is not None:
                self.tell(at, f"this text holds {refused}: no value of a spec may")
        elif not style and tag is None and not is_key:
            value = resolve(text)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, text, 1, 0)
        if parent is not None and is_key:
            self._key(parent, text, at, is_plain=not style)
        else:
            self._add(value, text, at, 0)

    def _key(self, parent: _Open, text: str, at: Mark, *, is_plain: bool) -> None:
        parent.is_at_key = False
        parent.key, parent.key_mark = self._texts.setdefault(text, text), at
        if text == "<<" and is_plain:
            self.tell(at, "merge keys (<<) are not read: write the keys out")
            parent.is_dropping = True
        elif text in parent.value:
            first = parent.value.key_mark(text) if isinstance(parent.value, SourceMap) else 0
            again = f"is there twice: first on line {line_of(first)}"
            self.tell(at, f"the key '{shorten(text)}' {again}")
            parent.is_dropping = True

    def _begin(self, event: Any, value: SourceMap | SourceList, tags: frozenset[str]) -> None:
        at = value.start
        self._count(1, at)
        if len(self._open) >= DEEPEST_NESTING:
            self._stop_too_deep(at)
        if event.tag is not None and event.tag not in tags:
            self._refuse_tag(event.tag, at)
        anchor: str | None = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
        is_map = type(value) is SourceMap
        self._open.append(_Open(value, anchor, self._values - 1, is_at_key=is_map, at=at))

    def _end(self) -> None:
        done = self._open.pop()
        if done.anchor is not None:
            values = self._values - done.values_before
            self._anchors[done.anchor] = _Anchored(done.value, None, values, done.height)
        self._add(done.value, None, done.at, done.height)

    def _alias(self, event: Any) -> None:
        at = self._mark(event)
        name = event.anchor
        anchored = self._anchors.get(name)
        if anchored is None:
            why = "is inside what it stands for" if name in self._anchors else "has no anchor"
            hint = "" if name in self._anchors else ": put a text that begins with * in quotes"
            self.tell(at, f"the alias *{shorten(name)} {why}{hint}")
            anchored = _Anchored("", None, 1, 0)
        self._count(anchored.values, at)
        if len(self._open) + anchored.height > DEEPEST_NESTING:
            self._stop_too_deep(at)
        parent = self._open[-1] if self._open else None
        if parent and parent.is_at_key and anchored.text:
            self._key(parent, anchored.text, at, is_plain=False)
        else:
            self._add(anchored.value, anchored.text, at, anchored.height)

    def _add(self, value: object, text: str | None, at: Mark, height: int) -> None:
        """Put a finished value where it belongs."""
        if not self._open:
            self.documents.append((value, at))
            return
        parent = self._open[-1]
        if parent.height <= height:
            parent.height = height + 1
        container = parent.value
        if type(container) is SourceList:
            container.append(value)
            container.marks.append(at)
            return
        assert type(container) is SourceMap
        if parent.is_at_key:
            self.tell(at, "a key must be a text, not a map or a list: put it in quotes")
            parent.is_at_key, parent.is_dropping = False, True
            return
        parent.is_at_key = True
        if parent.is_dropping:
            parent.is_dropping = False
            return
        key = parent.key
        container[key] = value
        # An empty value has no place of its own: the two parsers put it differently.
        container.marks.append(parent.key_mark)
        container.marks.append(parent.key_mark if text == "" and value is None else at)
        if isinstance(value, (bool, int, float)) and text != canonical(value):
            if container.texts is None:
                container.texts = {}
            container.texts[key] = text or ""

    def _refuse_tag(self, tag: str, at: Mark) -> None:
        written = tag.replace(_CORE_PREFIX, "!!") if tag.startswith(_CORE_PREFIX) else tag
        self.tell(
            at,
            f"the tag {shorten(written)} is not read: remove it, "
            "or put a text that begins with ! in quotes",
        )

    def _stop_too_deep(self, at: Mark) -> None:
        self.tell(at, f"maps and lists are nested deeper than {DEEPEST_NESTING}")
        raise TooMuchError

    def _mark(self, event: Any) -> Mark:
        start: ParserMark = event.start_mark
        return self.base + mark(start.line, start.column)
