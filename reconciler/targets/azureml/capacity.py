"""How many workers a compute holds: one request for each, where something is to be hired."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from reconciler.azure.clouds import Cloud
from reconciler.azure.decoding import BAD_JSON
from reconciler.azure.errors import ServiceFailure, malformed
from reconciler.azure.pipeline import Connections
from reconciler.model.observation import Capacity, Unreadable
from reconciler.targets.azureml.places import compute_name, is_virtual_cluster

API_VERSION = "2023-08-01-preview"
KEPT_SECONDS = 120.0
"""How long a figure is used again by whoever loops: maximums change by hand, and rarely."""

UNIT = "nodes"


class _Scale(msgspec.Struct, rename="camel"):
    max_node_count: int | None = None


class _Figures(msgspec.Struct, rename="camel"):
    scale_settings: _Scale | None = None


class _Properties(msgspec.Struct, rename="camel"):
    compute_type: str | None = None
    properties: _Figures | None = None


class _Compute(msgspec.Struct):
    properties: _Properties


class Capacities:
    """Reads capacities, and keeps them for a while."""

    def __init__(
        self, connections: Connections, cloud: Cloud, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._connections = connections
        self._cloud = cloud
        self._clock = clock
        self._kept: dict[str, tuple[float, Capacity]] = {}

    async def of(self, compute: str) -> Capacity | Unreadable:
        """The capacity of a compute, given by its full id. A failure is told, never raised."""
        if is_virtual_cluster(compute):
            return Capacity(None, UNIT)
        kept = self._kept.get(compute)
        if kept is not None and self._clock() - kept[0] < KEPT_SECONDS:
            return kept[1]
        url = f"{self._cloud.resource_manager}{compute}?api-version={API_VERSION}"
        try:
            answer = await self._connections.read("GET", url, scope=self._cloud.management_scope)
            capacity = capacity_of(answer.body)
        except ServiceFailure as failure:
            return Unreadable(f"compute {compute_name(compute)}: {failure}")
        self._kept[compute] = (self._clock(), capacity)
        return capacity


def capacity_of(body: bytes) -> Capacity:
    """The capacity in a compute's document; None in it where the compute gives no figure.

    An AmlCompute's `maxNodeCount` counts nodes in use and idle ones alike, whatever it is scaled
    to now. Raises ServiceFailure for what is no compute.
    """
    try:
        properties = msgspec.json.decode(body, type=_Compute).properties
    except BAD_JSON as error:
        raise malformed("Resource Manager", f"no compute: {error}") from error
    if (properties.compute_type or "").lower() != "amlcompute":
        return Capacity(None, UNIT)
    figures = properties.properties
    most = figures.scale_settings.max_node_count if figures and figures.scale_settings else None
    if most is None:
        raise malformed("Resource Manager", "an AmlCompute without maxNodeCount")
    return Capacity(max(0, most), UNIT)
