"""Warnings and errors of a plan, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.plan import Diagnostic
from reconciler.rendering.lines import Line, wrapped


def diagnostic_lines(diagnostics: Iterable[Diagnostic]) -> Iterator[Line]:
    """`Warning: workforce/region: what it is`, one after the other."""
    for found in diagnostics:
        place = "/".join(part for part in (found.workforce, found.region) if part)
        text = f"{place}: {found.summary}" if place else found.summary
        lead = f"{found.severity.value.capitalize()}: "
        yield from wrapped(text, first=lead, hang=2, style=found.severity.value)
