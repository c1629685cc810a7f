"""Each folder under `cases/scale/` is one value that is set, or why it isn't."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from reconciler.editing.scaling import Amount, scale
from reconciler.values.errors import UserError
from tests.editing.case_files import TARGETS, ScaleCase, names, scale_case

NAMES = names("scale")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
EDITED = [name for name in NAMES if scale_case(name).error is None]


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the specs, which is the current one, so that positions name files alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "targets.yaml").write_bytes(TARGETS)
    return tmp_path


def told(case: ScaleCase) -> list[str]:
    return scale(["."], case.workforce, Amount.parse(case.to), case.region).lines()


@pytest.mark.parametrize("name", NAMES)
def test_the_file_becomes_what_the_case_says(name: str, specs: Path) -> None:
    case, file = scale_case(name), specs / "spec.yaml"
    file.write_bytes(case.before)
    if case.error is None:
        assert told(case) == case.told
    else:
        with pytest.raises(UserError) as caught:
            told(case)
        assert caught.value.message == case.error
    assert file.read_bytes() == case.after, case.story
    assert {path.name for path in specs.iterdir()} == {"spec.yaml", "targets.yaml"}


@pytest.mark.parametrize("name", EDITED)
def test_line_breaks_and_a_byte_order_mark_stay(name: str, specs: Path) -> None:
    line_break = b"\r\n"
    case, file = scale_case(name), specs / "spec.yaml"
    file.write_bytes(BYTE_ORDER_MARK + case.before.replace(b"\n", line_break))
    assert told(case) == case.told
    assert file.read_bytes() == BYTE_ORDER_MARK + case.after.replace(b"\n", line_break)


@pytest.mark.parametrize("name", EDITED)
def test_a_missing_final_line_break_stays_missing(name: str, specs: Path) -> None:
    case, file = scale_case(name), specs / "spec.yaml"
    file.write_bytes(case.before.removesuffix(b"\n"))
    assert told(case) == case.told
    assert file.read_bytes() == case.after.removesuffix(b"\n")


def test_mixed_line_breaks_stay_mixed(specs: Path) -> None:
    head = b"kind: Workforce\r\nname: hello\ntask: {command: work}\r"
    text = head + b"scale:%s\n\n\rregions: {laptop: {}}"
    (specs / "spec.yaml").write_bytes(text % b"\r\n  tasks_per_worker: 2\r")
    scale(["."], "hello", Amount.parse("5"))
    edited = text % b"\r\n  desired: 5\r\n  tasks_per_worker: 2\r"
    assert (specs / "spec.yaml").read_bytes() == edited


def test_every_case_tells_a_story_of_its_own() -> None:
    cases = [scale_case(name) for name in NAMES]
    stories = Counter(case.story for case in cases)
    assert len(cases) >= 60
    assert [story for story, times in stories.items() if times > 1] == []
    assert [story for story in stories if "\n" in story or not story.endswith(".")] == []
    assert [case.story for case in cases if bool(case.told) == bool(case.error)] == []
