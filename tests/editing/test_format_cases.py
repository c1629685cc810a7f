"""Each folder under `cases/fmt/` is a file and its canonical form."""

from __future__ import annotations

from collections import Counter

import pytest

from reconciler.editing.formatting import format_bytes
from tests.editing.case_files import FormatCase, format_case, names

NAMES = names("fmt")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def formatted(data: bytes) -> bytes:
    after = format_bytes("spec.yaml", data)
    assert isinstance(after, bytes), after
    return after


@pytest.mark.parametrize("name", NAMES)
def test_the_file_becomes_what_the_case_says(name: str) -> None:
    case = format_case(name)
    after = format_bytes("spec.yaml", case.before)
    if case.error is None:
        assert after == case.after, case.story
    else:
        assert [str(issue) for issue in after] == case.error.splitlines()


@pytest.mark.parametrize("name", [name for name in NAMES if format_case(name).error is None])
def test_formatting_again_changes_nothing(name: str) -> None:
    after = format_case(name).after
    assert formatted(after) == after


@pytest.mark.parametrize("line_break", [b"\r\n", b"\r"], ids=["CRLF", "CR"])
@pytest.mark.parametrize("name", ["head", "literal", "long_flow_map", "quotes", "blank_lines"])
def test_the_files_own_line_break_is_kept(name: str, line_break: bytes) -> None:
    case = format_case(name)
    before = case.before.replace(b"\n", line_break)
    assert formatted(before) == case.after.replace(b"\n", line_break)


@pytest.mark.parametrize("name", ["head", "canonical", "blank_lines"])
def test_a_byte_order_mark_is_kept(name: str) -> None:
    case = format_case(name)
    assert formatted(BYTE_ORDER_MARK + case.before) == BYTE_ORDER_MARK + case.after


def test_mixed_line_breaks_become_those_that_most_lines_have() -> None:
    before = b"kind: Project\r\nname: science\nsafety:\r\n  max_hires: 5\r\n"
    assert formatted(before) == b"kind: Project\r\nname: science\r\nsafety:\r\n  max_hires: 5\r\n"


def test_an_empty_file_stays_empty() -> None:
    assert formatted(b"") == b""


def test_every_case_tells_a_story_of_its_own() -> None:
    cases: list[FormatCase] = [format_case(name) for name in NAMES]
    stories = Counter(case.story for case in cases)
    assert len(cases) >= 45
    assert [story for story, times in stories.items() if times > 1] == []
    assert [story for story in stories if "\n" in story or not story.endswith(".")] == []
