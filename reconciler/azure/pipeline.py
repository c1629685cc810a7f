"""HTTP to Azure: one session, and a pipeline of azure-core's policies for each audience.

azure-core retries, authorizes, logs and names us; what is set here is how long and how often for
readings, how many requests a host gets at once, and which certificates are trusted.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest, PipelineResponse, policies
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.core import AsyncARMPipelineClient
from azure.mgmt.core.policies import ARMHttpLoggingPolicy

from reconciler import __version__
from reconciler.azure.credentials import Credentials, Source
from reconciler.azure.errors import ServiceFailure, Trouble, of_answer, of_exception

IN_FLIGHT = 64
"""Readings that one host gets at once."""

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 20.0
_ALL_TRIES_SECONDS = 45.0
BACKOFF_SECONDS = 0.25
"""Doubled with each try after the second one."""

_LONGEST_WAIT = 20.0
"""A service that asks for a longer pause than this is not waited for: the reading fails."""

_METHODS = frozenset({"HEAD", "GET", "OPTIONS", "POST"})
"""What is tried again. Queries of the index are POSTs that change nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer, wholly read."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Connections:
    """Everything that is open to Azure. Use inside a running loop, and `close` at the end."""

    def __init__(self) -> None:
        connector = aiohttp.TCPConnector(
            limit=0, limit_per_host=IN_FLIGHT, ssl=_tls_context(os.environ), ttl_dns_cache=300
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            trust_env=True,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        self.credentials = Credentials(self._default_credential)
        self._clients: dict[str | None, AsyncARMPipelineClient[Any, Any]] = {}

    async def read(
        self, method: str, url: str, *, scope: str | None, content: bytes | None = None
    ) -> Answer:
        """Send a request that changes nothing; `scope` None sends no token along.

        Raises ServiceFailure, after the tries that the pipeline makes.
        """
        headers = {"Content-Type": "application/json"} if content is not None else {}
        request = HttpRequest(method, url, headers=headers, content=content)
        try:
            response: AsyncHttpResponse = await self._client(scope).send_request(request)
            body = response.content
        except (AzureError, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise of_exception(error, urlsplit(url).netloc) from error
        if response.status_code >= 300:
            raise of_answer(response.status_code, response.headers, body)
        return Answer(response.status_code, response.headers, body)

    async def close(self) -> None:
        """Close all connections."""
        await self.credentials.close()
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def _client(self, scope: str | None) -> AsyncARMPipelineClient[Any, Any]:
        if scope not in self._clients:
            chain: list[Any] = [
                policies.RequestIdPolicy(),
                policies.UserAgentPolicy(base_user_agent=f"reconciler/{__version__}"),
                _Retries(
                    retry_total=4,
                    retry_connect=2,
                    retry_read=2,
                    retry_status=3,
                    retry_backoff_factor=BACKOFF_SECONDS,
                    timeout=_ALL_TRIES_SECONDS,
                    method_whitelist=_METHODS,
                ),
            ]
            if scope is not None:
                chain.append(_Bearer(self.credentials, scope))
            chain.append(ARMHttpLoggingPolicy())
            self._clients[scope] = AsyncARMPipelineClient(
                "", policies=chain, transport=self._transport()
            )
        return self._clients[scope]

    def _transport(self) -> AioHttpTransport:
        return AioHttpTransport(
            session=self._session,
            session_owner=False,
            connection_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
        )

    def _default_credential(self) -> Source:
        from azure.identity.aio import DefaultAzureCredential

        # It logs a paragraph for each credential that it tried; the failure says it in a line.
        logging.getLogger("azure.identity").addHandler(logging.NullHandler())
        try:
            # The same session, so that its requests trust the same certificates.
            return DefaultAzureCredential(transport=self._transport())
        except ValueError as error:
            # azure-identity's way to refuse variables, AZURE_TOKEN_CREDENTIALS among them.
            raise ServiceFailure(
                Trouble.CREDENTIAL,
                f"azure-identity can't use its variables: {error}",
                "set the AZURE_ variables as azure-identity's documentation says, or unset them",
            ) from error


class _Retries(policies.AsyncRetryPolicy[Any, Any]):
    """azure-core's retries, but nobody waits for minutes because a service asks for it."""

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        return (self.get_retry_after(response) or 0.0) <= _LONGEST_WAIT and bool(
            super().is_retry(settings, response)
        )


class _Bearer(policies.AsyncBearerTokenCredentialPolicy[Any, Any]):
    """azure-core's bearer policy, asking for a new token where one that was kept is refused."""

    def __init__(self, credentials: Credentials, scope: str) -> None:
        super().__init__(credentials, scope)
        self._kept = credentials
        self._scope = scope

    async def on_challenge(
        self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]
    ) -> bool:
        if await super().on_challenge(request, response):
            return True
        refused = request.http_request.headers.get("Authorization", "").removeprefix("Bearer ")
        self._kept.forget(refused)
        await self.authorize_request(request, self._scope)
        return bool(request.http_request.headers["Authorization"] != f"Bearer {refused}")


def _tls_context(environment: Mapping[str, str]) -> ssl.SSLContext:
    """Trust for connections: OpenSSL reads SSL_CERT_FILE itself, REQUESTS_CA_BUNDLE it does not."""
    context = ssl.create_default_context()
    bundle = environment.get("REQUESTS_CA_BUNDLE")
    if bundle and Path(bundle).is_file():
        context.load_verify_locations(cafile=bundle)
    elif bundle and Path(bundle).is_dir():
        context.load_verify_locations(capath=bundle)
    return context
