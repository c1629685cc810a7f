"""Environments, code folders, datastores and the blobs behind them."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any
from xml.sax.saxutils import escape

from .cloud import Answer, Cloud, answer, document
from .documents import ARM_TYPE
from .errors import not_found
from .routing import Call
from .world import Workspace

BLOB_STORE = "workspaceblobstore"
ARTIFACT_STORE = "workspaceartifactstore"


def put_asset(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """Stores a version of an environment or of a code folder."""
    workspace, kind = cloud.workspace(call), _collection(call)
    key = f"{kind}/{call.name}/{call.version}".lower()
    status = 200 if key in workspace.assets else 201
    properties = document(body).get("properties") or {}
    workspace.assets[key] = {
        "id": f"{workspace.id}/{kind}/{call.name}/versions/{call.version}",
        "name": call.version,
        "type": f"{ARM_TYPE}/{kind}/versions",
        "properties": {"isArchived": False, "tags": {}, "properties": {}, **properties},
        "systemData": {"createdAt": "2024-01-01T00:00:00Z", "createdByType": "User"},
    }
    return answer(workspace.assets[key], status)


def get_asset(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """A version, or what holds all versions of a name."""
    workspace, kind = cloud.workspace(call), _collection(call)
    if not call.version:
        versions = _versions(workspace, kind, call.name)
        if not versions:
            raise not_found(kind, call.name)
        latest = versions[-1]["name"]
        following = str(int(latest) + 1) if latest.isdigit() else latest
        return answer(
            {
                "id": f"{workspace.id}/{kind}/{call.name}",
                "name": call.name,
                "type": f"{ARM_TYPE}/{kind}",
                "properties": {"latestVersion": latest, "nextVersion": following},
            }
        )
    found = workspace.assets.get(f"{kind}/{call.name}/{call.version}".lower())
    if found is None:
        raise not_found(kind, f"{call.name}:{call.version}")
    return answer(found)


def list_assets(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """All versions of a name, newest first; code folders can be looked up by hash."""
    workspace, kind = cloud.workspace(call), _collection(call)
    wanted = call.query.get("hash")
    if wanted is None:
        versions = _versions(workspace, kind, call.name)[::-1]
    else:
        # The SDK asks under a new random name each time, and expects the folder's old name.
        versions = [
            each
            for each in workspace.assets.values()
            if (each["properties"].get("properties") or {}).get("hash_sha256") == wanted
        ]
    return answer({"value": versions[: int(call.query.get("$top", 1000))]})


def start_upload(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """Where a code folder is to be uploaded to."""
    cloud.workspace(call)
    address = f"{cloud.address}/blob/{call.name}-{call.version}"
    return answer(
        {
            "pendingUploadId": None,
            "pendingUploadType": "TemporaryBlobReference",
            "blobReferenceForConsumption": {
                "blobUri": address,
                "storageAccountArmId": "",
                "credential": {"credentialType": "SAS", "sasUri": f"{address}?sig=standin"},
            },
        }
    )


def get_datastore(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """The workspace's datastores, by name or in a list."""
    workspace = cloud.workspace(call)
    stores = [_datastore(workspace, name) for name in (BLOB_STORE, ARTIFACT_STORE)]
    if not call.name:
        return answer({"value": stores})
    for store in stores:
        if store["name"] == call.name:
            return answer(store)
    raise not_found("Datastore", call.name)


def _datastore(workspace: Workspace, name: str) -> dict[str, Any]:
    return {
        "id": f"{workspace.id}/datastores/{name}",
        "name": name,
        "type": f"{ARM_TYPE}/datastores",
        "properties": {
            "datastoreType": "AzureBlob",
            "accountName": "standin",
            "containerName": "azureml-blobstore",
            "endpoint": "core.windows.net",
            "protocol": "https",
            "isDefault": name == BLOB_STORE,
            "credentials": {"credentialsType": "None"},
            "tags": {},
            "properties": {},
        },
    }


def list_secrets(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """A datastore's secrets; the datastore here is based on identity and has none."""
    cloud.workspace(call)
    return answer({"secretsType": "Sas", "sasToken": "sig=standin"})


def put_blob(cloud: Cloud, call: Call, body: bytes, metadata: dict[str, str]) -> Answer:
    """Stores a blob in one piece, or its metadata."""
    if call.query.get("comp") == "metadata":
        cloud.blobs[call.name] = (cloud.blobs[call.name][0], metadata)
        return Answer(200, b"", _blob_headers(metadata))
    cloud.blobs[call.name] = (body, metadata)
    return Answer(201, b"", _blob_headers(metadata))


def get_blob(cloud: Cloud, call: Call, body: bytes) -> Answer:
    """A blob's content and metadata, or the list of a container's blobs."""
    if call.query.get("comp") == "list":
        prefix = f"{call.name}/{call.query.get('prefix', '')}"
        names = [name for name in cloud.blobs if name.startswith(prefix)]
        rows = "".join(
            f"<Blob><Name>{escape(name.partition('/')[2])}</Name><Properties>"
            f"<Content-Length>{len(cloud.blobs[name][0])}</Content-Length></Properties></Blob>"
            for name in names
        )
        page = f"<EnumerationResults><Blobs>{rows}</Blobs><NextMarker/></EnumerationResults>"
        return Answer(200, page.encode(), content_type="application/xml")
    found = cloud.blobs.get(call.name)
    if found is None:
        headers = {"x-ms-error-code": "BlobNotFound"}
        text = "<Error><Code>BlobNotFound</Code></Error>"
        return Answer(404, text.encode(), headers, "application/xml")
    content, metadata = found
    headers = _blob_headers(metadata) | {"x-ms-blob-type": "BlockBlob"}
    return Answer(200, content, headers, "application/octet-stream")


def _blob_headers(metadata: dict[str, str]) -> dict[str, str]:
    stamps = {"ETag": '"0x1"', "Last-Modified": formatdate(usegmt=True)}
    return stamps | {f"x-ms-meta-{key}": value for key, value in metadata.items()}


def _collection(call: Call) -> str:
    return "environments" if call.kind.startswith("environment") else "codes"


def _versions(workspace: Workspace, kind: str, name: str) -> list[dict[str, Any]]:
    prefix = f"{kind}/{name}/".lower()
    return [asset for key, asset in workspace.assets.items() if key.startswith(prefix)]
