"""What a checkup of targets found: one finding for each check. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    """It works, or may work, and should be looked at."""
    FAILED = "failed"
    """Something is missing that planning or applying needs."""
    SKIPPED = "skipped"
    """Not checked, because of another finding or because there is nothing to check."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of one thing.

    `subject` is what was looked at, such as `workspace science`; `check` is the name of the check,
    a contract with scripts, and `item` tells several of one name in a subject apart.
    """

    subject: str
    check: str
    verdict: Verdict
    found: str
    """What was found; for a check that was skipped, why."""
    remedy: str | None = None
    """What mends it, in words."""
    command: str | None = None
    """A shell command that mends it, or shows more."""
    item: str | None = None
    targets: tuple[str, ...] = ()
    """The names of the targets that depend on it."""

    @property
    def title(self) -> str:
        return self.check if self.item is None else f"{self.check} {self.item}"


@dataclass(frozen=True, slots=True)
class Checkup:
    """All findings, in the order in which they are shown."""

    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is missing. Warnings, and checks skipped for no failure, are no harm."""
        return not self.count(Verdict.FAILED)

    def count(self, verdict: Verdict) -> int:
        """How many checks came out so."""
        return sum(found.verdict is verdict for found in self.findings)


def skipped(
    subject: str, checks: Iterable[str], reason: str, targets: tuple[str, ...] = ()
) -> list[Finding]:
    """A finding for each of `checks`, which were not made because of `reason`."""
    return [Finding(subject, one, Verdict.SKIPPED, reason, targets=targets) for one in checks]
