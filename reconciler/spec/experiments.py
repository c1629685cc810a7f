"""The experiment of a region: its placeholders filled in, and its rule."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.spec.issues import did_you_mean

PLACEHOLDERS = ("workforce", "target", "region")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_EXPERIMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_RULE = "letters, digits, '.', '_' and '-', at most 255, the first a letter or a digit"


def fill(pattern: str, names: Mapping[str, str]) -> str:
    """`pattern` with the names in place of its placeholders.

    Raises ValueError, with a sentence for the user, for an unknown placeholder, a brace that
    belongs to none, and a result that no experiment may have as its name.
    """
    for word in _PLACEHOLDER.findall(pattern):
        if word == "experiment":
            raise ValueError("{experiment} can't stand in the experiment itself")
        if word not in names:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise ValueError(
                f"{{{word[:40]}}} is no placeholder: there are {known}{did_you_mean(word, names)}"
            )
    filled = _PLACEHOLDER.sub(lambda found: names[found[1]], pattern)
    if not _EXPERIMENT.fullmatch(filled):
        raise ValueError(f"'{filled[:60]}' can't be an experiment's name: {_RULE}")
    return filled
