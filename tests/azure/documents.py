"""The JSON documents of the services, made from the world's objects. Pure."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from typing import Any

from .behaviour import Behaviour
from .clock import timestamp
from .errors import CLIENT
from .world import NAMESPACE, TENANT, Compute, Job, JobState, Workspace

ARM_TYPE = "Microsoft.MachineLearningServices/workspaces"
RUN_TYPES = {
    "Command": "azureml.scriptrun",
    "Pipeline": "azureml.PipelineRun",
    "Sweep": "hyperdrive",
    "AutoML": "automl",
}


@lru_cache(1000)
def index_status(status: str) -> str:
    """The index's spelling: `CancelRequested` becomes `Cancel requested`."""
    words = re.findall(r"[A-Z]+[a-z0-9]*|[a-z0-9]+", status)
    return " ".join([words[0], *(word.lower() for word in words[1:])]) if words else status


@lru_cache(10_000)
def experiment_id(workspace: str, experiment: str) -> str:
    """An experiment's id, stable over runs."""
    return str(uuid.uuid5(NAMESPACE, f"{workspace}/{experiment}"))


def system_data(job: Job) -> dict[str, Any]:
    """Who made the job, and when."""
    return {
        "createdAt": timestamp(job.created, "+00:00"),
        "createdBy": "Stand In",
        "createdByType": "Application",
    }


def merged(document: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """The document with further keys laid into it, at every depth."""
    result = dict(document)
    for key, value in extra.items():
        ours = result.get(key)
        if isinstance(value, dict) and isinstance(ours, dict):
            result[key] = merged(ours, value)
        else:
            result[key] = value
    return result


def studio_link(workspace: Workspace, job: Job) -> str:
    """The address of the job's page in the studio; the SDK adds the tenant itself."""
    return f"https://ml.azure.com/runs/{job.name}?wsid={workspace.id}"


def arm_job(workspace: Workspace, job: Job, behaviour: Behaviour) -> dict[str, Any]:
    """A job as Resource Manager shows it."""
    state = job.state
    tracking = f"azureml://locations/{workspace.location}/workspaces/{workspace.guid}?"
    document = {
        "id": f"{workspace.id}/jobs/{job.name}",
        "name": job.name,
        "type": f"{ARM_TYPE}/jobs",
        "properties": {
            **job.body,
            "description": state.description,
            "tags": dict(state.tags),
            "properties": {"_azureml.ComputeTargetType": "amlctrain", **state.properties},
            "displayName": state.display_name,
            "status": state.status,
            "isArchived": state.archived,
            "jobType": job.kind,
            "experimentName": job.experiment,
            "parentJobName": job.parent,
            "services": {
                "Tracking": {"jobServiceType": "Tracking", "endpoint": tracking, "port": None},
                "Studio": {
                    "jobServiceType": "Studio",
                    "endpoint": studio_link(workspace, job),
                    "port": None,
                },
            },
            "outputs": {
                **(_default_output(job) if behaviour.default_output else {}),
                **(job.body.get("outputs") or {}),
            },
        },
        "systemData": system_data(job),
    }
    return merged(document, behaviour.extra_arm) if behaviour.extra_arm else document


def _default_output(job: Job) -> dict[str, Any]:
    run = f"workspaceartifactstore/ExperimentRun/dcid.{job.name}"
    return {
        "default": {
            "jobOutputType": "uri_folder",
            "mode": "ReadWriteMount",
            "uri": f"azureml://datastores/{run}",
            "description": None,
        }
    }


def index_entity(
    workspace: Workspace, job: Job, state: JobState, behaviour: Behaviour
) -> dict[str, Any]:
    """A job as an entity of the studio's index, in the given state."""
    created = timestamp(job.created, "+00:00")
    ran = (state.ended or state.started or 0.0) - (state.started or state.ended or 0.0)
    document = {
        "relevancyScore": 1.0,
        "entityResourceName": workspace.name,
        "highlights": {},
        "usage": {"totalCount": 0},
        "schemaId": "ba9e3b6b-5f5b-4d2b-8d63-3c1d5c3d1d11",
        "entityId": f"azureml://location/{workspace.location}/workspaceId/{workspace.guid}"
        f"/type/runs/objectId/{job.name}",
        "kind": "Unversioned",
        "annotations": {
            "archived": state.archived,
            "tags": dict(state.tags),
            "displayName": state.display_name,
            "status": index_status(state.status),
            "description": state.description,
            "metrics": {},
            "effectiveStartTimeUtc": state.started and timestamp(state.started, "+00:00"),
            "endTimeUtc": state.ended and timestamp(state.ended, "+00:00"),
            "error": state.error and {"code": "UserError", "message": state.error},
        },
        "properties": {
            "creationContext": {
                "createdTime": created,
                "createdBy": {
                    "userObjectId": CLIENT,
                    "userTenantId": TENANT,
                    "userName": "Stand In",
                },
                "creationSource": None,
            },
            "runId": job.name,
            "experimentId": experiment_id(workspace.guid, job.experiment),
            "experimentName": job.experiment,
            "parentRunId": job.parent,
            "rootRunId": job.parent or job.name,
            "runType": RUN_TYPES.get(job.kind, "azureml.scriptrun"),
            "durationMilliseconds": ran * 1000,
            "compute": {
                "armId": None,
                "target": job.compute.rsplit("/", 1)[-1],
                "targetType": "amlcompute",
                "instanceCount": job.nodes,
            },
            "userProperties": dict(state.properties),
        },
        "internal": {},
        "updateSequence": 1,
        "type": "runs",
        "version": None,
        "entityContainerId": workspace.guid,
        "entityObjectId": job.name,
        "resourceType": "Workspace",
        "relationships": [],
    }
    return merged(document, behaviour.extra_index) if behaviour.extra_index else document


def run_document(workspace: Workspace, job: Job) -> dict[str, Any]:
    """A job as run history shows it."""
    state = job.state
    return {
        "runId": job.name,
        "rootRunId": job.parent or job.name,
        "parentRunId": job.parent,
        "experimentName": job.experiment,
        "displayName": state.display_name,
        "name": state.display_name,
        "description": state.description,
        "status": state.status,
        "hidden": state.archived,
        "tags": dict(state.tags),
        "properties": dict(state.properties),
        "createdUtc": timestamp(job.created, "+00:00"),
        "startTimeUtc": state.started and timestamp(state.started, "+00:00"),
        "endTimeUtc": state.ended and timestamp(state.ended, "+00:00"),
        "target": job.compute.rsplit("/", 1)[-1],
        "runType": RUN_TYPES.get(job.kind, "azureml.scriptrun"),
        "workspaceId": workspace.guid,
        "error": state.error and {"error": {"code": "UserError", "message": state.error}},
        "warnings": None,
    }


def compute_document(
    workspace: Workspace, compute: Compute, behaviour: Behaviour
) -> dict[str, Any]:
    """A compute as Resource Manager shows it; only AmlCompute gives figures of nodes."""
    made = "2024-01-01T00:00:00.0000000+00:00"
    properties: dict[str, Any] = {
        "description": None,
        "createdOn": made,
        "modifiedOn": made,
        "computeType": compute.kind,
        "provisioningState": compute.provisioning,
        "resourceId": None,
        "computeLocation": workspace.location,
        "provisioningErrors": None,
        "provisioningWarnings": {},
        "isAttachedCompute": compute.kind != "AmlCompute",
        "disableLocalAuth": True,
        "properties": _nodes(compute, behaviour, made) if compute.kind == "AmlCompute" else {},
    }
    return {
        "id": f"{workspace.id}/computes/{compute.name}",
        "type": f"{ARM_TYPE}/computes",
        "name": compute.name,
        "location": workspace.location,
        "tags": {},
        "identity": {"type": "None", "tenantId": TENANT, "userAssignedIdentities": {}},
        "properties": properties,
    }


def _nodes(compute: Compute, behaviour: Behaviour, made: str) -> dict[str, Any]:
    queued = sum(
        job.nodes for job in compute.waiting if job.state.status == "Queued" and not job.holds_nodes
    )
    target = compute.used + (queued if behaviour.target_follows_demand else 0)
    return {
        "vmSize": "STANDARD_E32S_V5",
        "vmPriority": "LowPriority" if compute.low_priority else "Dedicated",
        "osType": "Linux",
        "virtualMachineImage": None,
        "isolatedNetwork": False,
        "subnet": None,
        "scaleSettings": {
            "minNodeCount": compute.minimum,
            "maxNodeCount": compute.maximum,
            "nodeIdleTimeBeforeScaleDown": "PT120S",
        },
        "remoteLoginPortPublicAccess": "NotSpecified",
        "allocationState": "Steady",
        "allocationStateTransitionTime": made,
        "errors": None,
        "currentNodeCount": compute.used,
        "targetNodeCount": max(compute.minimum, min(compute.maximum, target)),
        "nodeStateCounts": {
            "idleNodeCount": 0,
            "leavingNodeCount": 0,
            "preemptedNodeCount": 0,
            "preparingNodeCount": 0,
            "runningNodeCount": compute.used,
            "unusableNodeCount": 0,
        },
        "enableBatchPrivateLink": False,
        "propertyBag": {},
        "enableNodePublicIp": True,
    }


def workspace_document(workspace: Workspace, region_url: str) -> dict[str, Any]:
    """A workspace as Resource Manager shows it."""
    storage = f"/subscriptions/{workspace.subscription}/resourceGroups/{workspace.resource_group}"
    return {
        "id": workspace.id,
        "name": workspace.name,
        "type": ARM_TYPE,
        "location": workspace.location,
        "tags": {},
        "identity": {"type": "SystemAssigned", "principalId": CLIENT, "tenantId": TENANT},
        "kind": "Default",
        "sku": {"name": "Basic", "tier": "Basic"},
        "properties": {
            "friendlyName": workspace.name,
            "description": "",
            "storageAccount": f"{storage}/providers/Microsoft.Storage/storageAccounts/standin",
            "keyVault": f"{storage}/providers/Microsoft.KeyVault/vaults/standin",
            "applicationInsights": f"{storage}/providers/Microsoft.insights/components/standin",
            "hbiWorkspace": False,
            "tenantId": TENANT,
            "imageBuildCompute": "",
            "provisioningState": "Succeeded",
            "v1LegacyMode": False,
            "publicNetworkAccess": "Enabled",
            "workspaceId": workspace.guid,
            "discoveryUrl": workspace.discovery_url
            or f"{region_url}/discovery/{workspace.location}",
            "mlFlowTrackingUri": f"azureml://{workspace.location}.api.azureml.ms/mlflow/v1.0{workspace.id}",
        },
        "systemData": {"createdAt": "2024-01-01T00:00:00Z", "createdByType": "User"},
    }
