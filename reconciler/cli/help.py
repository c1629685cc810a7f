"""Help texts: each command's says what it does, with examples and its exit codes."""

from __future__ import annotations

from collections.abc import Sequence

_EXITS = {
    0: "done, or nothing to do",
    1: "an error",
    2: "there are changes",
    4: "a safety limit stopped it",
    5: "done in part, or something could not be read",
}


def described(
    what: str, *, examples: Sequence[str], exits: Sequence[int] = (0, 1), **meanings: str
) -> str:
    """The help of a command: `what` it does, then examples and exit codes.

    `meanings` replaces the usual meaning of a code: `exit_0="..."`.
    """
    # A line with a backspace alone keeps the paragraph after it from being re-wrapped.
    lines = [what, "", "\b", "Examples:", *(f"  {example}" for example in examples)]
    lines += ["", "\b", "Exit codes:"]
    lines += [f"  {code}  {meanings.get(f'exit_{code}') or _EXITS[code]}" for code in exits]
    return "\n".join(lines)
