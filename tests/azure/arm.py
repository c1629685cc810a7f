"""Resource Manager's answers for workspaces and computes, permissions and cloud metadata."""

from __future__ import annotations

from .cloud import Answer, Cloud, answer
from .documents import compute_document, workspace_document
from .errors import not_found
from .routing import Call


def metadata(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """The list of clouds: this one, under the name StandIn."""
    return answer(
        [
            {
                "name": "StandIn",
                "portal": "https://portal.azure.com/",
                "resourceManager": cloud.address,
                "authentication": {
                    "loginEndpoint": f"{cloud.address}/login/",
                    "audiences": [cloud.address],
                    "tenant": "common",
                    "identityProvider": "AAD",
                },
                "suffixes": {"storage": "core.windows.net", "keyVaultDns": "vault.azure.net"},
                "media": "https://rest.media.azure.net",
                "graph": "https://graph.windows.net/",
            }
        ]
    )


def get_workspace(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """One workspace."""
    workspace = cloud.workspace(call)
    return answer(workspace_document(workspace, cloud.region_address(workspace.location)))


def list_workspaces(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """The workspaces of a subscription or of a resource group."""
    group = call.resource_group.lower()
    found = [
        workspace_document(workspace, cloud.region_address(workspace.location))
        for workspace in cloud.world.workspaces.values()
        if workspace.subscription.lower() == call.subscription.lower()
        and group in ("", workspace.resource_group.lower())
    ]
    return answer({"value": found})


def get_compute(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """One compute."""
    workspace = cloud.workspace(call)
    compute = workspace.computes.get(call.name.lower())
    if compute is None:
        raise not_found("Compute", call.name)
    return answer(compute_document(workspace, compute, cloud.behaviour))


def list_computes(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """All computes of a workspace."""
    workspace = cloud.workspace(call)
    return answer(
        {
            "value": [
                compute_document(workspace, compute, cloud.behaviour)
                for compute in workspace.computes.values()
                if compute.kind != "VirtualCluster"
            ]
        }
    )


def get_permissions(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """What the caller may do in a workspace; everyone may ask that."""
    workspace = cloud.workspace(call)
    return answer(
        {
            "value": [
                {
                    "actions": list(workspace.actions),
                    "notActions": list(workspace.denied),
                    "dataActions": [],
                    "notDataActions": [],
                }
            ]
        }
    )


def issue_token(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """The managed identity's endpoint (`IDENTITY_ENDPOINT`, api-version 2019-08-01)."""
    return answer(cloud.identity.issue(call.query.get("resource", "")))


def discover(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """The discovery document; it is served by the region that it speaks of."""
    location = call.name or next(iter(cloud.region_addresses), "")
    address = cloud.region_address(location)
    keys = ("api", "experimentation", "history", "hyperdrive", "pipelines", "modelmanagement")
    return answer({**dict.fromkeys(keys, address), "studio": "https://ml.azure.com"})
