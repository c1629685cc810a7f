"""Documents as they were read: plain values that know where they stood in the file.

A position is kept as one number (`Mark`) and made into a `Position` only when somebody asks:
most are never asked for, and a large folder has a million of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.model.positions import Position
from reconciler.spec.scalars import Scalar, canonical

Mark = int
"""File, line and column from 0, packed: no file is long enough for a column to reach the bits of
the line, or a line those of the file."""

COLUMN_BITS = 24
FILE_BITS = 48
_WITHIN = (1 << 24) - 1


def mark(line: int, column: int) -> Mark:
    """Pack a line and a column, both from 0, of the first file."""
    return line << COLUMN_BITS | column


def line_of(at: Mark) -> int:
    """The line of a mark, from 1."""
    return (at >> COLUMN_BITS & _WITHIN) + 1


@dataclass(frozen=True, slots=True)
class Overridden:
    """A value that another took the place of. `text` is how it was written; None for maps."""

    value: object
    text: str | None
    at: Mark
    earlier: Overridden | None = None
    """What this one had taken the place of."""


class SourceMap(dict[str, object]):
    """A mapping. Keys are the source's text.

    `marks` holds the places of each key and its value, in turn, in the order of the keys; `start`
    is where the map begins. `texts` has the source text of the scalars that aren't texts and that
    their canonical form doesn't give. `overridden` has what the values of a merged map took the
    place of.
    """

    __slots__ = ("_places", "is_flow", "marks", "overridden", "start", "texts")

    def __init__(self, start: Mark, *, is_flow: bool) -> None:
        super().__init__()
        self.start = start
        self.is_flow = is_flow
        self.marks: list[Mark] = []
        self.texts: dict[str, str] | None = None
        self.overridden: dict[str, Overridden] | None = None
        self._places: dict[str, int] = {}

    def key_mark(self, key: str) -> Mark:
        return self.marks[2 * self._place(key)]

    def value_mark(self, key: str) -> Mark:
        return self.marks[2 * self._place(key) + 1]

    def marks_of(self, key: str) -> list[Mark]:
        """The marks of a key and its value."""
        place = 2 * self._place(key)
        return self.marks[place : place + 2]

    def _place(self, key: str) -> int:
        # Made when it is first needed, and again when keys were added since.
        if key not in self._places:
            self._places = {known: place for place, known in enumerate(self)}
        return self._places[key]

    def text_of(self, key: str, value: float | bool | None) -> str:
        """How the scalar `value` at `key` is written in the source."""
        text = self.texts.get(key) if self.texts else None
        return canonical(value) if text is None else text


def with_values(source: SourceMap, values: Mapping[str, object]) -> SourceMap:
    """A copy with other values at some of its keys, which keep their places."""
    copy = SourceMap(source.start, is_flow=source.is_flow)
    copy.update(source)
    copy.update(values)
    copy.marks, copy.texts, copy.overridden = source.marks, source.texts, source.overridden
    return copy


def without(source: SourceMap, *keys: str) -> SourceMap:
    """A copy that lacks some keys."""
    copy = SourceMap(source.start, is_flow=source.is_flow)
    for place, (key, value) in enumerate(source.items()):
        if key not in keys:
            copy[key] = value
            copy.marks += source.marks[2 * place : 2 * place + 2]
    copy.texts, copy.overridden = source.texts, source.overridden
    return copy


class SourceList(list[object]):
    """A sequence. `marks` holds the place of each item, `start` where the list begins."""

    __slots__ = ("marks", "start")

    def __init__(self, start: Mark) -> None:
        super().__init__()
        self.start = start
        self.marks: list[Mark] = []


Value = Scalar | SourceMap | SourceList


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document, of one spec file or merged from several.

    `files` are the names of all files that were read, as the user named them: marks count in them.
    """

    files: Sequence[str]
    root: object
    start: Mark

    @property
    def file(self) -> str:
        """The file in which the document begins."""
        return self.files[self.start >> FILE_BITS]

    def position_of(self, at: Mark) -> Position:
        """The place of a mark, counted from 1."""
        return Position(self.files[at >> FILE_BITS], line_of(at), (at & _WITHIN) + 1)

    def locate(self, *path: str | int, key: bool = False) -> Position:
        """Where the value at `path` stands, or with `key` its key: see `mark_of`."""
        return self.position_of(self.mark_of(*path, key=key))

    def mark_of(self, *path: str | int, key: bool = False) -> Mark:
        """The mark of the value at `path`, or with `key` that of its key.

        Where the path leads to something that isn't there, it is that of the innermost thing on
        the way that is.
        """
        at, here = self.start, self.root
        for depth, step in enumerate(path, start=1):
            if isinstance(here, SourceMap) and isinstance(step, str) and step in here:
                is_wanted_key = key and depth == len(path)
                at = here.key_mark(step) if is_wanted_key else here.value_mark(step)
                here = here[step]
            elif isinstance(here, SourceList) and isinstance(step, int) and step < len(here):
                at, here = here.marks[step], here[step]
            else:
                break
        return at
