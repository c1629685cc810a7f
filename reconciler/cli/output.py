"""Where output goes: results to standard output, everything else to standard error.

Colour on a terminal only, and never where NO_COLOR is set.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

from reconciler.rendering.escaping import printable
from reconciler.rendering.lines import Line
from reconciler.values.errors import UserError

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


class ReaderLeftError(Exception):
    """Whoever read the output has closed it."""


def require_open() -> None:
    """Raises UserError where standard output is closed, so that results would go nowhere."""
    if sys.stdout is None:
        raise UserError("standard output is closed", "leave it open, or send it to /dev/null")
    for stream in (sys.stdout, sys.stderr):
        # An arithmetic line holds a minus sign that not every encoding has.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def _write(stream: TextIO, text: str) -> None:
    """Write and flush. Raises ReaderLeftError, and UserError where the device is full or fails."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError as error:
        raise ReaderLeftError from error
    except OSError as error:
        raise UserError(f"the output can't be written: {error.strerror}") from error


def show(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Print lines, with colour where the stream is a terminal."""
    stream = stream or sys.stdout
    coloured = _has_colour(stream)
    text = []
    for line in lines:
        code = _ANSI.get(line.style or "") if coloured else None
        text.append(f"\x1b[{code}m{line.text}\x1b[0m\n" if code else f"{line.text}\n")
    _write(stream, "".join(text))


def show_json(value: object) -> None:
    """Print a value as JSON, in one go, so that a reader never sees half of it."""
    _write(sys.stdout, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def say(text: str, style: str | None = None) -> None:
    """One line for the person at the keyboard, to standard error, if anyone reads that."""
    if sys.stderr is None:
        return
    with suppress(ReaderLeftError, UserError):
        show([Line(printable(text), style)], sys.stderr)


def _has_colour(stream: TextIO) -> bool:
    return (
        is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def show_raw(text: str) -> None:
    """Text as it is, such as a worker's log, to standard output."""
    _write(sys.stdout, text)


def show_text(text: str) -> None:
    """One line of the result, to standard output."""
    show([Line(printable(text))])
