"""Properties of every right project, and of what becomes of one that is broken anywhere.

Each is checked over a few seeded projects, and over many of them by `make chaos`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.editing.formatting import format_bytes
from reconciler.model.positions import Position
from reconciler.model.workforce import Specs, Workforce
from reconciler.rendering.lines import plain
from reconciler.rendering.resolved import resolved_lines
from reconciler.spec.issues import SpecErrors
from reconciler.spec.loading import load
from reconciler.spec.origins import entries
from reconciler.values.errors import UserError

from .generated_specs import Document, project, put, shuffled, written

_NOWHERE = Position("", 1)
SEEDS = st.integers(0, 2**32 - 1)
Check = Callable[[Random, Path], None]


def workforce_of(workforce: Workforce) -> Workforce:
    """The workforce without the places in its files, and without the order of its maps."""
    regions = sorted(
        (replace(one, position=None) for one in workforce.regions), key=lambda one: one.name
    )
    return replace(
        workforce,
        regions=tuple(regions),
        mounts=tuple(sorted(workforce.mounts, key=lambda one: one.name)),
        safety=replace(workforce.safety, positions={}),
        needs=tuple(replace(one, position=_NOWHERE, path="") for one in workforce.needs),
        position=None,
        desired_position=None,
    )


def meaning(specs: Specs) -> tuple[object, ...]:
    """What the specs come to, wherever and in whatever order it is written."""
    return (
        specs.project,
        replace(specs.safety, positions={}),
        {one.name: one for one in specs.targets},
        {one.name: workforce_of(one) for one in specs.workforces},
    )


def as_json(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False)


def loaded(folder: Path) -> tuple[object, ...]:
    return meaning(load([str(folder)]).specs)


def loading_it_twice_gives_equal_specs(random: Random, folder: Path) -> None:
    put(folder, {"spec.yaml": written(project(random), random)})
    assert load([str(folder)]).specs == load([str(folder)]).specs


def style_changes_nothing(random: Random, folder: Path) -> None:
    documents = project(random)
    put(folder, {"spec.yaml": "\n---\n".join(map(as_json, documents))})
    before = loaded(folder)
    put(folder, {"spec.yaml": written(documents, random)})
    assert loaded(folder) == before


def the_order_of_keys_changes_nothing(random: Random, folder: Path) -> None:
    documents = project(random)
    put(folder, {"spec.yaml": written(documents, random)})
    before = loaded(folder)
    again = shuffled(random.sample(documents, len(documents)), random)
    put(folder, {"spec.yaml": written(again, random)})
    assert loaded(folder) == before


def documents_may_stand_in_any_files(random: Random, folder: Path) -> None:
    documents = project(random)
    put(folder, {"spec.yaml": written(documents, random)})
    before = loaded(folder)
    (folder / "spec.yaml").unlink()
    files: dict[str, list[Document]] = {}
    for one in documents:
        files.setdefault(random.choice(["a.yaml", "b.yml", "c.yaml", "d.yaml"]), []).append(one)
    put(folder, {name: written(some, random) for name, some in files.items()})
    assert loaded(folder) == before


def formatting_changes_nothing_of_what_is_meant(random: Random, folder: Path) -> None:
    text = written(project(random), random)
    put(folder, {"spec.yaml": text})
    before = loaded(folder)
    formatted = format_bytes("spec.yaml", text.encode())
    assert isinstance(formatted, bytes), formatted
    (folder / "spec.yaml").write_bytes(formatted)
    assert loaded(folder) == before
    assert format_bytes("spec.yaml", formatted) == formatted


def what_is_shown_is_a_spec_that_means_the_same(random: Random, folder: Path) -> None:
    documents = project(random)
    put(folder, {"spec.yaml": written(documents, random)})
    whole = load([str(folder)], keep=True)
    assert whole.resolution is not None
    shown = [
        plain(resolved_lines(entries(whole.resolution, one.name))) for one in whole.specs.workforces
    ]
    kept = [one for one in documents if one["kind"] in ("Project", "Targets")]
    put(folder, {"spec.yaml": "---\n".join([written(kept, random), *shown])})
    assert loaded(folder) == meaning(whole.specs)


VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, float("nan"), "", "x", "auto", "30%", "../x", "{target}"),
    *("\u202e", "\u200b", "a\x00b", [], [1], {}, {"a": 1}, {"from_env": "X"}, [[]] * 50),
)


def a_wrong_value_or_key_ends_in_errors_with_places(random: Random, folder: Path) -> None:
    documents = project(random)
    for _ in range(random.randint(1, 3)):
        spoil(random.choice(documents), random)
    put(folder, {"spec.yaml": "\n---\n".join(map(as_json, documents))})
    refused_clearly(folder)


def spoil(here: Any, random: Random) -> None:
    """Drop, misspell or replace something, somewhere in a document."""
    while True:
        key = random.choice(list(here))
        if not isinstance(here[key], dict) or not here[key] or random.random() < 0.3:
            break
        here = here[key]
    what = random.randrange(3)
    if what == 0:
        here[key] = random.choice(VALUES)
        return
    value = here.pop(key)
    if what == 1:
        place = random.randrange(len(key) + 1)
        here[
            key[:place] + random.choice(["x", "", "-", " ", "ü", "\n", "."]) + key[place + 1 :]
        ] = value


PIECES = (
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        "- ",
        ",",
        "#",
        "'",
        '"',
        "&a",
        "*a",
        "!!str ",
        "|\n",
        ">",
        "?",
    ),
    *("\t", "\n", "\r", "\n---\n", "\n...\n", "%YAML 1.1\n", "<<: ", "\x00", "\u202e", "\ufeff"),
    *("{target}", "9" * 40, "\\", "@", "~", "kind: Workforce\n", "  "),
)
ODD_BYTES = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\xf0\x9f\x98", b"\xfe\xff", b"\x1b[31m")


def a_damaged_file_ends_in_errors_with_places(random: Random, folder: Path) -> None:
    text = written(project(random), random)
    for _ in range(random.randint(1, 3)):
        lines = text.splitlines(keepends=True)
        number, at = random.randrange(len(lines) or 1), random.randrange(len(text) + 1)
        text = random.choice([
            text[:at],
            text[at:],
            text[:at] + random.choice(PIECES) + text[at:],
            text[:at] + text[at + random.randint(1, 5) :],
            "".join(lines[:number] + lines[number + 1 :]),
            "".join(lines[:number] + lines[number : number + 1] * 2 + lines[number + 1 :]),
            "".join([*lines[:number], "  ", *lines[number:]]),
        ])  # fmt: skip
    data = text.encode()
    if random.random() < 0.2:
        at = random.randrange(len(data) + 1)
        data = data[:at] + random.choice(ODD_BYTES) + data[at:]
    put(folder, {})
    (folder / "spec.yaml").write_bytes(data)
    refused_clearly(folder)


_PLACE = re.compile(r"\S+spec\.yaml:[1-9][0-9]*:[1-9][0-9]*: |\S+/_job\.yml:[1-9]")


def refused_clearly(folder: Path) -> None:
    """Loading ends in specs or in errors, and every one of these is a line with a place."""
    told = told_of(folder)
    if told is None or told.message.startswith("no spec documents in "):
        return
    assert isinstance(told, SpecErrors)
    lines = str(told).splitlines()
    assert len(lines) == min(len(told.issues), 201)
    assert [line for line in lines[:200] if not _PLACE.match(line)] == []
    assert [line for line in lines if not line.isprintable() or len(line) > 1_000] == []
    assert not re.search("pydantic|Traceback|object at 0x", str(told))


def told_of(folder: Path) -> UserError | None:
    """The error of loading, if there is one. Any other exception than a UserError goes on."""
    try:
        load([str(folder)])
    except UserError as error:
        return error
    return None


CHECKS: tuple[tuple[Check, int], ...] = (
    (loading_it_twice_gives_equal_specs, 20),
    (style_changes_nothing, 25),
    (the_order_of_keys_changes_nothing, 25),
    (documents_may_stand_in_any_files, 25),
    (formatting_changes_nothing_of_what_is_meant, 15),
    (what_is_shown_is_a_spec_that_means_the_same, 25),
    (a_wrong_value_or_key_ends_in_errors_with_places, 80),
    (a_damaged_file_ends_in_errors_with_places, 80),
)
_MORE = 30


def run(check: Check, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(SEEDS)
    def checked(seed: int) -> None:
        with TemporaryDirectory() as name:
            check(Random(seed), Path(name))

    checked()


@pytest.mark.parametrize(
    ("check", "examples"), CHECKS, ids=lambda one: getattr(one, "__name__", "")
)
def test_of_a_few_projects(check: Check, examples: int) -> None:
    run(check, examples)


@pytest.mark.chaos
@pytest.mark.parametrize(
    ("check", "examples"), CHECKS, ids=lambda one: getattr(one, "__name__", "")
)
def test_of_many_projects(check: Check, examples: int) -> None:
    run(check, examples * _MORE)
