"""What the YAML parser complains of, in sentences for the writer of the file.

The C parser and the Python parser word their complaints differently, and both name tokens that a
writer never heard of. What most often goes wrong is recognised here by the source text.
"""

from __future__ import annotations

import re
from typing import Protocol

from reconciler.spec.issues import shorten
from reconciler.spec.tree import Mark, line_of, mark


class ParserMark(Protocol):
    """A place, as the parser gives it: from 0."""

    line: int
    column: int


_PLACEHOLDER = re.compile(r"(?:^|[:,\[-])\s+(\{\w+\}[^\s,#\]}][^#\n]*?)\s*(?:#.*)?$")
_INDENTING_TAB = re.compile(r"[ ]*(\t)")
_LINE_BREAK = re.compile("\r\n|\n|\r")


def explain(error: Exception, text: str) -> tuple[Mark, str]:
    """Where a syntax error is and what to do about it."""
    problem = str(getattr(error, "problem", None) or "")
    context = str(getattr(error, "context", None) or "")
    at: ParserMark | None = getattr(error, "problem_mark", None)
    began: ParserMark | None = getattr(error, "context_mark", None)
    if at is None:
        return mark(0, 0), "the file can't be read as YAML"
    lines = _LINE_BREAK.split(text)
    return (
        _tab(at, lines)
        or _placeholder(at, lines)
        or _unclosed(problem, context, at, began, lines)
        or _by_problem(problem, context, at, began, lines)
        or (mark(at.line, at.column), f"the file can't be read as YAML: {_plain(problem)}")
    )


def _tab(at: ParserMark, lines: list[str]) -> tuple[Mark, str] | None:
    found = _INDENTING_TAB.match(_line(lines, at.line))
    if found and found.start(1) <= at.column:
        return mark(at.line, found.start(1)), "a tab can't indent YAML: use spaces"
    if _line(lines, at.line)[at.column : at.column + 1] == "\t":
        return mark(at.line, at.column), "a tab can't stand here: use spaces"
    return None


def _placeholder(at: ParserMark, lines: list[str]) -> tuple[Mark, str] | None:
    # Some complaints come at the start of the next line.
    for line in (at.line, at.line - 1):
        found = _PLACEHOLDER.search(_line(lines, line)) if line >= 0 else None
        if found:
            return (
                mark(line, found.start(1)),
                f'a value that begins with a placeholder must be in quotes: "{shorten(found[1])}"',
            )
    return None


def _unclosed(
    problem: str, context: str, at: ParserMark, began: ParserMark | None, lines: list[str]
) -> tuple[Mark, str] | None:
    is_at_end = not any(line.strip() for line in lines[at.line :]) or (
        at.line == len(lines) - 1 and at.column >= len(lines[-1])
    )
    if began is None or not is_at_end:
        return None
    if "quoted scalar" in context and "end of stream" in problem:
        return mark(began.line, began.column), "the quotes that open here are never closed"
    if "flow mapping" in context:
        return mark(began.line, began.column), "the { that opens here is never closed"
    if "flow sequence" in context:
        return mark(began.line, began.column), "the [ that opens here is never closed"
    return None


def _by_problem(
    problem: str, context: str, at: ParserMark, began: ParserMark | None, lines: list[str]
) -> tuple[Mark, str] | None:
    here = mark(at.line, at.column)
    line = _line(lines, at.line)
    character = line[at.column : at.column + 1]
    start = mark(began.line, began.column) if began else here
    if "mapping values are not allowed" in problem:
        return here, "a ':' can't stand here: quote a text that holds ': ', or indent evenly"
    if "cannot start any token" in problem or "node content" in problem:
        return here, f"a value can't begin with '{character}': put it in quotes"
    if "flow mapping" in context:
        return here, f"the {{ }} map of line {line_of(start)} needs a ',' or its end here"
    if "flow sequence" in context:
        return here, f"the [ ] list of line {line_of(start)} needs a ',' or its end here"
    if "unexpected ':'" in problem:
        return here, "a ':' within { } or [ ] can't stand here: put the text in quotes"
    if "escape character" in problem or "escape code" in problem:
        return start, "this text holds a \\ escape that YAML doesn't know: use single quotes"
    if "scanning an alias" in context or "scanning an anchor" in context:
        return start, "a value can't begin with '*' or '&' unless it is in quotes"
    if "simple key" in context:
        return start, "a key needs a ':' after it, and a map one key a line"
    if "block collection" in context:
        return here, "a list and a map can't stand side by side: indent one under a key"
    if "block mapping" in context:
        return here, "a key should begin here: indent evenly, and close quotes only at a text's end"
    if "sequence entries are not allowed" in problem:
        return here, "a list's '- ' begins on a line of its own"
    return None


def _plain(problem: str) -> str:
    return re.sub(r"\s+", " ", problem)[:200] or "it is not well-formed"


def _line(lines: list[str], number: int) -> str:
    return lines[number] if 0 <= number < len(lines) else ""
