"""What can go wrong with JSON that came over the network."""

from __future__ import annotations

import msgspec

BAD_JSON = (msgspec.DecodeError, ValueError, RecursionError)
"""Raised by msgspec for what is no JSON or of another shape, for text that is no UTF-8, and for
documents that are too deep."""
