"""`fmt`: spec files in their canonical order and layout, with everything else as it was.

What may not change is checked for every file before it is written: the values that a parser reads,
as their source has them, and the comments.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.editing.blocks import UnusualError, read_body, read_lines
from reconciler.editing.comparing import is_same
from reconciler.editing.key_order import shape_of
from reconciler.editing.layout import body_lines, last_comments
from reconciler.editing.nodes import (
    AliasNode,
    DocumentNode,
    MapNode,
    ScalarNode,
    compose,
    descendants,
)
from reconciler.editing.writing import replace_file, require_inside
from reconciler.model.positions import Position
from reconciler.spec import folder
from reconciler.spec.characters import decode
from reconciler.spec.issues import SpecIssue
from reconciler.spec.parsing import ParsedFile, parse
from reconciler.values.errors import UserError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_BREAKS = ("\n", "\r\n", "\r")
_LINE_BREAK = re.compile("\r\n|\n|\r")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_MARKER = re.compile(r"---(?:([ \t]+)(#[^\n]*))?[ \t]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Formatted:
    """The files whose layout was not the canonical one, and what is wrong in others."""

    changed: tuple[str, ...]
    issues: tuple[SpecIssue, ...]


def format_files(paths: Sequence[str], *, write: bool) -> Formatted:
    """Format the spec files in `paths`, files and folders; without `write` only look.

    A file that can't be read, parsed or written becomes an issue, and the others are done.
    Raises UserError where a path isn't there or no file is found.
    """
    found = folder.find(paths)
    changed: list[str] = []
    issues = list(found.issues)
    for file in found.files:
        before = folder.read(file)
        if isinstance(before, SpecIssue):
            issues.append(before)
            continue
        after = format_bytes(file.name, before)
        if not isinstance(after, bytes):
            issues.extend(after)
        elif after != before:
            try:
                if write:
                    require_inside(file.path, [Path(path) for path in paths])
                    replace_file(file.path, before, after, name=file.name)
                changed.append(file.name)
            except UserError as error:
                issues.append(SpecIssue(Position(file.name, 1), "", str(error)))
    return Formatted(tuple(changed), tuple(issues))


def format_bytes(file: str, data: bytes) -> bytes | tuple[SpecIssue, ...]:
    """The content of a spec file in its canonical form, or why it has none. Raises nothing.

    Documents that are no spec documents (no known `kind`), and those with directives, `?` keys and
    other rarities, are left as they are. `file` is the file's name for positions.
    """
    before = parse(file, data)
    if before.issues:
        return before.issues
    whole = decode(data)
    text = _LINE_BREAK.sub("\n", whole)
    documents = compose(text)
    unended = _unended(file, text, documents)
    if unended:
        return (unended,)
    shown = _format(text, documents)
    mark = _BYTE_ORDER_MARK if data.startswith(_BYTE_ORDER_MARK) else b""
    after = mark + shown.replace("\n", _usual_line_break(whole)).encode()
    if after == data:
        return data
    difference = _difference(before, parse(file, after), text, shown)
    if difference:
        what = f"formatting would change {difference}, so the file was left as it is"
        return (SpecIssue(Position(file, 1), "", what),)
    return after


def _format(text: str, documents: tuple[DocumentNode, ...]) -> str:
    if not all(document.is_plain for document in documents):
        return text
    starts = [document.marker for document in documents]
    if any(start is None for start in starts[1:]):
        return text
    ends = [*starts[1:], len(text)] if documents else []
    first = starts[0] if starts else len(text)
    pieces = []
    try:
        if first:
            pieces.append(_joined(last_comments(read_lines(text[:first]), is_first=True)))
    except UnusualError:
        return text
    for document, end in zip(documents, ends, strict=True):
        assert end is not None
        pieces.append(_document(text, document, end))
    return "".join(pieces)


def _document(text: str, document: DocumentNode, end: int) -> str:
    """One document with its marker, up to `end`."""
    start = document.marker or 0
    marker = _MARKER.match(text, start) if document.marker is not None else None
    if document.marker is not None and not marker:
        return text[start:end]
    shown = ""
    if marker:
        shown = "---" + (f"{marker[1]}{marker[2].rstrip()}" if marker[2] else "") + "\n"
        start = marker.end()
    try:
        return shown + _joined(_body(text, document, start, end))
    except UnusualError:
        return shown + text[start:end]


def _body(text: str, document: DocumentNode, start: int, end: int) -> list[str]:
    root = document.root
    if isinstance(root, ScalarNode) and root.start == root.end:
        return last_comments(read_lines(text[start:end]), is_first=True)
    pair = root.find("kind") if isinstance(root, MapNode) else None
    kind = pair[1] if pair else None
    shape = shape_of(kind.value) if isinstance(kind, ScalarNode) else None
    if shape is None:
        raise UnusualError
    return body_lines(read_body(text, root, start, end), shape)


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _unended(file: str, text: str, documents: tuple[DocumentNode, ...]) -> SpecIssue | None:
    for document in documents:
        for node in descendants(document.root):
            if isinstance(node, ScalarNode) and node.is_unended:
                place = Position(file, text.count("\n", 0, node.end) + 1)
                what = (
                    "the file ends within a block text: end its last line with a line break, "
                    "which becomes a part of the text, or write |- above it"
                )
                return SpecIssue(place, "", what)
    return None


def _usual_line_break(text: str) -> str:
    """The line break that the file has most of; a line feed where it has none."""
    counts = Counter(_LINE_BREAK.findall(text))
    return max(_LINE_BREAKS, key=lambda one: counts[one])


def _difference(before: ParsedFile, after: ParsedFile, text: str, shown: str) -> str | None:
    """What a reader of the formatted file would find changed, or None."""
    if after.issues or len(before.documents) != len(after.documents):
        return "how the file reads"
    for one, other in zip(before.documents, after.documents, strict=True):
        if not is_same(one.root, other.root):
            return "its values"
    return "its comments" if _comments(text) != _comments(shown) else None


def _comments(text: str) -> Counter[str]:
    """The comments of a text: what begins with # outside of scalars."""
    found: Counter[str] = Counter()
    at = 0
    for document in compose(text):
        for node in descendants(document.root):
            if isinstance(node, (ScalarNode, AliasNode)) and node.start >= at:
                found.update(one.rstrip() for one in _COMMENT.findall(text[at : node.start]))
                at = node.end
    found.update(one.rstrip() for one in _COMMENT.findall(text[at:]))
    return found
