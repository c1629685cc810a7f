"""What the checks of one checkup share: connections, who asks, and how long an answer may take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from reconciler.azure.clouds import Cloud
from reconciler.azure.errors import ServiceFailure, too_slow
from reconciler.azure.pipeline import Answer, Connections
from reconciler.targets.azureml.checkup.caller import Caller

REQUEST_SECONDS = 10.0
"""What one request may take with all its tries: less than a command that works waits for."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asking:
    """Open connections to a cloud, and whose token they carry."""

    connections: Connections
    cloud: Cloud
    caller: Caller

    async def read(self, path: str) -> Answer | ServiceFailure:
        """What Resource Manager answers to a GET of `path`, which begins with a slash."""
        return await bounded(
            self.connections.read(
                "GET",
                f"{self.cloud.resource_manager}{path}",
                scope=self.cloud.management_scope,
            )
        )


async def bounded(work: Awaitable[T], longest: float | None = None) -> T | ServiceFailure:
    """What `work` gives, or its failure; it is one too not to have ended in time."""
    seconds = REQUEST_SECONDS if longest is None else longest
    try:
        async with asyncio.timeout(seconds):
            return await work
    except ServiceFailure as failure:
        return failure
    except TimeoutError:
        return too_slow(seconds)
