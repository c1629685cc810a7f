"""One value of a document set by one cut in its text: where to cut, and what to put there.

The file is not loaded and dumped again, not even in ruamel.yaml's round-trip way: a dump wraps long
lines, re-indents lists, makes line endings one, moves comments of what it adds, and drops the
spaces that people line things up with. Here everything outside of the cut stays byte for byte.

Where a key is missing there may be several places for it. The one that comes first is best; whoever
cuts reads the result back, and takes the next one where it isn't what was wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.editing.aliases import written_out
from reconciler.editing.key_order import Shape
from reconciler.editing.nodes import (
    AliasNode,
    ListNode,
    MapNode,
    Node,
    ScalarNode,
    content_start,
)
from reconciler.values.errors import UserError

_INDENTATION = 2
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LINE_BREAK = re.compile("\r\n|\n|\r")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_BLANK_OR_COMMENT = re.compile(r"(?:\r\n|\n|\r)([ \t]*)(#[^\r\n]*)?(?=[\r\n]|\Z)")


@dataclass(frozen=True, slots=True)
class Cut:
    """`text[start:end]` to be replaced by `new`, in which the value begins at `value_at`."""

    start: int
    end: int
    new: str
    value_at: int

    def applied_to(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]


@dataclass(frozen=True, slots=True)
class _Site:
    """The text of a document and what is known of its root, while a cut is looked for."""

    text: str
    root: MapNode


def cuts(text: str, root: MapNode, shape: Shape, path: Sequence[str], value: str) -> Iterator[Cut]:
    """The cuts that may set the value at `path` to the plain scalar `value`, the best one first.

    Keys on the way that are missing are added, in the style of what is around them. Raises
    UserError where what stands at the path can't be set like this.
    """
    site = _Site(text, root)
    here: Node = root
    parent = root
    for depth, key in enumerate(path):
        rest = path[depth:]
        if isinstance(here, MapNode):
            pair = here.find(key)
            if pair is None:
                yield from _insertions(site, here, shape, rest, value)
                return
            parent, here, shape = here, pair[1], shape.under(key)
        elif isinstance(here, AliasNode):
            yield _copy(site, here, rest, path[:depth], value)
            return
        elif isinstance(here, ScalarNode) and not here.style and here.value in _NULLS:
            yield from _fillings(site, here, parent, rest, value)
            return
        else:
            raise UserError(f"{'.'.join(path[:depth])} is no map, so that it can't have a {key!r}")
    yield _replacement(site, here, path, value)


def _replacement(site: _Site, node: Node, path: Sequence[str], value: str) -> Cut:
    """A cut of the scalar or alias alone; an anchor stays, quotes and a tag don't."""
    if isinstance(node, AliasNode):
        return Cut(node.start, node.end, value, 0)
    if isinstance(node, (MapNode, ListNode)) or node.is_block:
        what = "a block text" if isinstance(node, ScalarNode) else "a map or a list"
        raise UserError(f"{'.'.join(path)} is {what}: write a number there first")
    if node.is_empty:
        return _after_colon(site, node, value, value)
    if node.has_tag:
        # A tag makes the value a text.
        new = f"&{node.anchor} {value}" if node.anchor else value
        return Cut(node.start, node.end, new, len(new) - len(value))
    return Cut(content_start(site.text, node), node.end, value, 0)


def _after_colon(site: _Site, node: ScalarNode, new: str, value: str) -> Cut:
    """A cut that writes `new` where nothing is written yet: after the colon and any anchor."""
    before = site.text[: node.end]
    lead = "" if before.endswith((" ", "\t")) else " "
    # In a flow map a key may stand alone: {desired}.
    if node.start == node.end and not before.endswith(":"):
        lead = ": "
    new = lead + new
    return Cut(node.end, node.end, new, new.rindex(value))


def _fillings(
    site: _Site, node: ScalarNode, parent: MapNode, rest: Sequence[str], value: str
) -> Iterator[Cut]:
    """The cuts that make a map of a null."""
    if node.is_empty and not parent.is_flow and not _is_flow_usual(parent):
        end = _end_of_line(site.text, node.end)
        key = next(pair[0] for pair in parent.pairs if pair[1] is node)
        column = _column(site.text, key.start) + _indentation(site)
        lines = _block_lines(rest, value, column)
        yield _lines_cut(site.text, end, lines, value)
    flow = _flow(rest, value)
    if node.is_empty:
        yield _after_colon(site, node, flow, value)
    else:
        start = content_start(site.text, node)
        yield Cut(start, node.end, flow, flow.rindex(value))


def _insertions(
    site: _Site, here: MapNode, shape: Shape, rest: Sequence[str], value: str
) -> Iterator[Cut]:
    """The cuts that add a key to a map: after what the canonical order has before it, or else at
    the beginning, or anywhere."""
    text = site.text
    names = [key.value if isinstance(key, ScalarNode) else "" for key, _ in here.pairs]
    ordered = shape.ordered([*names, rest[0]])
    earlier = {*ordered[: ordered.index(rest[0])]}
    before = [place for place, name in enumerate(names) if name in earlier]
    places = [before[-1]] if before else []
    if here.is_flow:
        yield from _flow_insertions(site, here, places, rest, value)
        return
    column = _column(text, here.pairs[0][0].start)
    is_flow = len(rest) > 1 and _is_flow_usual(here)
    lines = (
        [" " * column + f"{rest[0]}: {_flow(rest[1:], value)}"]
        if is_flow
        else _block_lines(rest, value, column, _indentation(site))
    )
    if not places and here is not site.root:
        yield _at_top(text, here, column, lines, value)
    for place in [*places, *reversed(range(len(names)))]:
        end = _end_of_line(text, here.pairs[place][1].end)
        yield _lines_cut(text, _past_comments(text, end, column), lines, value)


def _flow_insertions(
    site: _Site, here: MapNode, places: list[int], rest: Sequence[str], value: str
) -> Iterator[Cut]:
    new = f"{rest[0]}: {_flow(rest[1:], value)}"
    for place in places:
        end = here.pairs[place][1].end
        yield Cut(end, end, f", {new}", len(", ") + new.rindex(value))
    if here.pairs:
        start = here.pairs[0][0].start
        yield Cut(start, start, f"{new}, ", new.rindex(value))
        return
    start = site.text.index("{", here.start) + 1
    inner = site.text[start : here.end - 1]
    end = start if inner.strip() else here.end - 1
    yield Cut(start, end, new, new.rindex(value))


def _at_top(text: str, here: MapNode, column: int, lines: list[str], value: str) -> Cut:
    """A cut above the first key of a block, and above the comment that belongs to that key."""
    start = here.pairs[0][0].start
    line = start - column
    if text[line:start].strip(" "):
        # The key stands behind a dash.
        new = _break_near(text, start).join([lines[0].lstrip(), *lines[1:], " " * column])
        return Cut(start, start, new, new.rindex(value))
    above = text[:line].splitlines(keepends=True)
    while above and above[-1].strip().startswith("#"):
        line -= len(above.pop())
    new = "".join(one + _break_near(text, line) for one in lines)
    return Cut(line, line, new, new.rindex(value))


def _copy(
    site: _Site, alias: AliasNode, rest: Sequence[str], path: Sequence[str], value: str
) -> Cut:
    """A cut that puts a copy of a map in the place of its alias, with the value in it."""
    copy = written_out(site.text, site.root, alias, rest[0], value) if len(rest) == 1 else None
    if copy is None:
        raise UserError(
            f"{'.'.join(path)} is the alias *{alias.anchor}, of which one value can't be changed",
            f"write the map out in place of *{alias.anchor} first",
        )
    return Cut(alias.start, alias.end, *copy)


def _flow(rest: Sequence[str], value: str) -> str:
    """`{a: {b: value}}` for the keys `a` and `b`."""
    for key in reversed(rest):
        value = f"{{{key}: {value}}}"
    return value


def _block_lines(
    rest: Sequence[str], value: str, column: int, indentation: int = _INDENTATION
) -> list[str]:
    lines = [" " * (column + indentation * depth) + f"{key}:" for depth, key in enumerate(rest)]
    lines[-1] += f" {value}"
    return lines


def _lines_cut(text: str, at: int, lines: list[str], value: str) -> Cut:
    """A cut that adds lines below the one that ends at `at`."""
    new = "".join(_break_near(text, at) + line for line in lines)
    return Cut(at, at, new, new.rindex(value))


def _is_flow_usual(parent: MapNode) -> bool:
    """Whether the maps in this one are all written in flow style."""
    maps = [value for _, value in parent.pairs if isinstance(value, MapNode)]
    return bool(maps) and all(one.is_flow for one in maps)


def _indentation(site: _Site) -> int:
    """By how much the document indents the first block that it nests in another."""
    outer = _column(site.text, site.root.pairs[0][0].start)
    for _, value in site.root.pairs:
        if isinstance(value, MapNode) and not value.is_flow:
            return _column(site.text, value.pairs[0][0].start) - outer
    return _INDENTATION


def _past_comments(text: str, at: int, column: int) -> int:
    """`at`, the end of a line, or that of comments below it which are indented further than
    `column`: they belong to what is above."""
    last = at
    found = _BLANK_OR_COMMENT.match(text, at)
    while found and not (found[2] and len(found[1]) <= column):
        if found[2]:
            last = found.end()
        at = found.end()
        found = _BLANK_OR_COMMENT.match(text, at)
    return last


def _break_near(text: str, at: int) -> str:
    """The line break after `at`, or else the one before it, or a line feed."""
    after = _LINE_BREAK.search(text, at)
    if after:
        return after[0]
    before = _LINE_BREAK.findall(text[:at])
    return before[-1] if before else "\n"


def _end_of_line(text: str, at: int) -> int:
    found = _REST_OF_LINE.match(text, at)
    return found.end() if found else at


def _column(text: str, at: int) -> int:
    return at - (max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1)
