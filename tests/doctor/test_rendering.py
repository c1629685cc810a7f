"""A checkup as text and as JSON."""

from __future__ import annotations

import json

from reconciler.model.findings import Checkup, Finding, Verdict, skipped
from reconciler.rendering.doctor import doctor_json, doctor_lines
from reconciler.rendering.lines import plain

NAMES = ("eastus", "spot", "uksouth", "westus")
CHECKUP = Checkup(
    (
        Finding("Azure", "host", Verdict.OK, "the name localhost resolves", targets=NAMES),
        Finding(
            "Azure", "clock", Verdict.WARNING, "90 s behind", "set it", "set-clock", targets=NAMES
        ),
        Finding(
            "workspace science",
            "submit",
            Verdict.FAILED,
            "no permission for jobs/write",
            "ask for the role",
            "az role assignment create --scope " + "/a" * 60,
            targets=("spot",),
        ),
        Finding(
            "workspace science",
            "cancel",
            Verdict.FAILED,
            "no permission for jobs/cancel/action",
            "ask for the role",
            "az role assignment create --scope " + "/a" * 60,
            targets=("spot",),
        ),
        *skipped("workspace science", ("index", "compute"), "not asked", ("spot",)),
        Finding("target laptop", "slots", Verdict.OK, "4 workers", targets=("laptop",)),
    )
)
TEXT = f"""\
Azure (targets eastus, spot, uksouth and 1 more)
  ok       host: the name localhost resolves
  warning  clock: 90 s behind
           → set it
             set-clock

workspace science (target spot)
  failed   submit: no permission for jobs/write
  failed   cancel: no permission for jobs/cancel/action
           → ask for the role
             az role assignment create --scope {"/a" * 60}
  skipped  index, compute: not asked

target laptop
  ok       slots: 4 workers

2 ok, 1 warning, 2 failed, 2 skipped.
Warning: Azure: clock
Failed: workspace science: submit
Failed: workspace science: cancel
"""


def test_text_tells_what_mends_several_findings_once_and_on_one_line() -> None:
    assert plain(doctor_lines(CHECKUP)) == TEXT


def test_text_from_services_cannot_move_the_cursor() -> None:
    nasty = Finding("work\x1b[2Jspace", "x", Verdict.FAILED, "a\nb\x1b[1m", "c\x07", "d\x1b\ne")
    assert all(line.text.isprintable() for line in doctor_lines(Checkup((nasty,))))


def test_json_has_every_finding_and_the_verdict() -> None:
    document = json.loads(json.dumps(doctor_json(CHECKUP)))
    assert document["ok"] is False
    assert document["summary"] == {"ok": 2, "warning": 1, "failed": 2, "skipped": 2}
    assert len(document["findings"]) == len(CHECKUP.findings)
    assert document["findings"][1] == {
        "subject": "Azure",
        "check": "clock",
        "item": None,
        "verdict": "warning",
        "found": "90 s behind",
        "remedy": "set it",
        "command": "set-clock",
        "targets": list(NAMES),
    }


def test_warnings_and_skipped_checks_alone_are_sound() -> None:
    assert Checkup((Finding("a", "b", Verdict.WARNING, "c"), *skipped("a", ["d"], "e"))).is_sound


def test_nothing_to_check_is_said() -> None:
    assert plain(doctor_lines(Checkup(()))) == "No targets to check in these specs.\n"
