"""How one task differs from another, in the terms of the spec's fields."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.plan import FieldChange
from reconciler.model.workforce import Task
from reconciler.values.key_path import key_path


def differences(before: Task, after: Task) -> tuple[FieldChange, ...]:
    """The fields that differ, sorted by their path: `task.environment_variables.X: a → b`.

    Values are given as the spec writes them. Where the spec lies is not compared.
    """
    # It takes longer to import than most commands take to run, and most find no difference.
    from deepdiff import DeepDiff

    old, new = _fields(before), _fields(after)
    found = DeepDiff(
        old,
        new,
        view="tree",
        # One entry per field, however many differ; and names like __x are fields too.
        threshold_to_diff_deeper=0,
        ignore_private_variables=False,
    )
    paths = {tuple(level.path(output_format="list")) for kind in found for level in found[kind]}
    changes = (
        FieldChange(key_path("task", *path), _at(old, path), _at(new, path)) for path in paths
    )
    return tuple(sorted(changes, key=lambda change: change.path))


def _fields(task: Task) -> dict[str, object]:
    """Every field as text; the maps are there even where they are empty."""
    fields: dict[str, object] = {
        "command": task.command,
        "environment_variables": dict(task.environment_variables),
        "limits": {} if task.timeout is None else {"timeout": str(task.timeout)},
        "tags": dict(task.tags),
    }
    return fields


def _at(fields: Mapping[str, object], path: tuple[str, ...]) -> str | None:
    here: object = fields
    for key in path:
        here = here.get(key) if isinstance(here, Mapping) else None
    return None if here is None else str(here)
