"""A checkup as text and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reconciler.model.findings import Checkup, Finding, Verdict
from reconciler.rendering.escaping import printable
from reconciler.rendering.lines import Line, wrapped
from reconciler.rendering.plan_json import FORMAT_VERSION, Json

_STYLES = {Verdict.FAILED: "error", Verdict.WARNING: "warning", Verdict.SKIPPED: "quiet"}
_WIDTH_OF_VERDICT = 9
_MOST_TARGETS = 3


def doctor_lines(checkup: Checkup) -> Iterator[Line]:
    """Every finding under its subject, with what mends it, and the totals."""
    if not checkup.findings:
        yield Line("No targets to check in these specs.")
        return
    for subject, group in groupby(checkup.findings, key=lambda found: found.subject):
        findings = list(group)
        yield from wrapped(_heading(subject, findings), hang=2, style="heading")
        for _, alike in groupby(findings, key=_what_is_told_once):
            yield from _told_once(list(alike))
        yield Line("")
    yield from _totals(checkup)


def doctor_json(checkup: Checkup) -> Json:
    """What `doctor -o json` prints."""
    return {
        "format_version": FORMAT_VERSION,
        "ok": checkup.is_sound,
        "summary": {verdict.value: checkup.count(verdict) for verdict in Verdict},
        "findings": [
            {
                "subject": found.subject,
                "check": found.check,
                "item": found.item,
                "verdict": found.verdict.value,
                "found": found.found,
                "remedy": found.remedy,
                "command": found.command,
                "targets": list(found.targets),
            }
            for found in checkup.findings
        ],
    }


def _what_is_told_once(found: Finding) -> tuple[object, ...]:
    """What neighbours share to be told together: why they were skipped, or what mends them."""
    if found.verdict is Verdict.SKIPPED:
        return (found.verdict, found.found)
    if found.remedy is None and found.command is None:
        return (found.verdict, found.check, found.item)
    return (found.remedy, found.command)


def _told_once(findings: Sequence[Finding]) -> Iterator[Line]:
    if findings[0].verdict is Verdict.SKIPPED:
        yield from _finding(", ".join(found.title for found in findings), findings[0])
    else:
        for found in findings:
            yield from _finding(found.title, found)
    yield from _remedy(findings[-1])


def _heading(subject: str, findings: Sequence[Finding]) -> str:
    names = sorted({name for found in findings for name in found.targets})
    if not names or subject == f"target {names[0]}":
        return subject
    shown = ", ".join(names[:_MOST_TARGETS])
    more = f" and {len(names) - _MOST_TARGETS} more" if len(names) > _MOST_TARGETS else ""
    return f"{subject} (target{'s' if len(names) > 1 else ''} {shown}{more})"


def _finding(title: str, found: Finding) -> Iterator[Line]:
    style = _STYLES.get(found.verdict)
    lead = found.verdict.value.ljust(_WIDTH_OF_VERDICT)
    hang = 2 + _WIDTH_OF_VERDICT
    yield from wrapped(f"{title}: {found.found}", indent=2, first=lead, hang=hang, style=style)


def _remedy(found: Finding) -> Iterator[Line]:
    hang = 2 + _WIDTH_OF_VERDICT
    if found.remedy:
        yield from wrapped(found.remedy, indent=hang, first="→ ", hang=hang + 2)
    if found.command:
        # On one line however long it is, so that it can be copied.
        yield Line(f"{' ' * (hang + 2)}{printable(found.command)}")


def _totals(checkup: Checkup) -> Iterator[Line]:
    parts = [
        f"{checkup.count(verdict)} {verdict.value}"
        for verdict in Verdict
        if checkup.count(verdict) or verdict is Verdict.OK
    ]
    yield Line(f"{', '.join(parts)}.", "heading")
    # Among hundreds of lines of a fleet, what matters would be lost.
    for verdict in (Verdict.WARNING, Verdict.FAILED):
        for found in checkup.findings:
            if found.verdict is verdict:
                lead, text = f"{verdict.value.capitalize()}: ", f"{found.subject}: {found.title}"
                yield from wrapped(text, first=lead, hang=2, style=_STYLES[verdict])
