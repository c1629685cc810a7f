"""Edits as data: what a file was, what was asked for, and what it became.

`cases/fmt/NAME/`: `story.txt`, `before.yaml`, and `after.yaml`; without it the file stays as it is,
for the reasons in `error.txt` where that is there.

`cases/scale/NAME/`: `edit.yaml` tells the story, the workforce, the amount (`to`) and perhaps the
region, and what the user is told or the error; `before.yaml` is a file beside one with the targets
laptop and spare, and `after.yaml` what it became.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CASES = Path(__file__).parent / "cases"
TARGETS = b"kind: Targets\ntargets: {laptop: {local: {slots: 4}}, spare: {local: {slots: 4}}}\n"


@dataclass(frozen=True, slots=True)
class FormatCase:
    """`error` None: the file can be formatted, and `after` is what it becomes."""

    story: str
    before: bytes
    after: bytes
    error: str | None


@dataclass(frozen=True, slots=True)
class ScaleCase:
    """`error` None: the file becomes `after`, and the user is told the lines `told`."""

    story: str
    before: bytes
    after: bytes
    workforce: str
    to: str
    region: str | None
    told: list[str]
    error: str | None


def names(kind: str) -> list[str]:
    return sorted(folder.name for folder in (CASES / kind).iterdir())


def format_case(name: str) -> FormatCase:
    folder = CASES / "fmt" / name
    before = (folder / "before.yaml").read_bytes()
    error = folder / "error.txt"
    return FormatCase(
        (folder / "story.txt").read_text(encoding="utf-8").strip(),
        before,
        _after(folder, before),
        error.read_text(encoding="utf-8").strip() if error.exists() else None,
    )


def scale_case(name: str) -> ScaleCase:
    folder = CASES / "scale" / name
    before = (folder / "before.yaml").read_bytes()
    edit: dict[str, Any] = YAML(typ="safe", pure=True).load(folder / "edit.yaml")
    strange = edit.keys() - {"story", "workforce", "to", "region", "told", "error"}
    assert not strange, f"{name}/edit.yaml has keys that mean nothing: {strange}"
    return ScaleCase(
        edit["story"],
        before,
        _after(folder, before),
        edit["workforce"],
        edit["to"],
        edit.get("region"),
        edit.get("told", []),
        edit.get("error"),
    )


def _after(folder: Path, before: bytes) -> bytes:
    after = folder / "after.yaml"
    return after.read_bytes() if after.exists() else before
