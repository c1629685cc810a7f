"""The names of a region's experiment and topic: their placeholders filled in, and their rules."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.spec import placeholders
from reconciler.spec.issues import shorten

PLACEHOLDERS = ("workforce", "target", "region")
_EXPERIMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_EXPERIMENT_RULE = "letters, digits, '.', '_' and '-', at most 255, the first a letter or a digit"
_TOPIC = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/~-]{0,258}[A-Za-z0-9])?")
_TOPIC_RULE = (
    "letters, digits, '.', '_', '-' and '/', at most 260, the first and last a letter or a digit"
)


def fill(pattern: str, names: Mapping[str, str]) -> str:
    """`pattern` with the names in place of its placeholders.

    Raises ValueError, with a sentence for the user, for an unknown placeholder, a brace that
    belongs to none, and a result that no experiment may have as its name.
    """
    if "{experiment}" in pattern:
        raise ValueError("{experiment} can't stand in the experiment itself")
    filled = placeholders.fill(pattern, names)
    if not _EXPERIMENT.fullmatch(filled):
        raise ValueError(f"'{shorten(filled)}' can't be an experiment's name: {_EXPERIMENT_RULE}")
    return filled


def fill_topic(pattern: str, names: Mapping[str, str]) -> str:
    """The topic of a region. Raises ValueError, with a sentence for the user, as `fill` does."""
    filled = placeholders.fill(pattern, names)
    if not _TOPIC.fullmatch(filled):
        raise ValueError(f"'{shorten(filled)}' can't be a topic's name: {_TOPIC_RULE}")
    return filled
