"""Prints a document's blocks in their canonical order and layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reconciler.editing.blocks import Block, Body, Entry, Leaf, Line
from reconciler.editing.key_order import Shape
from reconciler.editing.nodes import (
    AliasNode,
    MapNode,
    Node,
    ScalarNode,
    content_start,
    descendants,
)

INDENTATION = 2


def body_lines(body: Body, shape: Shape) -> list[str]:
    """The lines of a document, without those that mark its beginning and end."""
    if isinstance(body.value, Block):
        return _block(body.value, 0, shape)
    leaf = body.value
    lines = _shifted(leaf, -leaf.column, 0)
    lines[-1] += body.end_note
    return [*comments(body.lead, 0, is_first=True), *lines, *last_comments(body.foot)]


def comments(lines: Iterable[Line], column: int, *, is_first: bool = False) -> list[str]:
    """Comments at `column`, with at most one blank line in a row.

    `is_first`: there is nothing above them that a blank line could part them from.
    """
    shown: list[str] = []
    for line in lines:
        if line.text:
            shown.append(" " * column + line.text)
        elif (shown and shown[-1]) or not (shown or is_first):
            shown.append("")
    return shown


def last_comments(lines: Iterable[Line], *, is_first: bool = False) -> list[str]:
    """Comments below which there is nothing, so that no blank line ends them."""
    shown = comments(lines, 0, is_first=is_first)
    return shown[:-1] if shown and not shown[-1] else shown


def _block(block: Block, column: int, shape: Shape) -> list[str]:
    lines = comments(block.head, column, is_first=True)
    is_map = isinstance(block.node, MapNode)
    for number, entry in enumerate(_ordered(block, shape)):
        lines += _lead(entry, column, lines) if number else _first_lead(entry, column, block, lines)
        lines += _entry(entry, column, shape.under(entry.name) if is_map else shape.item())
    return lines + comments(block.foot, column)


def _lead(entry: Entry, column: int, above: list[str]) -> list[str]:
    return comments(entry.lead, column, is_first=not (above and above[-1]))


def _first_lead(entry: Entry, column: int, block: Block, head: list[str]) -> list[str]:
    lead = _lead(entry, column, head)
    if entry is block.entries[0] or not head:
        return lead
    # The key has come up from below. Its comments must not become a part of the head, and a blank
    # line that was above it parts it from nothing any more.
    if not any(lead):
        return []
    return lead if not lead[0] or not head[-1] else ["", *lead]


def _entry(entry: Entry, column: int, shape: Shape) -> list[str]:
    start = " " * column + (entry.key or "-")
    if entry.value is None:
        return [start + entry.note]
    inner = column + INDENTATION
    if isinstance(entry.value, Leaf):
        leaf = entry.value
        if entry.is_inline:
            lines = _leaf(leaf, column - leaf.parent_column, column)
            lines[0] = f"{start} {lines[0]}"
        else:
            lines = _leaf(leaf, inner - leaf.column, column)
            lines[0] = " " * inner + lines[0]
            lines = [start + entry.note, *comments(entry.between, inner, is_first=True), *lines]
        lines[-1] += entry.end_note
        return lines
    nested = _block(entry.value, inner, shape)
    header = start + (f" {entry.properties}" if entry.properties else "") + entry.note
    is_compact = not entry.key and header == start and not nested[0].lstrip().startswith("#")
    if is_compact:
        return [start + nested[0][len(start) :], *nested[1:]]
    return [header, *nested]


def _leaf(leaf: Leaf, columns: int, parent_column: int) -> list[str]:
    """The lines of a leaf whose first one moves by `columns`, in a block at `parent_column`."""
    if isinstance(leaf.node, ScalarNode) and leaf.node.is_block:
        return _block_text(leaf, leaf.node, parent_column)
    return _shifted(leaf, columns, parent_column)


def _block_text(leaf: Leaf, node: ScalarNode, column: int) -> list[str]:
    properties_and_header = leaf.lines[0].rstrip()
    header = properties_and_header[content_start(leaf.lines[0], _at_start(node)) :]
    digits = [one for one in header.partition("#")[0] if one.isdigit()]
    indentation = column + (int(digits[0]) if digits else INDENTATION)
    lines = [properties_and_header]
    for line in leaf.lines[1:]:
        is_blank = not line.strip(" ") and len(line) <= node.indentation
        lines.append("" if is_blank else " " * indentation + line[node.indentation :])
    return lines


def _at_start(node: ScalarNode) -> ScalarNode:
    """The node as it is in a text of its own."""
    length = node.end - node.start
    return ScalarNode(0, length, node.value, node.style, node.anchor, node.has_tag)


def _shifted(leaf: Leaf, columns: int, parent_column: int) -> list[str]:
    """The lines of a leaf, the further ones moved by `columns`. Their indentation means nothing,
    as long as a scalar's lines begin right of the block that it stands in."""
    lines = list(leaf.lines)
    is_scalar = isinstance(leaf.node, (ScalarNode, AliasNode))
    for number, line in enumerate(lines):
        bare = line.lstrip(" ")
        if number and bare:
            indentation = max(0, len(line) - len(bare) + columns)
            if is_scalar and indentation <= parent_column:
                indentation = parent_column + INDENTATION
            line = " " * indentation + bare
        lines[number] = line if number in leaf.kept_ends else line.rstrip()
    return lines


def _ordered(block: Block, shape: Shape) -> Sequence[Entry]:
    """The entries in canonical order, or as they are where moving them would change a value."""
    if not isinstance(block.node, MapNode):
        return block.entries
    ranks = {name: rank for rank, name in enumerate(shape.ordered(e.name for e in block.entries))}
    entries = sorted(block.entries, key=lambda entry: ranks[entry.name])
    if entries == list(block.entries):
        return block.entries
    # What follows a text that keeps its blank lines has to stay where it is.
    is_fixed = any(
        isinstance(one, ScalarNode) and one.keeps_breaks for one in descendants(block.node)
    )
    if is_fixed or _references(block.entries) != _references(entries):
        return block.entries
    return entries


def _references(entries: Iterable[Entry]) -> tuple[dict[int, int | None], dict[str, int]]:
    """Which anchor each alias stands for, and the last anchor of each name, by their place."""
    meant: dict[int, int | None] = {}
    anchors: dict[str, int] = {}
    for node in _nodes(entries):
        if isinstance(node, AliasNode):
            meant[node.start] = anchors.get(node.anchor)
        elif node.anchor is not None:
            anchors[node.anchor] = node.start
    return meant, anchors


def _nodes(entries: Iterable[Entry]) -> Iterator[Node]:
    for entry in entries:
        for node in entry.nodes:
            yield from descendants(node)
