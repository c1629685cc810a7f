"""The kind `local`: workers are real processes on this machine.

A worker is a process group with a supervisor of its own, which outlives the command that hired
it. What is known of a worker is in its record, a small file that its supervisor alone writes; the
records and the living processes together are the whole state.

Kept light, because every supervisor imports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel

    from reconciler.model.workforce import Target
    from reconciler.targets.local.settings import Settings
    from reconciler.targets.protocol import Engine

__all__ = ["PLACEHOLDERS", "Settings", "at_compute", "new_engine", "resolve"]

PLACEHOLDERS: tuple[str, ...] = ()


def resolve(project: str, name: str, settings: BaseModel) -> Target:
    """The local target `name` of `project`. It is its own compute: slots aren't shared."""
    from reconciler.targets.local.state import target_of

    return target_of(project, name, settings.model_dump())


def at_compute(target: Target, compute: str) -> Target:
    """Raises ValueError: a local target has no computes to choose from."""
    raise ValueError("a local target is its own compute: remove this key")


def new_engine() -> Engine:
    """An engine for all local targets."""
    from reconciler.targets.local.engine import LocalEngine

    return LocalEngine()


def __getattr__(name: str) -> object:
    # Supervisors have no use for pydantic, and importing it takes longer than starting them.
    if name == "Settings":
        from reconciler.targets.local.settings import Settings

        return Settings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
