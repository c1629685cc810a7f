"""From the text of a spec file to its documents, by way of the parser's events.

Events rather than a parser's ready-made values, because these have no positions, follow YAML 1.1,
build what a hostile file asks for, and recurse as deep as it nests. Here the nesting, the number
of values and what aliases expand to are bounded while the file is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.spec.building import Builder, TooMuchError
from reconciler.spec.characters import UnreadableTextError, decode
from reconciler.spec.issues import SpecIssue
from reconciler.spec.syntax import explain
from reconciler.spec.tree import FILE_BITS, Mark, SourceDocument, mark

LARGEST_FILE = 10_000_000

_COLON_IN_FLOW = "found unexpected ':'"
"""How libyaml 0.1 refuses `{image: a/b:1}`, which YAML 1.2 allows."""
_LARGEST_SECOND_READING = 1_000_000


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The documents of one file, as far as it could be read, and what is wrong with it."""

    documents: tuple[SourceDocument, ...]
    issues: tuple[SpecIssue, ...] = ()


def parse(file: str, data: bytes, files: list[str] | None = None) -> ParsedFile:
    """Read the documents of a spec file. `file` is its name for positions. Raises nothing.

    `files` are the names of those read before, which grow by this one: documents that are to be
    merged must share them.
    """
    files = [] if files is None else files
    base = len(files) << FILE_BITS
    files.append(file)
    if len(data) > LARGEST_FILE:
        return ParsedFile((), (too_large(file),))
    whole = SourceDocument(files, None, base)
    try:
        text = decode(data)
    except UnreadableTextError as error:
        position = whole.position_of(base + mark(error.line, error.column))
        return ParsedFile((), (SpecIssue(position, "", error.message),))
    fast = _fast_events(text)
    builder = (
        _build(text, _events(text), None, base)
        if fast is None
        else _build(text, fast, _events, base)
    )
    return ParsedFile(
        tuple(SourceDocument(files, root, start) for root, start in builder.documents),
        tuple(SpecIssue(whole.position_of(at), "", what) for at, what in builder.issues),
    )


def _build(
    text: str, events: Iterator[Any], second: Callable[[str], Iterator[Any]] | None, base: Mark
) -> Builder:
    """Build from `events`; `second` gives those of the parser that knows more of YAML 1.2."""
    builder = Builder(base)
    while True:
        try:
            event = next(events, None)
        except Exception as error:
            # Whatever a parser raises on hostile text is a complaint about the text: besides its
            # own errors, the Python one lets through OverflowError, AssertionError and others.
            if second and _COLON_IN_FLOW in str(error) and len(text) <= _LARGEST_SECOND_READING:
                return _build(text, second(text), None, base)
            at, what = explain(error, text)
            builder.issues.append((base + at, what))
            return builder
        if event is None:
            return builder
        try:
            builder.take(event)
        except TooMuchError:
            return builder


def too_large(file: str) -> SpecIssue:
    """The issue of a file above the limit, which is told before it is read."""
    whole = SourceDocument([file], None, 0)
    limit = LARGEST_FILE // 1_000_000
    return SpecIssue(whole.position_of(0), "", f"the file is larger than {limit} MB: split it")


def _fast_events(text: str) -> Iterator[Any] | None:
    """The events of libyaml, where it is installed."""
    try:
        # ruamel's module that may be missing, and that says where the C parser comes from
        from ruamel.yaml import cyaml
    except ImportError:
        return None
    parser: Any = cyaml.CParser  # type: ignore[attr-defined]  # it is imported there, not defined
    return iter(parser(text).get_event, None)


def _events(text: str) -> Iterator[Any]:
    """The events of ruamel's own parser: the same, twenty times slower."""
    from ruamel.yaml import YAML

    return iter(YAML(typ="safe", pure=True).parse(text))
