"""Where output goes: results to standard output, everything else to standard error.

Colour on a terminal only, and never where NO_COLOR is set.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import TextIO

from reconciler.rendering.escaping import printable
from reconciler.rendering.lines import Line

_ANSI = {
    "heading": "1",
    "quiet": "2",
    "hire": "32",
    "resume": "36",
    "cancel": "31",
    "drain": "33",
    "hold": "2",
    "warning": "33",
    "error": "31",
}


def is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def show(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Print lines, with colour where the stream is a terminal."""
    stream = stream or sys.stdout
    coloured = _has_colour(stream)
    for line in lines:
        code = _ANSI.get(line.style or "") if coloured else None
        stream.write(f"\x1b[{code}m{line.text}\x1b[0m\n" if code else f"{line.text}\n")
    stream.flush()


def show_json(value: object) -> None:
    """Print a value as JSON, in one go, so that a reader never sees half of it."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(text: str, style: str | None = None) -> None:
    """One line for the person at the keyboard, to standard error."""
    show([Line(printable(text), style)], sys.stderr)


def _has_colour(stream: TextIO) -> bool:
    return (
        is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def show_text(text: str) -> None:
    """One line of the result, to standard output."""
    show([Line(printable(text))])
