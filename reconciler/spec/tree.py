"""Documents as they were read: plain values that know where they stood in the file.

A position is kept as one number (`Mark`) and made into a `Position` only when somebody asks:
most are never asked for, and a large folder has a million of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.positions import Position
from reconciler.spec.scalars import Scalar, canonical

Mark = int
"""Line and column from 0, packed: no file is long enough for a column to reach the line's bits."""

COLUMN_BITS = 24


def mark(line: int, column: int) -> Mark:
    """Pack a line and a column, both from 0."""
    return line << COLUMN_BITS | column


class SourceMap(dict[str, object]):
    """A mapping. Keys are the source's text.

    `marks` holds the places of each key and its value, in turn, in the order of the keys; `start`
    is where the map begins. `texts` has the source text of the scalars that aren't texts and that
    their canonical form doesn't give.
    """

    __slots__ = ("_places", "is_flow", "marks", "start", "texts")

    def __init__(self, start: Mark, *, is_flow: bool) -> None:
        super().__init__()
        self.start = start
        self.is_flow = is_flow
        self.marks: list[Mark] = []
        self.texts: dict[str, str] | None = None
        self._places: dict[str, int] = {}

    def key_mark(self, key: str) -> Mark:
        return self.marks[2 * self._place(key)]

    def value_mark(self, key: str) -> Mark:
        return self.marks[2 * self._place(key) + 1]

    def _place(self, key: str) -> int:
        # Made when it is first needed, and again when keys were added since.
        if key not in self._places:
            self._places = {known: place for place, known in enumerate(self)}
        return self._places[key]

    def text_of(self, key: str, value: float | bool | None) -> str:
        """How the scalar `value` at `key` is written in the source."""
        text = self.texts.get(key) if self.texts else None
        return canonical(value) if text is None else text


def laid_over(below: SourceMap, above: SourceMap) -> SourceMap:
    """The entries of two maps of one file; where both have a key, that of `above`."""
    merged = SourceMap(above.start, is_flow=above.is_flow)
    for source, left_out in ((below, above), (above, ())):
        for place, (key, value) in enumerate(source.items()):
            if key in left_out:
                continue
            merged[key] = value
            merged.marks += source.marks[2 * place : 2 * place + 2]
            if source.texts and key in source.texts:
                merged.texts = {**(merged.texts or {}), key: source.texts[key]}
    return merged


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
    """One document of a spec file. `file` is the file as the user named it."""

    file: str
    root: object
    start: Mark

    def position_of(self, at: Mark) -> Position:
        """The place of a mark, counted from 1."""
        return Position(self.file, (at >> COLUMN_BITS) + 1, (at & (1 << COLUMN_BITS) - 1) + 1)

    def locate(self, *path: str | int, key: bool = False) -> Position:
        """Where the value at `path` stands, or with `key` its key.

        Where the path leads to something that isn't there, the place is that of the innermost
        thing on the way that is.
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
        return self.position_of(at)
