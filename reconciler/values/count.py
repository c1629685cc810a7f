"""Counts that may be a share of something: `12` or `"30%"`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PERCENT = re.compile(r"([0-9]{1,3})%")


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number, or a percentage of a total that the reader of the count names."""

    number: int
    is_percent: bool = False

    @classmethod
    def parse(cls, text: str) -> Count:
        """Read `12` or `30%`. Raises ValueError, with a sentence for the user."""
        if text.isascii() and text.isdigit() and len(text) <= 9:
            return cls(int(text))
        match = _PERCENT.fullmatch(text)
        if match is None or int(match[1]) > 100:
            raise ValueError(
                f'{text!r} is not a count: write a whole number, or a percentage up to "100%"'
            )
        return cls(int(match[1]), is_percent=True)

    def of(self, total: int) -> int:
        """The number meant where the whole is `total`; a percentage is rounded down."""
        return total * self.number // 100 if self.is_percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.is_percent else str(self.number)
