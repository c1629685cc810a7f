"""Prices: exact decimal numbers of US dollars."""

from __future__ import annotations

from decimal import Decimal

MOST_USD = 1_000_000


def usd(number: float) -> Decimal:
    """A price of `number` dollars, as it is written: 0.31 is 31 cents exactly.

    Raises ValueError, with a sentence for the user, for what can't be a price.
    """
    if not 0 <= number <= MOST_USD:  # not-a-number fails it too
        raise ValueError(f"should be from 0 to {MOST_USD} dollars")
    return Decimal(repr(number))
