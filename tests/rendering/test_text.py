"""Text output, against files: read them to see what a user sees.

`python -m tests.rendering.test_text` writes them anew; look at the difference before you commit.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.rendering.lines import plain
from reconciler.rendering.plan_json import plan_json
from reconciler.rendering.plan_text import plan_lines
from reconciler.rendering.report_text import report_lines
from reconciler.rendering.status import status_lines
from tests.rendering import scenes

GOLDEN = Path(__file__).parent / "golden"

OUTPUTS: dict[str, Callable[[], str]] = {
    "plan-everything.txt": lambda: plain(plan_lines(scenes.everything_planned())),
    "plan-explained.txt": lambda: plain(plan_lines(scenes.everything_planned(), explain=True)),
    "plan-as-declared.txt": lambda: plain(plan_lines(scenes.as_declared())),
    "plan-many-regions.txt": lambda: plain(plan_lines(scenes.many_regions())),
    "plan-stopped.txt": lambda: plain(plan_lines(scenes.stopped())),
    "plan-pruned.txt": lambda: plain(plan_lines(scenes.pruned())),
    "plan-short-of-room.txt": lambda: plain(plan_lines(scenes.short_of_room())),
    "plan-hostile.txt": lambda: plain(plan_lines(scenes.hostile())),
    "plan-everything.json": lambda: (
        json.dumps(plan_json(scenes.everything_planned()), indent=2, ensure_ascii=False) + "\n"
    ),
    "status-workers.txt": lambda: plain(
        status_lines(scenes.everything_planned(), scenes.everything()[1], scenes.NOW, workers=True)
    ),
    "report-partial.txt": lambda: plain(report_lines(scenes.partial_report())),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_output_is_as_in_its_file(name: str) -> None:
    assert OUTPUTS[name]() == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in OUTPUTS if name.endswith(".txt")])
def test_output_fits_80_columns_and_has_no_control_characters(name: str) -> None:
    text = OUTPUTS[name]()
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert all(character == "\n" or character.isprintable() for character in text)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, output in OUTPUTS.items():
        (GOLDEN / name).write_text(output(), encoding="utf-8")
