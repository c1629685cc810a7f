"""The rules for names, and the one form of a worker's name."""

from __future__ import annotations

import hashlib
import re

NAME_RULE = "lower-case letters, digits and hyphens, at most 40, the first a letter or a digit"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_NOT_IN_JOB_NAMES = re.compile(r"[^A-Za-z0-9_-]")


def is_name(text: str) -> bool:
    """Whether `text` may name a project, workforce, target, region or region set."""
    return _NAME.fullmatch(text) is not None


def worker_prefix(workspace: str, experiment: str) -> str:
    """What the names of a region's workers share; their number follows.

    `{experiment, other characters to -, cut to 60}-{10 hex of sha256(lower-case workspace +
    experiment)}-`. The hash keeps apart what the cut or the replacement makes equal, and the same
    experiment in two workspaces.
    """
    readable = _NOT_IN_JOB_NAMES.sub("-", experiment)[:60]
    digest = hashlib.sha256((workspace.lower() + experiment).encode()).hexdigest()[:10]
    return f"{readable}-{digest}-"


def worker_name(workspace: str, experiment: str, number: int) -> str:
    """The name of worker `number` of the region (workspace, experiment)."""
    return f"{worker_prefix(workspace, experiment)}{number:06d}"


def worker_number(name: str, workspace: str, experiment: str) -> int | None:
    """The number in a worker's name, or None where this region did not give the name."""
    prefix = worker_prefix(workspace, experiment)
    digits = name[len(prefix) :]
    if not name.startswith(prefix) or not (
        digits.isascii() and digits.isdigit() and len(digits) >= 6
    ):
        return None
    return int(digits)
