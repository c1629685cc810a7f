"""How one task differs from another, in the terms of the spec's fields."""

from __future__ import annotations

import json
from collections.abc import Mapping

from reconciler.model.plan import FieldChange
from reconciler.model.workforce import Task
from reconciler.values.immutable import thawed
from reconciler.values.key_path import key_path

_MAPS = (
    "distribution",
    "extra",
    "identity",
    "inputs",
    "outputs",
    "properties",
    "queue_settings",
    "resources",
    "services",
)
"""Keys that are there even where they are empty, so that a new one is told by its own keys."""


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
        "environment_variables": {
            **task.environment_variables,
            **{name: f"from {holder}" for name, holder in task.secret_variables.items()},
        },
        "limits": {} if task.timeout is None else {"timeout": str(task.timeout)},
        "tags": dict(task.tags),
    }
    for key in {*task.job, *_MAPS}:
        value = task.job.get(key)
        fields[key] = _as_text({} if value is None and key in _MAPS else value)
    return {key: value for key, value in fields.items() if value is not None}


def _as_text(value: object) -> object:
    """Maps by their keys, everything else as a text that reads well in a line."""
    if isinstance(value, Mapping):
        return {key: _as_text(inner) for key, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return json.dumps(thawed(value), ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _at(fields: Mapping[str, object], path: tuple[str, ...]) -> str | None:
    here: object = fields
    for key in path:
        here = here.get(key) if isinstance(here, Mapping) else None
    if isinstance(here, Mapping):
        return json.dumps(here, ensure_ascii=False)
    return None if here is None else str(here)
