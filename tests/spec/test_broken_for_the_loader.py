"""Each file of broken/loader-only/ gives the errors beside it, `NAME.txt`, and no others.

These are files in which the JSON schema finds nothing: documents that are wrong together, what
they name, and values with rules that the schema doesn't have.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.spec.issues import SpecErrors
from reconciler.spec.loading import load

HERE = Path(__file__).parent
FOLDER = "broken/loader-only"
CASES = sorted(path.stem for path in (HERE / FOLDER).glob("*.yaml"))


@pytest.mark.parametrize("case", CASES)
def test_a_broken_file_gives_its_errors(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    with pytest.raises(SpecErrors) as caught:
        load([f"{FOLDER}/{case}.yaml", "targets.yaml"])
    told = str(caught.value).replace(f"{FOLDER}/", "") + "\n"
    assert told == (HERE / FOLDER / f"{case}.txt").read_text(encoding="utf-8")


def test_every_expectation_has_its_file() -> None:
    assert sorted(path.stem for path in (HERE / FOLDER).glob("*.txt")) == CASES


def test_there_are_many_of_all_kinds() -> None:
    assert len(CASES) + len(list((HERE / "broken").glob("*.yaml"))) >= 215
