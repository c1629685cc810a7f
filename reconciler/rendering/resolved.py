"""A resolved workforce as YAML and JSON, each value with the place that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from reconciler.model.positions import Position
from reconciler.rendering.escaping import printable
from reconciler.rendering.lines import Line
from reconciler.rendering.yaml_text import block, quoted, scalar
from reconciler.spec.origins import Entry, Origin

FORMAT_VERSION = "1"

_FURTHEST_COMMENT = 40
_LONGEST_OLD_VALUE = 24
_FROM_ENV = "from_env"


def resolved_lines(entries: Iterable[Entry]) -> Iterator[Line]:
    """The workforce as a spec document that means the same; comments say where values are from."""
    rows = [row for entry in entries for row in _rows(entry)]
    widths = [len(text) for text, comment in rows if comment and len(text) <= _FURTHEST_COMMENT]
    column = max(widths, default=0)
    for text, comment in rows:
        yield Line(f"{text:<{column}}  # {comment}" if comment else text)


def resolved_json(project: str, entries: Iterable[Entry]) -> dict[str, object]:
    """The workforce as plain values, and where each came from by its path."""
    workforce: dict[str, object] = {}
    origins: list[dict[str, object]] = []
    for entry in entries:
        here = workforce
        for step in entry.path[:-1]:
            inner = here[step]
            assert isinstance(inner, dict)
            here = inner
        here[entry.path[-1]] = {} if entry.is_map else _number(entry.value)
        if not entry.is_map:
            origins.append(
                {
                    "path": list(entry.path),
                    "value": _number(entry.value),
                    "from": _position(entry.origin),
                    "over": [
                        {"value": _plain(one.value), "from": _position(one.position)}
                        for one in entry.over
                    ],
                }
            )
    return {
        "format_version": FORMAT_VERSION,
        "project": project,
        "workforce": workforce,
        "origins": origins,
    }


def _rows(entry: Entry) -> Iterator[tuple[str, str]]:
    """The lines of one entry, each with its comment."""
    indent = 2 * (len(entry.path) - 1)
    lead = f"{' ' * indent}{quoted(entry.path[-1])}:"
    comment = _comment(entry)
    if entry.is_map:
        yield lead, comment
        return
    folded = block(entry.value, indent + 2) if isinstance(entry.value, str) else None
    if folded is None:
        yield f"{lead} {scalar(entry.value)}", comment
        return
    mark, lines = folded
    yield f"{lead} {mark}", comment
    for line in lines:
        yield line, ""


def _comment(entry: Entry) -> str:
    if entry.is_map and entry.path[-1] != entry.path[0] and entry.path[0] != "regions":
        return ""
    if entry.origin is None:
        return "" if entry.is_map else "default"
    at = _at(entry.origin)
    if not entry.over:
        return at
    return f"{at} (over {', '.join(_over(one) for one in entry.over)})"


def _over(origin: Origin) -> str:
    value = _plain(origin.value)
    old = value if isinstance(value, str) else scalar(value)
    if len(old) > _LONGEST_OLD_VALUE:
        old = old[: _LONGEST_OLD_VALUE - 3] + "..."
    return f"{_at(origin.position)}: {printable(old)}"


def _at(position: Position) -> str:
    return f"{printable(position.file)}:{position.line}"


def _position(position: Position | None) -> dict[str, object] | None:
    if position is None:
        return None
    return {"file": position.file, "line": position.line, "column": position.column}


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _number(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
