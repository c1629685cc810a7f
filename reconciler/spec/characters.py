"""From the bytes of a spec file to its text: what isn't readable text is refused here.

Control characters and those that turn the direction of writing can make a reviewer see something
else than what is read, and NUL can't be handed to a process.
"""

from __future__ import annotations

import re
import unicodedata

_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab, line feed, return
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction of writing
    "\u2028\u2029"  # line breaks for some programs and not for others
    "\ud800-\udfff\ufeff\ufffe\uffff]"  # no characters, or none within a text
)
_LINE_BREAK = re.compile("\r\n|\n|\r")
_CONTROL_NAMES = {"\x00": "NUL", "\x08": "backspace", "\x1b": "escape", "\x7f": "delete"}


class UnreadableTextError(Exception):
    """The bytes are no text for a spec. `line` and `column` count from 0."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message


def decode(data: bytes) -> str:
    """The text of a spec file, without its byte order mark. Raises UnreadableTextError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableTextError(0, 0, "the file is in UTF-16: save it in UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise UnreadableTextError(
            *_end_of(before),
            f"the byte 0x{data[error.start]:02X} is not UTF-8: save the file in UTF-8",
        ) from None
    text = text.removeprefix("\ufeff")
    found = _REFUSED.search(text)
    if found:
        raise UnreadableTextError(
            *_end_of(text[: found.start()]),
            f"the file holds {describe(found[0])}, which can't be read as text: remove it",
        )
    return text


def refused_character(text: str) -> str | None:
    """The first character of a value that no spec may hold, described, or None."""
    found = _REFUSED.search(text)
    return describe(found[0]) if found else None


def describe(character: str) -> str:
    """`the character U+202E (right-to-left override)`."""
    name = _CONTROL_NAMES.get(character) or unicodedata.name(character, "control character").lower()
    return f"the character U+{ord(character):04X} ({name})"


def _end_of(text: str) -> tuple[int, int]:
    """Line and column, from 0, at which `text` ends."""
    line, last = 0, 0
    for found in _LINE_BREAK.finditer(text):
        line, last = line + 1, found.end()
    return line, len(text) - last
