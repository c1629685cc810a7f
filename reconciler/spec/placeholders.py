"""Placeholders such as {target}, filled in by name: in a few keys alone, never in a command."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.spec.issues import did_you_mean, shorten

ALL = ("workforce", "target", "region", "experiment")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def fill(pattern: str, names: Mapping[str, str]) -> str:
    """`pattern` with the names in place of its placeholders.

    Raises ValueError, with a sentence for the user, for a placeholder that isn't among the names.
    """
    if "{" not in pattern:
        return pattern
    for word in _PLACEHOLDER.findall(pattern):
        if word not in names:
            known = ", ".join(f"{{{name}}}" for name in names)
            there = f"there are {known}" if len(names) > 1 else f"there is {known}"
            if word in ALL:
                raise ValueError(f"{{{word}}} can't stand here: {there}")
            raise ValueError(
                f"{{{shorten(word, 40)}}} is no placeholder: {there}{did_you_mean(word, names)}"
            )
    return _PLACEHOLDER.sub(lambda found: names[found[1]], pattern)
