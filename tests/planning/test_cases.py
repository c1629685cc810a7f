"""Each file under `cases/` is a situation and the plan that it must give."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.planning.case_files import CASES, CaseError, case_of, read_case
from tests.planning.expectations import told

FILES = sorted(CASES.rglob("*.yaml"))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_the_plan_is_the_one_in_the_file(path: Path) -> None:
    case = read_case(path)
    assert told(case.plan(), case.expected) == dict(case.expected), case.story


def test_every_case_tells_its_story_in_one_line_of_its_own() -> None:
    stories = Counter(read_case(path).story for path in FILES)
    assert len(FILES) >= 70
    assert [story for story, times in stories.items() if times > 1] == []
    assert [story for story in stories if "\n" in story or not story.endswith(".")] == []


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ({"storey": "?"}, "the case has keys that mean nothing: storey"),
        ({"live": {"trees/moon": {"running": 1}}}, "live names regions that aren't there"),
        ({"options": {"purge": True}}, "options has keys that mean nothing: purge"),
        ({"live": {"trees/laptop": {"w1": {"stage": "running"}}}}, "mean nothing: stage"),
    ],
    ids=["top", "region", "option", "worker"],
)
def test_a_case_with_a_key_that_means_nothing_is_refused(
    broken: dict[str, object], complaint: str
) -> None:
    workforces = {"trees": {"desired": 1, "regions": {"laptop": {}}}}
    document = {"story": "Trees.", "workforces": workforces, "plan": {}, **broken}
    with pytest.raises(CaseError, match=complaint):
        case_of(document)


def test_a_plan_that_does_more_than_its_case_says_differs_from_it() -> None:
    workforces = {"trees": {"desired": 1, "regions": {"laptop": {}}}}
    case = case_of({"story": "Trees.", "workforces": workforces, "plan": {}})
    assert told(case.plan(), case.expected) == {"trees/laptop": {"hire": 1}}
