"""The digest of a task: stored with each worker, so that drift is visible."""

from __future__ import annotations

import hashlib
import json

from reconciler.model.workforce import Task
from reconciler.task.declared import declared

VERSION = 1
"""Raised whenever the same declaration gets another digest: workers in the world carry them."""

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def task_digest(task: Task) -> str:
    """`1:` and 16 hexadecimal digits of SHA-256 over what was declared, as canonical JSON."""
    canonical = _CANONICAL.encode(declared(task))
    return f"{VERSION}:{hashlib.sha256(canonical.encode('ascii')).hexdigest()[:16]}"
