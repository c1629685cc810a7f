"""Reading JSON that came over the network, whatever shape it is of."""

from __future__ import annotations

from typing import Any

import msgspec

BAD_JSON = (msgspec.DecodeError, ValueError, RecursionError)
"""Raised by msgspec for what is no JSON or of another shape, for text that is no UTF-8, and for
documents that are too deep."""


def part(document: dict[str, Any], key: str) -> dict[str, Any]:
    """The map at `key`; an empty one where there is none, or something else."""
    found = document.get(key)
    return found if isinstance(found, dict) else {}


def text(document: dict[str, Any], key: str) -> str | None:
    """The text at `key`; None where there is none, or something else."""
    found = document.get(key)
    return found if isinstance(found, str) else None
