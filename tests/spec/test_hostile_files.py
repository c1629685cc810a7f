"""Hostile and damaged files: one clear line with its place, in bounded time and memory."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable

import pytest

from reconciler.spec import parsing
from reconciler.spec.building import DEEPEST_NESTING, MOST_ISSUES
from reconciler.spec.issues import SpecErrors
from reconciler.spec.loading import load
from reconciler.spec.parsing import parse

from .conftest import TARGETS, WORKFORCE

Write = Callable[[dict[str, str | bytes]], None]
TOO_DEEP = f"maps and lists are nested deeper than {DEEPEST_NESTING}"
TOO_MANY = "the file holds, or its aliases expand to, over 1,000,000 values"


@pytest.fixture(params=["as installed", "without the C parser"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without the C parser":
        monkeypatch.setattr(parsing, "_fast_events", lambda _text: None)


def issues_of(data: bytes) -> list[str]:
    return [str(issue) for issue in parse("f.yaml", data).issues]


@pytest.mark.parametrize(
    ("data", "issue"),
    [
        (b"a: " + b"[" * 10_000, "f.yaml:1:103: " + TOO_DEEP),
        (b"a: " + b"[\n" * 10_000, "f.yaml:100:1: " + TOO_DEEP),
        (b"{a: " * 10_000, "f.yaml:1:401: " + TOO_DEEP),
        (b"- " * 10_000, "f.yaml:1:201: " + TOO_DEEP),
        (b"".join(b" " * n + b"a:\n" for n in range(500)), "f.yaml:101:101: " + TOO_DEEP),
    ],
    ids=["lists", "lists on lines", "flow maps", "block lists", "block maps"],
)
def test_deep_nesting_is_refused(data: bytes, issue: str) -> None:
    assert issues_of(data) == [issue]


def test_the_deepest_allowed_nesting_is_read() -> None:
    depth = DEEPEST_NESTING
    assert issues_of(b"[" * depth + b"]" * depth) == []
    assert issues_of(b"[" * (depth + 1) + b"]" * (depth + 1)) != []


def test_nesting_is_counted_through_aliases() -> None:
    lines = ["a0: &a0 " + "[" * 40 + "]" * 40]
    lines += [f"a{n}: &a{n} " + "[" * 40 + f"*a{n - 1}" + "]" * 40 for n in range(1, 9)]
    assert issues_of("\n".join(lines).encode()) == ["f.yaml:3:49: " + TOO_DEEP]


def test_exploding_aliases_are_refused_without_being_expanded() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    tracemalloc.start()
    try:
        assert issues_of("\n".join(lines).encode()) == ["f.yaml:6:38: " + TOO_MANY]
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_aliases_that_repeat_a_little_are_fine() -> None:
    parsed = parse("f", b"a: &x {k: [1, 2]}\nb: *x\nc: [*x, *x]\n")
    assert parsed.issues == ()
    value = {"k": [1, 2]}
    assert parsed.documents[0].root == {"a": value, "b": value, "c": [value, value]}


def test_an_anchor_holds_within_its_document_only() -> None:
    assert issues_of(b"a: &x 1\n---\nb: *x\n") == [
        "f.yaml:3:4: the alias *x has no anchor: put a text that begins with * in quotes"
    ]


def test_a_file_full_of_errors_is_not_read_to_its_end() -> None:
    issues = issues_of(b"a: 1\n" * 2_000)
    assert len(issues) == MOST_ISSUES + 1
    assert issues[-1] == "f.yaml:1001:1: the file is not read further: it has 1,000 errors"


@pytest.mark.parametrize(
    ("data", "issue"),
    [
        (b"kind: \x00", "f.yaml:1:7: the file holds the character U+0000 (NUL)"),
        (b"a: 1\nb: \x1b[31m", "f.yaml:2:4: the file holds the character U+001B (escape)"),
        (b"a: 1\r\n\x07", "f.yaml:2:1: the file holds the character U+0007 (control character)"),
        (
            "a: ü\u202eb".encode(),
            "f.yaml:1:5: the file holds the character U+202E (right-to-left override)",
        ),
        (
            "# a comment \u2066".encode(),
            "f.yaml:1:13: the file holds the character U+2066 (left-to-right isolate)",
        ),
        (
            "a: b\u2028c: d".encode(),
            "f.yaml:1:5: the file holds the character U+2028 (line separator)",
        ),
        (
            "a: \ufeff".encode(),
            "f.yaml:1:4: the file holds the character U+FEFF (zero width no-break space)",
        ),
        (b"\x7fELF\x02\x01", "f.yaml:1:1: the file holds the character U+007F (delete)"),
    ],
)  # fmt: skip
def test_characters_that_hide_something_are_refused(data: bytes, issue: str) -> None:
    (found,) = issues_of(data)
    assert found.startswith(issue)


def test_latin_1_is_refused_with_its_place() -> None:
    assert issues_of("a: 1\nb: größe\n".encode("latin-1")) == [
        "f.yaml:2:6: the byte 0xF6 is not UTF-8: save the file in UTF-8"
    ]


def test_utf_16_is_refused() -> None:
    assert issues_of("a: 1\n".encode("utf-16")) == [
        "f.yaml:1:1: the file is in UTF-16: save it in UTF-8"
    ]


def test_a_byte_order_mark_is_passed_over() -> None:
    parsed = parse("f", b"\xef\xbb\xbfkind: Project\n")
    assert parsed.issues == ()
    assert parsed.documents[0].root == {"kind": "Project"}
    assert str(parsed.documents[0].locate("kind", key=True)) == "f:1:1"


def test_windows_line_ends_are_read() -> None:
    parsed = parse("f", b"a: 1\r\nb: |\r\n  x\r\n  y\r\n")
    assert parsed.issues == ()
    assert parsed.documents[0].root == {"a": 1, "b": "x\ny\n"}


def test_a_tab_before_a_value_is_read_or_refused_in_a_clear_sentence() -> None:
    parsed = parse("f", b"a:\t1\n")
    told = [str(issue) for issue in parsed.issues]
    # libyaml allows it, as YAML does; ruamel's own parser doesn't.
    assert told == ["f:1:3: a tab can't stand here: use spaces"] or (
        told == [] and parsed.documents[0].root == {"a": 1}
    )


def test_a_large_file_is_refused_before_it_is_read(write: Write) -> None:
    write({"large.yaml": "", "targets.yaml": TARGETS})
    os.truncate("specs/large.yaml", 100_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(SpecErrors) as caught:
            load(["specs"])
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert str(caught.value) == "specs/large.yaml:1:1: the file is larger than 10 MB: split it"


def test_a_map_with_very_many_unknown_keys_is_one_error(write: Write) -> None:
    keys = "".join(f"key{number}: 1\n" for number in range(2_000))
    write({"spec.yaml": WORKFORCE + keys, "targets.yaml": TARGETS})
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    assert str(caught.value) == "specs/spec.yaml:1:1: has more than 100 entries"


def test_very_many_regions_are_one_error(write: Write) -> None:
    head, _ = WORKFORCE.split("regions:")
    regions = "".join(f"  R{number}:\n" for number in range(2_000))
    write({"spec.yaml": f"{head}regions:\n{regions}", "targets.yaml": TARGETS})
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    assert str(caught.value) == "specs/spec.yaml:6:3: regions: has more than 1000 entries"


def test_very_many_documents_are_not_all_looked_at(write: Write) -> None:
    write({"spec.yaml": "--- a\n" * 2_000})
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    assert len(caught.value.issues) <= MOST_ISSUES + 1
    assert str(caught.value).endswith("and 801 more errors")
