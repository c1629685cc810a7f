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
    ActionKind.DRAIN: "draining",
}

_NAMED = 3
"""Workers named of those that met the same cause."""

_ENDED_SHOWN = 5


def report_lines(report: Report, again: str = "Apply") -> Iterator[Line]:
    """Failures and what was left out, a line for each cause, then one line of totals.

    `again` is what finishes what is left: `Apply`, or `Destroy`.
    """
    for region in report.regions:
        for outcome, style in ((Outcome.FAILED, "error"), (Outcome.SKIPPED, "warning")):
            causes: dict[str, list[WorkerOutcome]] = {}
            for one in region.outcomes:
                if one.outcome is outcome:
                    causes.setdefault(one.detail, []).append(one)
            for detail, met in causes.items():
                yield from _cause(region, outcome, detail, met, style)
    yield from _totals(report, again)


def _cause(
    region: RegionReport, outcome: Outcome, detail: str, met: Sequence[WorkerOutcome], style: str
) -> Iterator[Line]:
    names = [one.worker for one in met if one.worker]
    shown = ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
    who = f" ({shown})" if shown else ""
    text = f"{region.workforce}/{region.region}: {region.kind} {len(met)} {outcome}: {detail}{who}"
    yield from wrapped(text, hang=2, style=style)


def _totals(report: Report, again: str) -> Iterator[Line]:
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
        yield Line(f"{again} again to finish what is left.", "warning")


def followed_lines(running: int, ended: Sequence[Worker], waiting: int) -> Iterator[Line]:
    """What became of the hired workers while they were followed."""
    for worker in ended[:_ENDED_SHOWN]:
        why = f": {worker.note}" if worker.note else ""
        yield from wrapped(f"{worker.id} {worker.status}{why}", hang=2, style="error")
    if len(ended) > _ENDED_SHOWN:
        yield Line(f"  and {len(ended) - _ENDED_SHOWN} more that ended", "error")
    parts = [f"{running} running"]
    parts += [f"{len(ended)} ended already"] if ended else []
    parts += [f"{waiting} still pending"] if waiting else []
    yield Line(f"Hired workers: {', '.join(parts)}.", "heading")
