"""From method and path to a call: which service, which operation, on what. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

WORKSPACE_PARTS = 8
"""Parts of `/subscriptions/S/resourceGroups/RG/providers/P/workspaces/W`."""

OPERATIONS: dict[tuple[str, str, bool, str], str] = {
    # (method, collection, with a name, what follows the name) -> kind
    ("GET", "", False, ""): "workspace.get",
    ("GET", "computes", True, ""): "compute.get",
    ("GET", "computes", False, ""): "compute.list",
    ("PUT", "jobs", True, ""): "job.put",
    ("GET", "jobs", True, ""): "job.get",
    ("GET", "jobs", False, ""): "job.list",
    ("POST", "jobs", True, "cancel"): "job.cancel",
    ("GET", "standinoperations", True, ""): "job.cancel.poll",
    ("GET", "environments", True, ""): "environment.get",
    ("GET", "environments", True, "versions"): "environment.list",
    ("GET", "environments", True, "versions/*"): "environment.get",
    ("PUT", "environments", True, "versions/*"): "environment.put",
    ("GET", "codes", True, "versions"): "code.list",
    ("GET", "codes", True, "versions/*"): "code.get",
    ("PUT", "codes", True, "versions/*"): "code.put",
    ("POST", "codes", True, "versions/*/startpendingupload"): "code.upload",
    ("GET", "datastores", False, ""): "datastore.list",
    ("GET", "datastores", True, ""): "datastore.get",
    ("POST", "datastores", True, "listsecrets"): "datastore.secrets",
    ("GET", "providers", True, "permissions"): "permissions.get",
}
REGIONAL = ("index", "history", "execution")
ACTIONS = {
    "workspace.get": "workspaces/read",
    "compute.get": "workspaces/computes/read",
    "compute.list": "workspaces/computes/read",
    "job.put": "workspaces/jobs/write",
    "job.get": "workspaces/jobs/read",
    "job.list": "workspaces/jobs/read",
    "job.cancel": "workspaces/jobs/cancel/action",
    "index.query": "workspaces/experiments/runs/read",
    "run.get": "workspaces/experiments/runs/read",
    "run.details": "workspaces/experiments/runs/read",
    "run.patch": "workspaces/experiments/runs/write",
    "run.resume": "workspaces/experiments/runs/write",
    "environment.get": "workspaces/environments/read",
    "environment.list": "workspaces/environments/read",
    "environment.put": "workspaces/environments/write",
    "code.put": "workspaces/codes/versions/write",
}
"""The role action that each kind needs, below Microsoft.MachineLearningServices.

Which action the real services check for cancelling and for the regional services is not known.
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, understood. `kind` is what faults and the record of requests go by."""

    kind: str
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    subscription: str = ""
    resource_group: str = ""
    workspace: str = ""
    name: str = ""
    """The job, compute or asset."""
    version: str = ""
    experiment: str = ""

    @property
    def action(self) -> str | None:
        """The role action that the call needs, where it needs one."""
        action = ACTIONS.get(self.kind)
        return action and f"Microsoft.MachineLearningServices/{action}"


def route(method: str, raw_path: str) -> Call:
    """Understands a request line; what nobody serves has the kind `unknown`."""
    path, _, raw_query = raw_path.partition("?")
    query = _parsed(raw_query)
    parts = path.strip("/").split("/")
    if "%" in path:
        parts = [unquote(part) for part in parts]
    if parts[:2] == ["mferp", "managementfrontend"]:
        parts = parts[2:]
    if parts[0] == "api" and len(parts) > 2:
        parts = parts[2:]  # the studio's own address of a region's services
    head = parts[0].lower()
    if head in REGIONAL:
        return _regional(method, path, query, head, parts[2:])
    if head == "subscriptions":
        return _management(method, path, query, parts)
    return Call(_plain(method, head, parts), method, path, query, name="/".join(parts[1:]))


@lru_cache(1000)
def _pairs(raw_query: str) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(raw_query, keep_blank_values=True))


def _parsed(raw_query: str) -> dict[str, str]:
    return dict(_pairs(raw_query)) if raw_query else {}


def _plain(method: str, head: str, parts: list[str]) -> str:
    match head:
        case "metadata":
            return "metadata"
        case "msi":
            return "token"
        case "discovery":
            return "discovery"
        case "admin" | "blob":
            return f"{head}.{method.lower()}"
    return "unknown"


def _management(method: str, path: str, query: dict[str, str], parts: list[str]) -> Call:
    lower = [part.lower() for part in parts]
    if len(parts) >= WORKSPACE_PARTS and lower[6] == "workspaces":
        collection = lower[8] if len(parts) > 8 else ""
        name = parts[9] if len(parts) > 9 else ""
        rest = lower[10:]
        if len(rest) > 1 and rest[0] == "versions":
            rest[1] = "*"
        return Call(
            OPERATIONS.get((method, collection, bool(name), "/".join(rest)), "unknown"),
            method,
            path,
            query,
            subscription=parts[1],
            resource_group=parts[3],
            workspace=parts[7],
            name=name,
            version=parts[11] if len(parts) > 11 else "",
        )
    listing = method == "GET" and lower[-1] == "workspaces"
    return Call(
        "workspace.list" if listing else "unknown",
        method,
        path,
        query,
        subscription=parts[1] if len(parts) > 1 else "",
        resource_group=parts[3] if len(parts) > 3 and lower[2] == "resourcegroups" else "",
    )


def _regional(
    method: str, path: str, query: dict[str, str], service: str, parts: list[str]
) -> Call:
    kind, experiment, name = "unknown", "", ""
    rest = parts[WORKSPACE_PARTS:]
    match service, method, [part.lower() for part in rest]:
        case "index", "POST", ["entities"]:
            kind = "index.query"
        case "history", "PATCH", ["experiments", _, "runs", _]:
            kind, experiment, name = "run.patch", rest[1], rest[3]
        case "history", "GET", ["experiments", _, "runs", _]:
            kind, experiment, name = "run.get", rest[1], rest[3]
        case "history", "GET", ["runs", _]:
            kind, name = "run.get", rest[1]
        case "history", "GET", ["runs", _, "details"]:
            kind, name = "run.details", rest[1]
        case "history", "GET", ["experiments", _, "runs", _, "details"]:
            kind, experiment, name = "run.details", rest[1], rest[3]
        case "execution", "POST", ["experiments", _, "runid", _, "resume"]:
            kind, experiment, name = "run.resume", rest[1], rest[3]
    whole = len(parts) >= WORKSPACE_PARTS
    return Call(
        kind,
        method,
        path,
        query,
        subscription=parts[1] if whole else "",
        resource_group=parts[3] if whole else "",
        workspace=parts[7] if whole else "",
        name=name,
        experiment=experiment,
    )
