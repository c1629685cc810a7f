"""`reconciler demo`: the whole story on this machine."""

from __future__ import annotations

HELP = "The whole story on this machine."


def demo() -> int:
    return 0
