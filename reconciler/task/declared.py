"""A task as plain values, in the keys of the spec: for digests, for records, for comparing."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.workforce import Task
from reconciler.values.duration import Duration
from reconciler.values.immutable import FrozenMap, frozen, thawed

_SECRET = "from_env"
_JOB_KEYS = (
    "code",
    "description",
    "distribution",
    "environment",
    "extra",
    "identity",
    "inputs",
    "outputs",
    "properties",
    "queue_settings",
    "resources",
    "services",
)


def declared(task: Task) -> dict[str, object]:
    """What the user declared, ready for JSON. The timeout is in seconds.

    Keys that hold nothing are left out, so that a key which a later version adds changes nothing
    for tasks without it. Where the spec lies is no part of what it declares; of local files and
    folders their content hashes are, of secrets the names of the variables that hold them.
    """
    found: dict[str, object] = {"command": task.command}
    variables: dict[str, object] = {**task.environment_variables.to_dict()}
    for name, holder in task.secret_variables.items():
        variables[name] = {_SECRET: holder}
    if variables:
        found["environment_variables"] = variables
    if task.timeout is not None:
        found["limits"] = {"timeout": task.timeout.seconds}
    if task.tags:
        found["tags"] = task.tags.to_dict()
    for key, value in task.job.items():
        found[key] = thawed(value)
    return found


def from_declared(mapping: Mapping[str, object], *, working_directory: str = ".") -> Task:
    """The task that `declared` wrote down. Keys of later versions are passed over.

    Raises ValueError where the mapping is no such record.
    """
    command = mapping.get("command")
    if not isinstance(command, str):
        raise ValueError("the record of a task has no command")
    limits = mapping.get("limits", {})
    if not isinstance(limits, Mapping):
        raise ValueError("the limits in the record of a task are no map")
    seconds = limits.get("timeout")
    if seconds is not None and (type(seconds) is not int or seconds < 0):
        raise ValueError("the timeout in the record of a task is no number of seconds")
    variables = mapping.get("environment_variables", {})
    if not isinstance(variables, Mapping):
        raise ValueError("the environment_variables in the record of a task are no map")
    secrets = {
        name: holder
        for name, value in variables.items()
        if isinstance(value, Mapping) and isinstance(holder := value.get(_SECRET), str)
    }
    values = {name: value for name, value in variables.items() if name not in secrets}
    return Task(
        command=command,
        environment_variables=_texts(values, "environment_variables"),
        timeout=None if seconds is None else Duration(seconds),
        tags=_texts(mapping.get("tags", {}), "tags"),
        working_directory=working_directory,
        secret_variables=FrozenMap(secrets),
        job=FrozenMap({key: frozen(mapping[key]) for key in _JOB_KEYS if key in mapping}),
    )


def _texts(found: object, key: str) -> FrozenMap[str, str]:
    if not isinstance(found, Mapping):
        raise ValueError(f"the {key} in the record of a task are no map")
    texts: dict[str, str] = {}
    for name, value in found.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise ValueError(f"the {key} in the record of a task are not all texts")
        texts[name] = value
    return FrozenMap(texts)
