"""Durations with a unit, as specs write them: `90s`, `15m`, `2h`, `14d`, `1h30m`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNIT_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WHOLE = re.compile(r"(?:[0-9]+[dhms])+")
_PART = re.compile(r"([0-9]+)([dhms])")
_LONGEST_SECONDS = 100 * 365 * 86_400


@dataclass(frozen=True, order=True, slots=True)
class Duration:
    """A length of time in whole seconds, never negative."""

    seconds: int

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `90s`, `2h`, `14d` or a run of them such as `1h30m`.

        Raises ValueError, with a sentence for the user, where the unit is missing, the text is
        something else, or the time is longer than a hundred years.
        """
        if not _WHOLE.fullmatch(text):
            raise ValueError(
                f"{text!r} is not a duration: write a number and a unit, like 90s, 15m, 2h or 14d"
            )
        seconds = 0
        for digits, unit in _PART.findall(text):
            if len(digits) > 12:
                raise ValueError(f"{text!r} is longer than a hundred years")
            seconds += int(digits) * _UNIT_SECONDS[unit]
        if seconds > _LONGEST_SECONDS:
            raise ValueError(f"{text!r} is longer than a hundred years")
        return cls(seconds)

    def __str__(self) -> str:
        """The shortest exact form: `14d`, `1h30m`, `0s`."""
        rest, parts = self.seconds, []
        for unit, size in _UNIT_SECONDS.items():
            amount, rest = divmod(rest, size)
            if amount:
                parts.append(f"{amount}{unit}")
        return "".join(parts) or "0s"


def rough_age(seconds: float) -> str:
    """An age for people, in its largest one or two units: `14m`, `2h05m`, `3d4h`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3_600:
        return f"{whole // 60}m"
    if whole < 86_400:
        return f"{whole // 3_600}h{whole % 3_600 // 60:02d}m"
    return f"{whole // 86_400}d{whole % 86_400 // 3_600}h"
