"""A small HTTP client for tests of the stand-in itself: a connection, a token, JSON."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from dataclasses import dataclass
from typing import Any

from .certificates import Certificates
from .identity import IDENTITY_SECRET
from .standin import StandIn
from .world import RESOURCE_GROUP, SUBSCRIPTION

ML = "https://ml.azure.com"


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers with lower-case names, and the body as text."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)


class PlainClient:
    """Sends single requests with fresh connections; raises what http.client raises."""

    def __init__(self, azure: StandIn, workspace: str = "science") -> None:
        self._address = azure.address
        self._certificates: Certificates = azure.certificates
        self._tokens: dict[str, str] = {}
        self._azure = azure
        self.workspace = (
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{workspace}"
        )

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        address: str | None = None,
        timeout: float = 20,
    ) -> Reply:
        """One request to Resource Manager, or to another address."""
        netloc = urllib.parse.urlsplit(address or self._address).netloc
        connection = http.client.HTTPSConnection(
            netloc, context=self._certificates.client_context(), timeout=timeout
        )
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, headers or {})
            response = connection.getresponse()
            found = {key.lower(): value for key, value in response.getheaders()}
            return Reply(response.status, found, response.read().decode())
        finally:
            connection.close()

    def token(self, resource: str) -> str:
        """A token from the identity's endpoint, kept."""
        if resource not in self._tokens:
            query = urllib.parse.urlencode({"api-version": "2019-08-01", "resource": resource})
            reply = self.send(
                "GET", f"/msi/token?{query}", headers={"X-IDENTITY-HEADER": IDENTITY_SECRET}
            )
            self._tokens[resource] = reply.json["access_token"]
        return self._tokens[resource]

    def arm(self, method: str, path: str, body: Any = None, timeout: float = 20) -> Reply:
        """A request about the workspace; `path` begins after its id."""
        headers = {"Authorization": f"Bearer {self.token(self._address)}"}
        return self.send(method, self.workspace + path, body, headers, timeout=timeout)

    def regional(self, method: str, service: str, path: str, body: Any = None) -> Reply:
        """A request to a service of the workspace's region."""
        headers = {"Authorization": f"Bearer {self.token(ML)}"}
        address = self._azure.admin.address("eastus")
        return self.send(method, f"/{service}/v1.0{self.workspace}{path}", body, headers, address)

    def put_job(self, name: str, timeout: float = 20, **fields: Any) -> Reply:
        """Creates a command job on the compute `cpu`; `fields` go over its properties."""
        properties = {
            "jobType": "Command",
            "command": "sleep 3",
            "computeId": f"{self.workspace}/computes/cpu",
            "environmentId": f"{self.workspace}/environments/e/versions/1",
            "experimentName": "exp",
            "displayName": name,
            "tags": {},
            **fields,
        }
        return self.arm("PUT", f"/jobs/{name}?api-version=x", {"properties": properties}, timeout)

    def query(
        self,
        experiment: str = "exp",
        statuses: list[str] | None = None,
        token: str | None = None,
        filters: list[dict[str, Any]] | None = None,
        direction: str = "Asc",
        size: int = 100,
    ) -> Reply:
        """One page of the index."""
        conditions = [
            {"field": "type", "operator": "eq", "values": ["runs"]},
            {"field": "properties/experimentName", "operator": "eq", "values": [experiment]},
            *(filters or []),
        ]
        if statuses is not None:
            conditions.append({"field": "annotations/status", "operator": "eq", "values": statuses})
        field = "properties/creationContext/createdTime"
        return self.regional(
            "POST",
            "index",
            "/entities",
            {
                "filters": conditions,
                "order": [{"field": field, "direction": direction}],
                "pageSize": size,
                "includeTotalResultCount": True,
                "continuationToken": token,
            },
        )

    def names(self, **arguments: Any) -> list[str]:
        """Run ids of all pages of a query."""
        found: list[str] = []
        token: str | None = None
        while True:
            page = self.query(token=token, **arguments).json
            found += [entity["properties"]["runId"] for entity in page["value"]]
            token = page["continuationToken"]
            if token is None:
                return found
