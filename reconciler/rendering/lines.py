"""Lines of text output: what they say, and how they look on a terminal that has colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.rendering.escaping import printable

WIDTH = 80
"""Columns that every output fits, names of 40 characters included."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `style` is a word that the printer knows; None is plain."""

    text: str
    style: str | None = None


def wrapped(
    text: str, *, indent: int = 0, hang: int = 0, first: str = "", style: str | None = None
) -> Iterator[Line]:
    """`text`, made printable, in lines of at most WIDTH columns where words allow it.

    The first line begins with `indent` spaces and `first`; the others hang `hang` columns.
    """
    lead = " " * indent + first
    room = textwrap.TextWrapper(
        width=WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * (hang or len(lead)),
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in room.wrap(printable(text)) or [lead.rstrip()]:
        yield Line(line, style)


def plain(lines: Iterable[Line]) -> str:
    """The lines without any style, each ended by a line break."""
    return "".join(f"{line.text}\n" for line in lines)
