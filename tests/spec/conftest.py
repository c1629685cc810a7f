"""Shared by the tests of spec loading: folders of specs, and a state folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.spec.issues import SpecErrors
from reconciler.spec.loading import Loaded, load

TARGETS = "kind: Targets\ntargets: {laptop: {local: {slots: 4}}, tower: {local: {}}}\n"
WORKFORCE = """\
kind: Workforce
name: w
task: {command: sleep 1}
scale: {desired: 1}
regions: {laptop: {}}
"""

Load = Callable[..., Loaded]
Refuse = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: an empty one."""
    monkeypatch.setenv("RECONCILER_STATE_DIR", str(tmp_path / "state"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def write(folder: Path) -> Callable[[dict[str, str | bytes]], None]:
    """Writes files in `specs`, by their names."""

    def write_files(files: dict[str, str | bytes]) -> None:
        (folder / "specs").mkdir(exist_ok=True)
        for name, content in files.items():
            path = folder / "specs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    return write_files


@pytest.fixture
def load_specs(write: Callable[[dict[str, str | bytes]], None]) -> Load:
    """Loads documents, given as texts, beside two local targets."""

    def load_documents(*documents: str, targets: str = TARGETS) -> Loaded:
        write({"spec.yaml": "---\n".join([*documents, targets])})
        return load(["specs"])

    return load_documents


@pytest.fixture
def refused(load_specs: Load) -> Refuse:
    """The errors of documents, given as texts, a line each."""

    def errors(*documents: str, targets: str = TARGETS) -> list[str]:
        with pytest.raises(SpecErrors) as caught:
            load_specs(*documents, targets=targets)
        return str(caught.value).splitlines()

    return errors
