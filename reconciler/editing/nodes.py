"""A spec file's text as nodes that know their span: what an editor cuts at.

The tree of `reconciler.spec.tree` knows where a value begins; whoever changes a file must also know
where it ends, which part of it is an anchor, and what is an alias. These nodes come from the same
events of ruamel.yaml's parsers, whose marks count characters. They are made of text that
`reconciler.spec.parsing.parse` has found no fault with, so that nesting and aliases are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s+(?:#[^\r\n]*[\r\n]\s*)*|$))+")
"""An anchor, a tag or both, with the white space (and comments) up to the value."""

_LINE_BREAK_AT_END = re.compile(r"(?:\r\n|\r|\n)\Z")
_SPACE = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar. The span holds its anchor and tag; the line break after a block text is outside.

    `style` is `'`, `"`, `|`, `>`, or empty for a plain one. `is_empty`: nothing is written, and the
    span is the place where the value would stand, or that of an anchor or tag alone.
    """

    start: int
    end: int
    value: str
    style: str
    anchor: str | None = None
    has_tag: bool = False
    indentation: int = 0
    """Of a block text: the columns of its lines that are not part of it."""
    keeps_breaks: bool = False
    """Whether the blank lines after this block text are a part of it."""
    is_unended: bool = False
    """Whether the file ends within this block text, without a line break."""

    @property
    def is_empty(self) -> bool:
        return not self.style and not self.value

    @property
    def is_block(self) -> bool:
        return self.style in ("|", ">")


@dataclass(frozen=True, slots=True)
class AliasNode:
    """`*anchor`."""

    start: int
    end: int
    anchor: str


@dataclass(frozen=True, slots=True)
class MapNode:
    """A map. The span holds its anchor and tag, and ends with its last value."""

    start: int
    end: int
    pairs: tuple[tuple[Node, Node], ...]
    is_flow: bool
    anchor: str | None = None
    has_tag: bool = False

    def find(self, key: str) -> tuple[Node, Node] | None:
        """The pair whose key is written as the text `key`."""
        for pair in self.pairs:
            if isinstance(pair[0], ScalarNode) and pair[0].value == key:
                return pair
        return None


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list. The span holds its anchor and tag, and ends with its last item."""

    start: int
    end: int
    items: tuple[Node, ...]
    is_flow: bool
    anchor: str | None = None
    has_tag: bool = False


Node = ScalarNode | AliasNode | MapNode | ListNode


@dataclass(frozen=True, slots=True)
class DocumentNode:
    """One document. `marker`: where its `---` begins; None where it has none.

    `is_plain`: it has no `%` directive above it and no `...` below it.
    """

    root: Node
    marker: int | None
    is_plain: bool


def compose(text: str) -> tuple[DocumentNode, ...]:
    """The documents of a text that `parse` has found no fault with, in order."""
    from ruamel.yaml.error import YAMLError

    try:
        return _Composer(text, _fast_events(text)).documents()
    except (ImportError, YAMLError):
        # libyaml is not installed, or refuses what YAML 1.2 allows and `parse` accepted.
        return _Composer(text, _events(text)).documents()


def children(node: Node) -> Iterator[Node]:
    """The keys, values and items of a node, in the order of the text."""
    if isinstance(node, MapNode):
        for pair in node.pairs:
            yield from pair
    elif isinstance(node, ListNode):
        yield from node.items


def descendants(node: Node) -> Iterator[Node]:
    """The node and all that is in it, in the order of the text."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(list(children(one))))


def content_start(text: str, node: ScalarNode) -> int:
    """Where the scalar itself begins, after its anchor and tag."""
    if node.anchor is None and not node.has_tag:
        return node.start
    found = PROPERTIES.match(text, node.start, node.end)
    return found.end() if found else node.start


def _fast_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import cyaml

    parser: Any = cyaml.CParser  # type: ignore[attr-defined]  # it is imported there, not defined
    return iter(parser(text).get_event, None)


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    return iter(YAML(typ="safe", pure=True).parse(text))


class _Composer:
    """Makes nodes of events. Recursion is as deep as the nesting, which `parse` bounds."""

    def __init__(self, text: str, events: Iterator[Any]) -> None:
        self.text = text
        self.events = events

    def documents(self) -> tuple[DocumentNode, ...]:
        found: list[DocumentNode] = []
        for event in self.events:
            if event.__class__.__name__ != "DocumentStartEvent":
                continue
            has_directives = bool(event.version or event.tags)
            marker = event.end_mark.index - len("---") if event.explicit else None
            root = self._node(next(self.events))
            end = next(self.events)
            found.append(DocumentNode(root, marker, not has_directives and not end.explicit))
        return tuple(found)

    def _node(self, event: Any) -> Node:
        kind = event.__class__.__name__
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if kind == "AliasEvent":
            return AliasNode(start, end, event.anchor)
        if kind == "ScalarEvent":
            return self._scalar(event, start, end)
        is_flow, has_tag = bool(event.flow_style), event.tag is not None
        if kind == "MappingStartEvent":
            pairs, end = self._pairs(end)
            return MapNode(start, end, pairs, is_flow, event.anchor, has_tag)
        items: list[Node] = []
        for inner in self.events:
            if inner.__class__.__name__ == "SequenceEndEvent":
                end = inner.end_mark.index if is_flow or not items else items[-1].end
                break
            items.append(self._node(inner))
        return ListNode(start, end, tuple(items), is_flow, event.anchor, has_tag)

    def _pairs(self, end: int) -> tuple[tuple[tuple[Node, Node], ...], int]:
        pairs: list[tuple[Node, Node]] = []
        for event in self.events:
            if event.__class__.__name__ == "MappingEndEvent":
                # A block's own end mark is where the next thing begins.
                is_flow = event.end_mark.index > event.start_mark.index
                end = event.end_mark.index if is_flow or not pairs else pairs[-1][1].end
                break
            key = self._node(event)
            value = self._node(next(self.events))
            if isinstance(value, ScalarNode) and value.is_empty and value.start == value.end:
                value = self._placed(value, key.end)
            pairs.append((key, value))
        return tuple(pairs), end

    def _placed(self, value: ScalarNode, key_end: int) -> ScalarNode:
        """An empty value where it would be written: the parsers put it differently."""
        found = _SPACE.match(self.text, key_end)
        colon = found.end() if found else key_end
        at = colon + 1 if self.text.startswith(":", colon) else key_end
        return ScalarNode(at, at, "", "")

    def _scalar(self, event: Any, start: int, end: int) -> ScalarNode:
        style: str = event.style or ""
        has_tag = event.tag is not None
        if style in ("|", ">"):
            return self._block_text(event, start, end)
        return ScalarNode(start, end, event.value, style, event.anchor, has_tag)

    def _block_text(self, event: Any, start: int, end: int) -> ScalarNode:
        """A block text up to its last line.

        Blank lines after it are its own only where its header has a `+`, and those with more
        spaces than its indentation always.
        """
        raw = self.text[start:end]
        properties = PROPERTIES.match(raw)
        at = properties.end() if properties else 0
        header, *content = raw[at:].splitlines(keepends=True)
        # The header may give the indentation relative to a parent; the value shows what it is.
        indentation = _indentation_removed("".join(content), event.value)
        keeps_breaks = "+" in header.partition("#")[0]
        if not keeps_breaks:
            while content and _is_filler(content[-1], indentation):
                content.pop()
        kept = raw[:at] + header + "".join(content)
        bare = _LINE_BREAK_AT_END.sub("", kept)
        return ScalarNode(
            start,
            start + len(bare),
            event.value,
            event.style,
            event.anchor,
            event.tag is not None,
            indentation,
            keeps_breaks,
            is_unended=bool(content) and len(bare) == len(kept),
        )


def _indentation_removed(written: str, value: str) -> int:
    """The spaces that the lines of a block text have and its value doesn't."""
    if not written.strip():
        return _longest(written) - _longest(value)
    return max(0, _first_indentation(written) - _first_indentation(value))


def _first_indentation(text: str) -> int:
    """The spaces before the first thing in a text."""
    for line in text.splitlines():
        if line.strip(" "):
            return len(line) - len(line.lstrip(" "))
    return 0


def _longest(text: str) -> int:
    return max((len(line) for line in text.splitlines()), default=0)


def _is_filler(line: str, indentation: int) -> bool:
    bare = line.rstrip("\r\n")
    return not bare.strip(" ") and len(bare) <= indentation
