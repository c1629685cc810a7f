"""Values as YAML: plain where that means the same, quoted, in lines or folded where not."""

from __future__ import annotations

import re
import textwrap

from reconciler.rendering.escaping import printable
from reconciler.spec.scalars import resolve

_PLAIN = re.compile(r"[A-Za-z0-9_./$(@%~+=^-][A-Za-z0-9_./$()@%~+=^,;:?!&*<>|'\" -]*")
_NOT_PLAIN = re.compile(r": |:$| #|^[@%>|&*!?'\"`-](?: |$)|^[@%]|\s$|[,\[\]{}]")
_FOLD_ABOVE = 56


def scalar(value: object) -> str:
    """A scalar, or a map or list of them in its flow form, on one line."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)}: {scalar(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(scalar, value)) + "]"
    return str(value)


def quoted(text: str) -> str:
    """A text that YAML 1.2 reads as this text, and 1.1 too: `NO` and `3:30` are quoted."""
    is_plain = _PLAIN.fullmatch(text) and not _NOT_PLAIN.search(text)
    if is_plain and resolve(text) == text and not _is_old_yaml(text):
        return text
    # The escapes of `printable` are YAML's own.
    return '"' + printable(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def block(text: str, indent: int) -> tuple[str, list[str]] | None:
    """The indicator and the lines of a long text, or None where it does better on one line.

    `indent`: how far the lines are to be indented.
    """
    if any(printable(line) != line for line in text.split("\n")) or text.startswith((" ", "\n")):
        return None
    lead = " " * indent
    if "\n" in text:
        body = text[:-1] if text.endswith("\n") else text
        if body.endswith("\n") or any(line != line.rstrip() for line in body.split("\n")):
            return None
        mark = "|" if text.endswith("\n") else "|-"
        return mark, [f"{lead}{line}" if line else "" for line in body.split("\n")]
    if len(text) <= _FOLD_ABOVE or "  " in text or text != text.strip():
        return None
    lines = textwrap.wrap(text, width=78 - indent, break_long_words=False, break_on_hyphens=False)
    if len(lines) == 1 and quoted(text) == text:
        return None
    return ">-", [f"{lead}{line}" for line in lines]


def _is_old_yaml(text: str) -> bool:
    """Whether YAML 1.1 would take a text for a truth value, a number or a time."""
    word = text.lower()
    return word in ("yes", "no", "on", "off", "y", "n", "true", "false", "null") or (
        text[0].isdigit() and re.fullmatch(r"[0-9][0-9_:.]*", text) is not None
    )
