"""Where a workspace's services are: from Resource Manager over the discovery document."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from reconciler.azure.at_once import at_once
from reconciler.azure.clouds import Cloud
from reconciler.azure.decoding import BAD_JSON
from reconciler.azure.errors import ServiceFailure, Trouble, malformed
from reconciler.azure.pipeline import Connections
from reconciler.targets.azureml.host_cache import HostCache, Hosts
from reconciler.targets.azureml.places import Place

API_VERSION = "2024-10-01-preview"


class _Properties(msgspec.Struct, rename="camel"):
    discovery_url: str | None = None


class _Workspace(msgspec.Struct):
    location: str
    properties: _Properties


class _Document(msgspec.Struct):
    api: str


@dataclass(frozen=True, slots=True)
class Found:
    """Hosts, and whether they come from an earlier time and may have gone since."""

    hosts: Hosts
    is_kept: bool


class Discovery:
    """Finds hosts once for each workspace, and keeps them for this process and for the next."""

    def __init__(self, connections: Connections, cloud: Cloud, cache: HostCache) -> None:
        self._connections = connections
        self._cloud = cloud
        self._cache = cache
        self._known: dict[str, Hosts] = {}

    async def find(self, place: Place) -> Found:
        """The hosts of a workspace. Raises ServiceFailure where Resource Manager doesn't tell."""
        known = self._known.get(place.key) or self._cache.read(place.key)
        if known is not None:
            self._known[place.key] = known
            return Found(known, is_kept=True)
        hosts = await self._ask(place)
        self._known[place.key] = hosts
        self._cache.write(place.key, hosts)
        return Found(hosts, is_kept=False)

    def forget(self, place: Place) -> None:
        """Drop what is kept: the hosts don't answer, or don't know the workspace any more."""
        self._known.pop(place.key, None)
        self._cache.forget(place.key)

    async def _ask(self, place: Place) -> Hosts:
        hosts, _ = await at_once(self._asked(place), self._token_ahead())
        return hosts

    async def _asked(self, place: Place) -> Hosts:
        url = f"{self._cloud.resource_manager}{place.id}?api-version={API_VERSION}"
        answer = await self._connections.read("GET", url, scope=self._cloud.management_scope)
        try:
            workspace = msgspec.json.decode(answer.body, type=_Workspace)
        except BAD_JSON as error:
            raise malformed("Resource Manager", f"no workspace: {error}") from error
        api = await self._discovered(workspace.properties.discovery_url)
        return Hosts(workspace.location, api or f"{self._cloud.studio}/api/{workspace.location}")

    async def _token_ahead(self) -> None:
        """Ask for the index's token meanwhile; who needs it is told where there is none."""
        from azure.core.exceptions import AzureError

        try:
            await self._connections.credentials.get_token_info(self._cloud.studio_scope)
        except AzureError:
            return

    async def _discovered(self, address: str | None) -> str | None:
        """The region's host by the discovery document; None where there is none to be had.

        The studio's own address serves instead: it leads to the same services.
        """
        if not address or not address.startswith("https://"):
            return None
        try:
            answer = await self._connections.read("GET", address, scope=None)
            document = msgspec.json.decode(answer.body, type=_Document)
        except BAD_JSON:
            return None
        except ServiceFailure as failure:
            if failure.trouble is Trouble.CREDENTIAL:
                raise
            return None
        api = document.api.rstrip("/")
        return api if self._cloud.is_service(api) else None
