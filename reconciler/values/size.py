"""Sizes of memory with a unit, as specs write them: `256m`, `256MB`, `256MiB`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"([0-9]{1,12})([bkmgt])(?:i?b)?", re.IGNORECASE)
_UNIT_BYTES = {"t": 1 << 40, "g": 1 << 30, "m": 1 << 20, "k": 1 << 10, "b": 1}
_LARGEST = 1 << 50


@dataclass(frozen=True, order=True, slots=True)
class Size:
    """A number of bytes, never negative.

    Every unit is a power of 1024, with or without the `i`: a job's memory is handed to Docker,
    whose `--shm-size 256m`, `256MB` and `256MiB` are all 268,435,456 bytes.
    """

    bytes: int

    @classmethod
    def parse(cls, text: str) -> Size:
        """Read `256m`, `256MB` or `256MiB`. Raises ValueError, with a sentence for the user."""
        match = _WRITTEN.fullmatch(text)
        if match is None or (match[2] in "bB" and len(text) > len(match[1]) + 1):
            raise ValueError(
                f"{text!r} is not a size: write a number and a unit, like 256m, 256MiB or 2g"
            )
        size = int(match[1]) * _UNIT_BYTES[match[2].lower()]
        if size > _LARGEST:
            raise ValueError(f"{text!r} is more memory than any machine has")
        return cls(size)

    def __str__(self) -> str:
        """The shortest exact form with one of the units b, k, m and g: what AzureML takes."""
        for unit in "gmk":
            if self.bytes and self.bytes % _UNIT_BYTES[unit] == 0:
                return f"{self.bytes // _UNIT_BYTES[unit]}{unit}"
        return f"{self.bytes}b"
