"""Plain scalars mean what YAML 1.2's core schema says, and texts stay as they are written."""

from __future__ import annotations

import math

import pytest

from reconciler.spec.parsing import parse
from reconciler.spec.scalars import resolve

from .conftest import Load

TEXTS = [
    *("yes", "Yes", "no", "NO", "on", "off", "y", "n", "nUll", "tRUE", "none"),
    *("3:30", "1_000", "0b101", "0o9", "0xG", "-0x1", "+0o7", "1e", "e5", ".", "-", "+", "+."),
    *("1.2.3", "2026-11-01", "12:00:00", "30%", "1,5", "١٢", ".infinity", "nan", "=", "<", "0o"),
]
VALUES: list[tuple[str, object]] = [
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("FALSE", False),
    ("0", 0), ("-0", 0), ("+5", 5), ("0123", 123), ("0o14", 12), ("0x1F", 31), ("-17", -17),
    ("1.10", 1.1), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-1.5E-2", -0.015),
    (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf),
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_what_only_looks_like_another_type_is_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_the_core_schema_reads(text: str, value: object) -> None:
    read = resolve(text)
    assert read == value
    assert type(read) is type(value)


def test_not_a_number_is_a_float() -> None:
    read = resolve(".nan")
    assert isinstance(read, float)
    assert math.isnan(read)


def test_a_very_long_row_of_digits_is_text() -> None:
    assert resolve("9" * 5_000) == "9" * 5_000


@pytest.mark.parametrize(
    "text", ["1.10", "0123", "0o14", "0x1F", "1e3", "true", "True", "NO", "3:30", "1_000", ".inf"]
)
def test_environment_values_and_tags_are_as_written(text: str, load_specs: Load) -> None:
    loaded = load_specs(
        f"kind: Workforce\nname: w\nscale: {{desired: 1}}\nregions: {{laptop: {{}}}}\n"
        f"task:\n  command: {text}\n  environment_variables:\n    A: {text}\n    B: '{text}'\n"
        f"  tags:\n    T: {text}\n"
    )
    task = loaded.specs.workforces[0].regions[0].task
    assert dict(task.environment_variables) == {"A": text, "B": text}
    assert dict(task.tags) == {"T": text}
    assert task.command == text


@pytest.mark.parametrize("name", ["123", "0123", "1e3", "true", "no"])
def test_names_are_as_written(name: str, load_specs: Load) -> None:
    loaded = load_specs(
        f"kind: Project\nname: {name}\n",
        f"kind: Workforce\nname: {name}\nscale: {{desired: 1}}\ntask: {{command: x}}\n"
        f"regions:\n  {name}:\n    target: {name}\n",
        targets=f"kind: Targets\ntargets:\n  {name}: {{local: {{}}}}\n",
    )
    assert loaded.specs.project == name
    assert loaded.specs.workforces[0].name == name
    assert loaded.specs.workforces[0].regions[0].name == name
    assert loaded.specs.workforces[0].regions[0].target.name == name


def test_a_value_behind_an_alias_keeps_its_text(load_specs: Load) -> None:
    loaded = load_specs(
        "kind: Workforce\nname: w\nscale: {desired: 1}\nregions: {laptop: {}}\n"
        "task:\n  command: x\n  tags: {a: &v 1.10, b: *v}\n"
    )
    assert dict(loaded.specs.workforces[0].regions[0].task.tags) == {"a": "1.10", "b": "1.10"}


def test_keys_are_texts() -> None:
    parsed = parse("f", b"1.10: a\ntrue: b\nNO: c\n~: d\n'': e\n")
    root = parsed.documents[0].root
    assert root == {"1.10": "a", "true": "b", "NO": "c", "~": "d", "": "e"}
