"""Whatever is in a file, loading ends in specs or in errors with places: never in a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.spec import parsing
from reconciler.spec.loading import load
from reconciler.spec.parsing import ParsedFile, parse
from reconciler.values.errors import UserError

BOUNDED = settings(max_examples=150, deadline=None, derandomize=True)

WORDS = st.sampled_from(
    ["kind", "Workforce", "Targets", "Project", "name", "task", "command", "scale", "desired", "x",
     "regions", "laptop", "targets", "local", "slots", "tags", "1", "0x", "~", "true", "{target}",
     "<<", "*a", "&a", "!!str", "!x", "|", ">", "- ", ": ", ":", "? ", "\n", "\n  ", "\n    ", "  ",
     "{", "}", "[", "]", ",", "#", "'", '"', "\\", "\t", "%YAML 1.1", "---", "...", "@", "`", "\r",
     "é", "\u202e", "\ufeff", "\\ud800", "\\UFFFFFFFF", "9" * 30, "30%", "auto"]
)  # fmt: skip
YAML_TEXT = st.lists(WORDS, max_size=40).map("".join)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
KEYS = (
    *("name", "task", "scale", "regions", "targets", "defaults", "safety", "layoffs", "mounts"),
    *("queue", "region_set", "region_defaults", "back_channel", "adopt", "placement", "priority"),
)
DOCUMENTS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["Workforce", "Targets", "Project", "RegionSet", "Defaults"])},
    optional=dict.fromkeys(KEYS, VALUES),
)


def load_bytes(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "spec.yaml").write_bytes(data)
        told = told_of(folder)
    told.encode("utf-8")
    assert "pydantic" not in told


def told_of(folder: str) -> str:
    """What the user is told. Any other exception than a UserError fails the test."""
    try:
        return "\n".join(str(warning) for warning in load([folder]).warnings)
    except UserError as error:
        return str(error)


@BOUNDED
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    load_bytes(data)


@BOUNDED
@given(YAML_TEXT)
def test_any_yaml_like_text(text: str) -> None:
    load_bytes(text.encode("utf-8", "surrogatepass"))


@BOUNDED
@given(DOCUMENTS)
def test_any_values_in_documents(document: dict[str, object]) -> None:
    load_bytes(json.dumps(document).encode())


@BOUNDED
@given(YAML_TEXT)
def test_both_parsers_read_the_same_values(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    fast = parse("f", data)
    kept = parsing._fast_events
    parsing._fast_events = lambda _text: None
    try:
        slow = parse("f", data)
    finally:
        parsing._fast_events = kept
    if not fast.issues and not slow.issues:
        assert values(fast) == values(slow)


def values(parsed: ParsedFile) -> list[str]:
    return [repr(document.root) for document in parsed.documents]


PROJECT: tuple[dict[str, object], ...] = (
    {"kind": "Targets", "defaults": {"azureml": {"workspace": "w-{target}"}},
     "targets": {"a": {}, "b": {"local": {"slots": 1}}}},
    {"kind": "Defaults", "task": {"environment": {"image": "i"}, "tags": {"t": "1"}},
     "region_defaults": {"max": 4, "compute": "c"}, "scale": {"policy": {"ladder": {}}}},
    {"kind": "RegionSet", "name": "fleet", "regions": {"a": {"max": 3}, "b": {}}},
    {"kind": "Workforce", "name": "w", "region_set": "fleet", "regions": {"a": None},
     "task": {"command": "x", "environment_variables": {"A": {"from_env": "B"}},
              "identity": {"type": "managed"}, "inputs": {"i": {"path": "p"}}},
     "queue": {"local": {"name": "q"}}, "scale": {"desired": "auto", "max": 9},
     "back_channel": {"service_bus": {"namespace": "n"}}, "safety": {"max_hires": 3}},
)  # fmt: skip


def ways(value: object, way: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = value.items() if isinstance(value, dict) else ()
    return [way, *(one for key, below in inner for one in ways(below, (*way, str(key))))]


PLACES = [(number, way) for number, one in enumerate(PROJECT) for way in ways(one) if way]


@BOUNDED
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_any_values_in_a_project_that_inherits(
    changes: list[tuple[tuple[int, tuple[str, ...]], object]],
) -> None:
    project = json.loads(json.dumps(PROJECT))
    for (number, way), value in changes:
        here = project[number]
        for step in way[:-1]:
            here = here.get(step) if isinstance(here, dict) else None
        if isinstance(here, dict):
            here[way[-1]] = value
    load_bytes("\n---\n".join(json.dumps(one) for one in project).encode())
