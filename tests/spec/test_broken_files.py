"""Each file of broken/ gives the errors beside it: `NAME.yaml` those of `NAME.txt`, no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.spec import parsing
from reconciler.spec.issues import SpecErrors
from reconciler.spec.loading import load

HERE = Path(__file__).parent
CASES = sorted(path.stem for path in (HERE / "broken").glob("*.yaml"))


def errors_of(case: str) -> str:
    with pytest.raises(SpecErrors) as caught:
        load([f"broken/{case}.yaml", "targets.yaml"])
    return str(caught.value).replace("broken/", "") + "\n"


@pytest.mark.parametrize("case", CASES)
def test_a_broken_file_gives_its_errors(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    expected = (HERE / "broken" / f"{case}.txt").read_text(encoding="utf-8")
    assert errors_of(case) == expected


@pytest.mark.parametrize("case", CASES)
def test_it_gives_the_same_errors_where_the_c_parser_is_missing(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HERE)
    monkeypatch.setattr(parsing, "_fast_events", lambda _text: None)
    expected = (HERE / "broken" / f"{case}.txt").read_text(encoding="utf-8")
    assert errors_of(case) == expected


def test_every_expectation_has_its_file() -> None:
    assert sorted(path.stem for path in (HERE / "broken").glob("*.txt")) == CASES
