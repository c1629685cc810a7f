"""What an apply did, as text: every failure by name, then the counts that were confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.model.observation import Worker
from reconciler.model.plan import ActionKind
from reconciler.model.report import Outcome, RegionReport, Report, WorkerOutcome
from reconciler.rendering.lines import Line, wrapped

_PAST = {
    ActionKind.HIRE: "hired",
    ActionKind.RESUME: "resumed",
    ActionKind.CANCEL: "cancelled",
    ActionKind.DRAIN: "drained",
}

_SHOWN_PER_REGION = 5
"""Workers named one by one for each action; the same cause seldom needs more."""


def report_lines(report: Report) -> Iterator[Line]:
    """Failures and what was left out, by region, then one line of totals."""
    for region in report.regions:
        for outcome, style in ((Outcome.FAILED, "error"), (Outcome.SKIPPED, "warning")):
            named = [one for one in region.outcomes if one.outcome is outcome]
            yield from _named(region, named, style)
    yield from _totals(report)


def _named(region: RegionReport, named: Sequence[WorkerOutcome], style: str) -> Iterator[Line]:
    for one in named[:_SHOWN_PER_REGION]:
        worker = f" {one.worker}" if one.worker else ""
        text = f"{region.workforce}/{region.region}: {one.kind}{worker} {one.outcome}: {one.detail}"
        yield from wrapped(text, hang=2, style=style)
    if len(named) > _SHOWN_PER_REGION:
        rest = len(named) - _SHOWN_PER_REGION
        word = named[0].outcome
        yield Line(f"  and {rest} more {word} in {region.workforce}/{region.region}", style)


def _totals(report: Report) -> Iterator[Line]:
    parts = []
    for kind, past in _PAST.items():
        if any(region.kind is kind for region in report.regions):
            parts.append(f"{past} {report.count(kind, Outcome.DONE)}")
    for outcome in (Outcome.ALREADY, Outcome.FAILED, Outcome.SKIPPED):
        figure = sum(region.count(outcome) for region in report.regions)
        if figure:
            parts.append(f"{outcome.value} {figure}")
    lead = "Stopped early: " if report.interrupted else "Applied: "
    text = ", ".join(parts) or "nothing to do"
    yield from wrapped(f"{lead}{text}.", style="heading")
    if not report.is_complete:
        yield Line("Apply again to finish what is left.", "warning")


def followed_lines(running: int, ended: Sequence[Worker], waiting: int) -> Iterator[Line]:
    """What became of the hired workers while they were followed."""
    for worker in ended[:_SHOWN_PER_REGION]:
        why = f": {worker.note}" if worker.note else ""
        yield from wrapped(f"{worker.id} {worker.status}{why}", hang=2, style="error")
    if len(ended) > _SHOWN_PER_REGION:
        yield Line(f"  and {len(ended) - _SHOWN_PER_REGION} more that ended", "error")
    parts = [f"{running} running"]
    parts += [f"{len(ended)} ended already"] if ended else []
    parts += [f"{waiting} still pending"] if waiting else []
    yield Line(f"Hired workers: {', '.join(parts)}.", "heading")
