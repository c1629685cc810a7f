"""How far this machine's clock is from a service's. Pure.

A service that thinks a token not yet valid, or expired, refuses it; five minutes are the usual
tolerance.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from reconciler.model.findings import Verdict

TOLERATED_SECONDS = 300.0
NOTABLE_SECONDS = 60.0
REMEDY = "set this machine's clock, and keep it set over the network"
COMMAND = "sudo timedatectl set-ntp true"


def skew(headers: Mapping[str, str], before: float, after: float) -> float | None:
    """Seconds by which the service is ahead of this machine; None where it doesn't say.

    `before` and `after` are this machine's times, in seconds since the epoch, of the request and
    of its answer: a slow answer is no skew.
    """
    header = headers.get("Date")
    if not header:
        return None
    try:
        told = parsedate_to_datetime(header).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    # The header has whole seconds: the true time is up to one second later.
    if told > after:
        return told - after
    return min(0.0, told + 1 - before)


def judged(seconds: float) -> tuple[Verdict, str]:
    """The verdict on a skew, and the sentence for it."""
    size = abs(seconds)
    if size < NOTABLE_SECONDS:
        return Verdict.OK, "this machine's clock agrees with Azure's"
    side = "behind" if seconds > 0 else "ahead of"
    told = f"{size / 60:.0f} min" if size >= 120 else f"{size:.0f} s"
    sentence = f"this machine's clock is {told} {side} Azure's"
    if size <= TOLERATED_SECONDS:
        return Verdict.WARNING, f"{sentence}; from 5 min on, tokens may be refused"
    return Verdict.FAILED, f"{sentence}, so that tokens may be refused"
