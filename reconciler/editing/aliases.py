"""Aliases on the way to a value: what they stand for, and how one is written out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reconciler.editing.nodes import AliasNode, MapNode, Node, ScalarNode, descendants

_LINE_BREAK = re.compile("[\r\n]")
_NEEDS_QUOTES_IN_FLOW = re.compile(r"[\[\]{},\r\n]|: | #|:\Z")


def alias_on(root: Node, path: Sequence[str]) -> AliasNode | None:
    """The alias that the value at `path` is, or stands in."""
    here = root
    for key in path:
        if isinstance(here, AliasNode):
            break
        pair = here.find(key) if isinstance(here, MapNode) else None
        if pair is None:
            return None
        here = pair[1]
    return here if isinstance(here, AliasNode) else None


def anchored(root: Node, alias: AliasNode) -> Node | None:
    """What an alias stands for: the last node before it that has its anchor."""
    found: Node | None = None
    for node in descendants(root):
        if node.start >= alias.start:
            break
        if not isinstance(node, AliasNode) and node.anchor == alias.anchor:
            found = node
    return found


def written_out(
    text: str, root: Node, alias: AliasNode, key: str, value: str
) -> tuple[str, int] | None:
    """A copy of the map that an alias stands for, in flow style and with `value` at `key`; and
    where in it the value begins. None where the map holds more than scalars."""
    node = anchored(root, alias)
    if not isinstance(node, MapNode) or not _is_flat(node, text):
        return None
    written, at = "{", 0
    for one, inner in node.pairs:
        written += f"{text[one.start : one.end]}: "
        if isinstance(one, ScalarNode) and one.value == key:
            at = len(written)
            written += f"{value}, "
        else:
            written += f"{text[inner.start : inner.end]}, "
    if not at:
        written += f"{key}: "
        at = len(written)
        written += value
    return written.removesuffix(", ") + "}", at


def _is_flat(node: MapNode, text: str) -> bool:
    """Whether a map holds nothing but scalars that may stand in a flow map as they are written."""
    return all(_is_simple(one, text) for pair in node.pairs for one in pair)


def _is_simple(node: Node, text: str) -> bool:
    """Whether a node may be copied into a flow map as it is written."""
    if not isinstance(node, ScalarNode) or node.anchor is not None or node.has_tag:
        return False
    written = text[node.start : node.end]
    if node.style:
        return not node.is_block and not _LINE_BREAK.search(written)
    return not _NEEDS_QUOTES_IN_FLOW.search(written)
