"""Text from specs, jobs and services, made safe to show on a terminal."""

from __future__ import annotations

import unicodedata

_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (bidi among them), surrogate, private and unassigned characters, line breaks."""


def printable(text: str) -> str:
    """`text` with every character that could move the cursor, reorder or hide text spelled out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if character == " " or unicodedata.category(character) not in _UNSAFE_CATEGORIES
        else _spelled(character)
        for character in text
    )


def _spelled(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )
