"""The same scalars on every path: the C parser, the Python one, and ruamel's round trip for edits.

`scalars.txt` holds some 200 of them side by side.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.spec import parsing
from reconciler.spec.parsing import parse
from reconciler.spec.tree import SourceMap

from .conftest import Load

LINES = [
    line
    for line in Path(__file__).with_name("scalars.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def case(line: str) -> tuple[str, object]:
    """A scalar's source and its value."""
    head, _, rest = line.partition("|")
    kind, value = (*head.split(), "")[:2]
    source = rest.removesuffix("|")
    values: dict[str, Any] = {
        "str": lambda: source,
        "int": lambda: int(value),
        "float": lambda: float(value),
        "bool": lambda: value == "true",
        "null": lambda: None,
    }
    return source, values[kind]()


CASES = [case(line) for line in LINES]
WHOLE = "".join(f"k{number}: {source}\n" for number, (source, _) in enumerate(CASES))

RUAMEL_DIFFERS = frozenset(
    {"+0o7", "+0x1", "-0o7", "-0x1F", "0b101", "1_000", "1__0", "2026-11-01T10:00:00Z"}
)
"""What ruamel's own loader takes for numbers and times although the core schema has them as text.
Editing takes no value from it, only the places of events."""


def same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def test_there_are_two_hundred() -> None:
    assert len({source for source, _ in CASES}) == len(CASES) >= 200


@pytest.fixture(params=["C", "Python"])
def root(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SourceMap:
    if request.param == "Python":
        monkeypatch.setattr(parsing, "_fast_events", lambda _text: None)
    parsed = parse("f", WHOLE.encode())
    assert parsed.issues == ()
    found = parsed.documents[0].root
    assert isinstance(found, SourceMap)
    return found


def test_both_parsers_read_what_the_core_schema_says(root: SourceMap) -> None:
    wrong = {
        source: root[f"k{number}"]
        for number, (source, value) in enumerate(CASES)
        if not same(root[f"k{number}"], value) or type(root[f"k{number}"]) is not type(value)
    }
    assert wrong == {}


def test_both_keep_the_source_of_what_is_no_text(root: SourceMap) -> None:
    for number, (source, value) in enumerate(CASES):
        if isinstance(value, (bool, int, float)):
            assert root.text_of(f"k{number}", value) == source


def test_the_editing_path_leaves_every_scalar_as_it_is_written() -> None:
    import io

    yaml = YAML(typ="rt")
    yaml.version = (1, 2)
    yaml.preserve_quotes = True
    yaml.width = 10_000
    out = io.StringIO()
    read = yaml.load(WHOLE)
    different = set()
    for number, (source, value) in enumerate(CASES):
        found = read[f"k{number}"]
        is_same = (
            str(found) == value
            if isinstance(value, str)
            else (
                found is None if value is None else same(float(found), float(value))  # type: ignore[arg-type]  # a number or a truth value
            )
        )
        if not is_same:
            different.add(source)
    assert different == RUAMEL_DIFFERS
    yaml.dump(read, out)
    assert len(out.getvalue().splitlines()) >= len(CASES)


def test_tags_names_and_variables_take_the_source(load_specs: Load) -> None:
    tags = "".join(f"    t{number}: {source}\n" for number, (source, value) in enumerate(CASES)
                   if value is not None)  # fmt: skip
    variables = tags.replace("    t", "    V")
    loaded = load_specs(
        "kind: Workforce\nname: w\nscale: {desired: 1}\nregions: {laptop: {}}\ntask:\n"
        f"  command: x\n  tags:\n{tags}  environment_variables:\n{variables}"
    )
    task = loaded.specs.workforces[0].regions[0].task
    for number, (source, value) in enumerate(CASES):
        if value is not None:
            assert task.tags[f"t{number}"] == source
            assert task.environment_variables[f"V{number}"] == source
