"""ai4s-jobq's workforce, led to a stand-in: the peer of the benchmarks.

It writes two hosts into its code; a transport adapter on its own session sends those requests
here. The rest follows `StandIn.environment(public_cloud=True)`, which must be set before.
"""

from __future__ import annotations

from typing import Any

from ai4s.jobq.orchestration.multiregion_workforce import MultiRegionWorkforce
from ai4s.jobq.orchestration.workforce import Workforce
from azure.ai.ml import MLClient, command
from azure.ai.ml.entities import Environment
from requests.adapters import HTTPAdapter

from .world import RESOURCE_GROUP, SUBSCRIPTION

WRITTEN_HOSTS = ("https://ml.azure.com", "https://management.azure.com")


class Redirected(HTTPAdapter):
    """Sends requests for a host to another one, path and all."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__(pool_maxsize=64)

    def send(self, request: Any, *arguments: Any, **keywords: Any) -> Any:
        """As requests calls it, with the host changed."""
        for host in WRITTEN_HOSTS:
            if request.url.startswith(host):
                request.url = self._address + request.url.removeprefix(host)
        return super().send(request, *arguments, **keywords)


def workforce(
    address: str,
    credential: Any,
    workspace: str,
    experiment: str,
    compute: str = "cpu",
    environment: str | None = None,
) -> Workforce:
    """One region's workforce; without `environment` its image is given inline."""
    client = MLClient(credential, SUBSCRIPTION, RESOURCE_GROUP, workspace)
    prototype = command(
        command="sleep 3",
        environment=environment or Environment(image="registry.azurecr.io/dft:1"),
        compute=compute,
        tags={"ProjectID": "0123"},
    )
    made = Workforce(experiment, prototype, aml_client=client, credential=credential)
    for host in WRITTEN_HOSTS:
        made.session.mount(host, Redirected(address))
    return made


class FixedDemand(MultiRegionWorkforce):
    """Several regions whose wanted number is given, instead of read from a queue."""

    def __init__(self, wanted: int, workforces: list[Workforce], **settings: Any) -> None:
        super().__init__("queue", "account", workforces, **settings)
        self.wanted = wanted

    async def determine_number_of_workers(self) -> int:
        """The number that was given; the states are read on the way, as the original does."""
        sum(state.num_running for state in self.states)
        return self.wanted
