"""A document as blocks of text: each key with the comments and blank lines that belong to it.

ruamel.yaml keeps comments too, but ties them to the token before, so that a key which moves
leaves the comment above it behind. Here the text between two nodes is read line by line:

- a comment at the end of a line belongs to that line;
- comments above a key belong to the key, with the blank line above them;
- comments at the end of a nested block, indented as far as it, belong to the block;
- comments at the top of a block that a blank line parts from its first key belong to the block.
  In a document the first comment does in any case: it is about the document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reconciler.editing.nodes import (
    PROPERTIES,
    AliasNode,
    ListNode,
    MapNode,
    Node,
    ScalarNode,
    content_start,
    descendants,
)

_REST_OF_LINE = re.compile(r"([ \t]*)(#[^\n]*)?")
_MODELINE = re.compile(r"#\s*yaml-language-server:")


class UnusualError(Exception):
    """The document is written in a way that is left alone, like keys that begin with `?`."""


@dataclass(frozen=True, slots=True)
class Line:
    """A comment alone on its line, or a blank line, which has no text."""

    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar, alias or flow collection, as it is written.

    `parent_column` is the column of the block it stands in. The line ends at `kept_ends` are
    within quotes, where white space may mean something.
    """

    lines: tuple[str, ...]
    parent_column: int
    column: int
    node: Node
    kept_ends: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Block:
    """A map or list in block style. `head` and `foot` are its comments above and below."""

    entries: tuple[Entry, ...]
    head: tuple[Line, ...]
    foot: tuple[Line, ...]
    node: MapNode | ListNode


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its value, or one item of a list, where `key` is empty.

    `key` is what is printed of it, `name` what it is called; `nodes` are its own and the value's.
    `properties` are the anchor and tag of a block. `note` is the comment on the line of the key or
    dash, `end_note` the one after a leaf, each with the spaces before it. `between` are the
    comments above a leaf on a line of its own.
    """

    key: str
    name: str
    lead: tuple[Line, ...]
    nodes: tuple[Node, ...]
    value: Leaf | Block | None = None
    properties: str = ""
    note: str = ""
    end_note: str = ""
    between: tuple[Line, ...] = ()
    is_inline: bool = True


@dataclass(frozen=True, slots=True)
class Body:
    """A document between its markers: a block, or one leaf with the comments around it."""

    lead: tuple[Line, ...]
    value: Block | Leaf
    end_note: str = ""
    foot: tuple[Line, ...] = ()


def read_body(text: str, root: Node, start: int, end: int) -> Body:
    """Read the document whose text is `text[start:end]`. `start` is the beginning of a line.

    The lines of `text` end in a line feed. Raises UnusualError.
    """
    return _Reader(text, start, end).body(root)


def read_lines(text: str) -> tuple[Line, ...]:
    """Comments and blank lines, and nothing else. Raises UnusualError for anything else."""
    reader = _Reader(text, 0, len(text))
    reader.lines_below(is_line_start=True)
    if reader.at != len(text):
        raise UnusualError
    return tuple(reader.waiting)


@dataclass(slots=True)
class _Reader:
    """Reads along the text; the nodes say what comes next."""

    text: str
    at: int
    end: int
    waiting: list[Line] = field(default_factory=list)
    """Comments and blank lines that have been read and not yet been given to anything."""

    def body(self, root: Node) -> Body:
        self.lines_below(is_line_start=True)
        if isinstance(root, (MapNode, ListNode)) and not root.is_flow:
            if root.anchor is not None or root.has_tag:
                raise UnusualError
            block = self._block(root, floor=0, is_root=True)
            self._expect_end()
            return Body((), block)
        lead = self._take_waiting()
        leaf = self._leaf(root, 0)
        end_note, _ = self._gap()
        self._expect_end()
        return Body(lead, leaf, end_note, self._take_waiting())

    def _expect_end(self) -> None:
        if self.at != self.end:
            raise UnusualError

    def _block(self, node: MapNode | ListNode, floor: int, *, is_root: bool = False) -> Block:
        """A block of which comments below it that begin left of `floor` are no part."""
        column = self._column(self.at)
        head, first_lead = _split_head(self._take_waiting(), is_root=is_root)
        entries: list[Entry] = []
        parts = node.pairs if isinstance(node, MapNode) else [(None, one) for one in node.items]
        for key, value in parts:
            if self._column(self.at) != column:
                raise UnusualError
            lead = self._take_waiting() if entries else first_lead
            entries.append(self._entry(key, value, column, lead))
        foot = self._claim(max(column, floor))
        return Block(tuple(entries), head, foot, node)

    def _entry(self, key: Node | None, value: Node, column: int, lead: tuple[Line, ...]) -> Entry:
        if key is None:
            self._expect("-")
            return self._valued(Entry("", "", lead, (value,)), value, column)
        written = self.text[key.start : key.end]
        if not isinstance(key, (ScalarNode, AliasNode)) or key.start != self.at or not written:
            raise UnusualError
        if "\n" in written or (isinstance(key, ScalarNode) and key.is_empty):
            raise UnusualError
        self.at = key.end
        self._skip_spaces()
        self._expect(":")
        if isinstance(key, AliasNode):
            # A colon right after an alias would be taken for a part of its name.
            begun = Entry(f"{written} :", "", lead, (key, value))
        else:
            begun = Entry(f"{written}:", key.value, lead, (key, value))
        return self._valued(begun, value, column)

    def _valued(self, entry: Entry, value: Node, column: int) -> Entry:
        """The entry with its value, which begins after the key's colon or the dash."""
        note, is_below = self._gap()
        if isinstance(value, ScalarNode) and value.start == value.end:
            return replace(entry, note=note)
        if isinstance(value, (MapNode, ListNode)) and not value.is_flow:
            properties = ""
            if value.anchor is not None or value.has_tag:
                properties = self._properties(value, is_below=is_below)
                note, is_below = self._gap()
                if not is_below:
                    raise UnusualError
            if not is_below and entry.key:
                raise UnusualError
            block = self._block(value, floor=column + 1)
            return replace(entry, value=block, properties=properties, note=note)
        between = self._take_waiting() if is_below else ()
        leaf = self._leaf(value, column)
        end_note, _ = self._gap()
        return replace(
            entry,
            value=leaf,
            note=note,
            end_note=end_note,
            between=between,
            is_inline=not is_below,
        )

    def _properties(self, node: MapNode | ListNode, *, is_below: bool) -> str:
        found = PROPERTIES.match(self.text, self.at)
        if is_below or node.start != self.at or not found:
            raise UnusualError
        written = found[0].partition("\n")[0].partition("#")[0].rstrip()
        self.at += len(written)
        return written

    def _leaf(self, node: Node, parent_column: int) -> Leaf:
        if node.start != self.at:
            raise UnusualError
        if isinstance(node, ScalarNode) and node.is_block:
            before = self.text[node.start : content_start(self.text, node)]
            if "\n" in before:
                raise UnusualError
        self.at = node.end
        lines = self.text[node.start : node.end].split("\n")
        kept_ends = self._kept_ends(node) if len(lines) > 1 else frozenset[int]()
        return Leaf(tuple(lines), parent_column, self._column(node.start), node, kept_ends)

    def _kept_ends(self, node: Node) -> frozenset[int]:
        """The lines of a leaf that end within quotes."""
        kept: set[int] = set()
        for one in descendants(node):
            if isinstance(one, ScalarNode) and one.style in ("'", '"'):
                first = self.text.count("\n", node.start, one.start)
                kept.update(range(first, first + self.text.count("\n", one.start, one.end)))
        return frozenset(kept)

    def _gap(self) -> tuple[str, bool]:
        """Read up to the next thing: the comment on this line, and whether that is below it."""
        found = _REST_OF_LINE.match(self.text, self.at, self.end)
        assert found is not None
        spaces, comment = found[1], found[2]
        if comment and not spaces:
            raise UnusualError
        self.at = found.end()
        is_below = self.at == self.end or self.text[self.at] == "\n"
        if is_below:
            self.lines_below()
        note = "" if not comment else (" " if "\t" in spaces else spaces) + comment.rstrip()
        return note, is_below

    def lines_below(self, *, is_line_start: bool = False) -> None:
        """Read comments and blank lines up to the next thing, from the end of a line."""
        while self.at < self.end and (is_line_start or self.text[self.at] == "\n"):
            if not is_line_start:
                self.at += 1
            is_line_start = False
            found = _REST_OF_LINE.match(self.text, self.at, self.end)
            assert found is not None
            self.at = found.end()
            if found[2]:
                self.waiting.append(Line(len(found[1]), found[2].rstrip()))
            elif self.at < self.end and self.text[self.at] == "\n":
                self.waiting.append(Line(0, ""))

    def _claim(self, column: int) -> tuple[Line, ...]:
        """Take the waiting comments that are indented at least to `column`, up to another one."""
        last = 0
        for number, line in enumerate(self.waiting, start=1):
            if line.text and line.column < column:
                break
            if line.text:
                last = number
        claimed, self.waiting = self.waiting[:last], self.waiting[last:]
        return tuple(claimed)

    def _take_waiting(self) -> tuple[Line, ...]:
        taken, self.waiting = tuple(self.waiting), []
        return taken

    def _skip_spaces(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1

    def _expect(self, character: str) -> None:
        if not self.text.startswith(character, self.at):
            raise UnusualError
        self.at += 1

    def _column(self, at: int) -> int:
        return at - (self.text.rfind("\n", 0, at) + 1)


def _split_head(
    lines: Sequence[Line], *, is_root: bool
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The comments at the top of a block: those of the block, and those of its first key."""
    start = 0
    if is_root:
        while start < len(lines) and _MODELINE.match(lines[start].text):
            start += 1
        while start < len(lines) and not lines[start].text:
            start += 1
        while start < len(lines) and lines[start].text:
            start += 1
    cut = len(lines)
    while cut > start and lines[cut - 1].text:
        cut -= 1
    return tuple(lines[:cut]), tuple(lines[cut:])
