"""Exit codes: what a plan or a report means to whoever called the command. Their one home."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.findings import Checkup
    from reconciler.model.plan import Plan
    from reconciler.model.report import Report


class Exit(IntEnum):
    """The exit codes, a contract with scripts."""

    DONE = 0
    """Done, or nothing to do."""
    ERROR = 1
    """An error, of usage too."""
    CHANGES = 2
    """There are changes (`plan --detailed-exitcode` only)."""
    STALE = 3
    """A saved plan no longer fits."""
    UNSAFE = 4
    """A safety limit stopped it."""
    PARTIAL = 5
    """Done in part, or something could not be read."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C before anything was done: what a shell expects of SIGINT."""
    BROKEN_PIPE = 141
    """Whoever read the output has left: what a shell expects of SIGPIPE."""


_WORST_FIRST = (Exit.ERROR, Exit.STALE, Exit.UNSAFE, Exit.PARTIAL, Exit.CHANGES, Exit.DONE)


def worst(codes: Iterable[Exit]) -> Exit:
    """The code to give where several hold."""
    found = set(codes)
    return next((code for code in _WORST_FIRST if code in found), Exit.DONE)


def of_plan(plan: Plan, *, detailed: bool = False, strict: bool = False) -> Exit:
    """The exit code of showing `plan`.

    `detailed` tells changes and unreadable regions apart from none; `strict` counts what could
    not be read, where a plain plan warns only.
    """
    codes = []
    if plan.has_errors:
        codes.append(Exit.ERROR)
    if plan.stops:
        codes.append(Exit.UNSAFE)
    if plan.has_unreadable and (detailed or strict):
        codes.append(Exit.PARTIAL)
    if plan.has_changes and detailed:
        codes.append(Exit.CHANGES)
    return worst(codes)


def of_report(plan: Plan, report: Report) -> Exit:
    """The exit code of having applied `plan` with `report`."""
    codes = [of_plan(plan, strict=True)]
    if not report.is_complete:
        codes.append(Exit.PARTIAL)
    return worst(codes)


def of_checkup(checkup: Checkup) -> Exit:
    """The exit code of having checked targets."""
    return Exit.DONE if checkup.is_sound else Exit.ERROR
