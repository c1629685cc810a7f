"""The parts of a job's body, from Resource Manager's words to those of the job YAML. Pure.

Whatever has another shape than is known here is passed over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from reconciler.values.size import Size

Json = Mapping[str, object]
Read = Callable[[object], object]
"""A value of the YAML from one of the body; None where there is nothing to say."""

NOTHING: Json = MappingProxyType({})
_ASSET = re.compile(
    r"(/subscriptions/.+/workspaces/[^/]+)/(?:environments|codes|data|models)"
    r"/([^/]+)/versions/([^/]+)",
    re.IGNORECASE,
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def part(body: Json, key: str) -> Json:
    """The map under a key; an empty one where there is none."""
    found = body.get(key)
    return found if isinstance(found, Mapping) else NOTHING


def text(value: object) -> str | None:
    """A text that isn't empty."""
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int | None:
    return value if type(value) is int and 1 <= value <= 1_000_000 else None


def _more_than_one(value: object) -> int | None:
    """The service tells one instance of every job, whether or not anyone asked for it."""
    found = _count(value)
    return None if found == 1 else found


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _size(value: object) -> str | None:
    try:
        size = Size.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return str(size) if size is not None and size.bytes else None


def _texts(value: object) -> list[str] | None:
    found = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    return found or None


def _any_map(value: object) -> object:
    return _plain(value) if isinstance(value, Mapping) and value else None


def _plain(value: object) -> object:
    """Any JSON, without what is set to nothing, and what no spec can hold."""
    if isinstance(value, Mapping):
        return {
            key: _plain(inner)
            for key, inner in value.items()
            if isinstance(key, str) and inner is not None
        }
    if isinstance(value, list):
        return [_plain(inner) for inner in value if inner is not None]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _one_of(words: Mapping[str, str]) -> Read:
    def read(value: object) -> str | None:
        return words.get(value.lower()) if isinstance(value, str) else None

    return read


def _read(body: Json, keys: Mapping[str, tuple[str, Read]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, (name, read) in keys.items():
        value = read(body.get(key))
        if value is not None:
            found[name] = value
    return found


_ASSET_TYPES = (
    "uri_file",
    "uri_folder",
    "mltable",
    "mlflow_model",
    "custom_model",
    "triton_model",
)
_ASSET_TYPE = _one_of({word: word for word in _ASSET_TYPES})
_READING = _one_of(
    {
        "readonlymount": "ro_mount",
        "download": "download",
        "direct": "direct",
        "evalmount": "eval_mount",
        "evaldownload": "eval_download",
    }
)
_WRITING = _one_of({"readwritemount": "rw_mount", "upload": "upload", "direct": "direct"})
_JOB_TIERS = ("spot", "basic", "standard", "premium")
_PRIORITIES = {1: "low", 2: "medium", 3: "high"}
_OWN_OUTPUT = "experimentrun/dcid."
"""Where the service itself puts what a job leaves, in an output that nobody asked for."""

_RESOURCES: Mapping[str, tuple[str, Read]] = {
    "instanceCount": ("instance_count", _more_than_one),
    "instanceType": ("instance_type", text),
    "shmSize": ("shm_size", _size),
    "dockerArgs": ("docker_args", text),
    "dockerArgsList": ("docker_args", _texts),
    "properties": ("properties", _any_map),
    "locations": ("locations", _texts),
    "maxInstanceCount": ("max_instance_count", _count),
}
_IDENTITY_TYPES = _one_of(
    {"managed": "managed", "useridentity": "user_identity", "amltoken": "aml_token"}
)
_MANAGED: Mapping[str, tuple[str, Read]] = {
    "clientId": ("client_id", text),
    "objectId": ("object_id", text),
    "resourceId": ("msi_resource_id", text),
}
_DISTRIBUTION_TYPES = _one_of({word: word for word in ("pytorch", "mpi", "tensorflow", "ray")})
_PROCESSES: Mapping[str, tuple[str, Read]] = {
    "processCountPerInstance": ("process_count_per_instance", _count)
}
_DISTRIBUTIONS: Mapping[object, Mapping[str, tuple[str, Read]]] = {
    "pytorch": _PROCESSES,
    "mpi": _PROCESSES,
    "tensorflow": {
        "parameterServerCount": ("parameter_server_count", _count),
        "workerCount": ("worker_count", _count),
    },
    "ray": {
        "port": ("port", _count),
        "address": ("address", text),
        "includeDashboard": ("include_dashboard", _flag),
        "dashboardPort": ("dashboard_port", _count),
        "headNodeAdditionalArgs": ("head_node_additional_args", text),
        "workerNodeAdditionalArgs": ("worker_node_additional_args", text),
    },
}
_SERVICE_TYPES = {
    "ssh": "ssh",
    "jupyterlab": "jupyter_lab",
    "tensorboard": "tensor_board",
    "vscode": "vs_code",
}
_OWN_SERVICES = ("tracking", "studio")
"""Services that every job has."""


def asset(value: object, workspace: str) -> str | None:
    """An asset as a job YAML names it: `azureml:NAME:VERSION` where it is the workspace's own.

    The ids of others stay whole; a registry's does anyway. None for what is no asset's id or URI.
    """
    found = text(value)
    if found is None:
        return None
    whole = found.removeprefix("azureml:") if found.startswith("azureml:/subscriptions/") else found
    match = _ASSET.fullmatch(whole)
    if match is not None and match[1].lower() == workspace.lower():
        return f"azureml:{match[2]}:{match[3]}"
    if whole.startswith("/"):
        return f"azureml:{whole}"
    return found if _URI.match(found) else None


def resources(body: Json) -> dict[str, object]:
    """`resources`."""
    return _read(body, _RESOURCES)


def identity(body: Json) -> dict[str, object]:
    """`identity`."""
    kind = _IDENTITY_TYPES(body.get("identityType"))
    if kind is None:
        return {}
    return {"type": kind, **(_read(body, _MANAGED) if kind == "managed" else {})}


def distribution(body: Json) -> dict[str, object]:
    """`distribution`."""
    kind = _DISTRIBUTION_TYPES(body.get("distributionType"))
    return {} if kind is None else {"type": kind, **_read(body, _DISTRIBUTIONS[kind])}


def queue_settings(body: Json) -> dict[str, object]:
    """`queue_settings`. Resource Manager has numbers for priorities."""
    found = _read(body, {"jobTier": ("job_tier", _one_of({word: word for word in _JOB_TIERS}))})
    priority = body.get("priority")
    if type(priority) is int and priority in _PRIORITIES:
        found["priority"] = _PRIORITIES[priority]
    return found


def services(body: Json) -> dict[str, object]:
    """`services`, without those that every job has."""
    found: dict[str, object] = {}
    for name, one in body.items():
        kind = part(body, name).get("jobServiceType")
        if not isinstance(one, Mapping) or not isinstance(kind, str):
            continue
        if kind.lower() in _OWN_SERVICES:
            continue
        properties = dict(part(one, "properties"))
        said = {
            "type": _SERVICE_TYPES.get(kind.lower(), kind),
            "port": port if (port := _count(one.get("port"))) and port <= 65_535 else None,
            "nodes": "all" if part(one, "nodes").get("nodesValueType") == "All" else None,
            "ssh_public_keys": text(properties.pop("sshPublicKeys", None)),
            "log_dir": text(properties.pop("logDir", None)),
            "properties": _any_map(properties),
        }
        found[name] = {key: value for key, value in said.items() if value is not None}
    return found


def inputs(body: Json, workspace: str) -> dict[str, object]:
    """`inputs`; literals by their value alone."""
    found: dict[str, object] = {}
    for name in body:
        one = part(body, name)
        kind = one.get("jobInputType")
        if isinstance(kind, str) and kind.lower() == "literal":
            if isinstance(one.get("value"), (str, int, bool)):
                found[name] = one["value"]
            continue
        path = asset(one.get("uri"), workspace)
        if path is None:
            continue
        said = {
            "type": _ASSET_TYPE(kind),
            "path": path,
            "mode": _READING(one.get("mode")),
            "path_on_compute": text(one.get("pathOnCompute")),
        }
        found[name] = {key: value for key, value in said.items() if value is not None}
    return found


def outputs(body: Json, job: str) -> dict[str, object]:
    """`outputs`, but the one that the service adds to each job.

    A place that holds the job's own name was given to this job alone: in a spec it would have all
    workers write to it.
    """
    found: dict[str, object] = {}
    for name in body:
        one = body[name]
        if not isinstance(one, Mapping):
            continue
        path = text(one.get("uri"))
        if path is not None and name == "default" and _OWN_OUTPUT in path.lower():
            continue
        if path is not None and (job.lower() in path.lower() or not _URI.match(path)):
            path = None
        said = {
            "type": _ASSET_TYPE(one.get("jobOutputType")),
            "path": path,
            "mode": _WRITING(one.get("mode")),
            "name": text(one.get("assetName")),
            "version": text(one.get("assetVersion")),
        }
        found[name] = {key: value for key, value in said.items() if value is not None}
    return found
