"""The checks that all AzureML targets share: host, TLS, clock and token."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError

from reconciler.azure.clouds import Cloud
from reconciler.azure.errors import ServiceFailure, Trouble, of_exception
from reconciler.azure.pipeline import Answer, Connections
from reconciler.model.findings import Finding, Verdict, skipped
from reconciler.targets.azureml.checkup import clock
from reconciler.targets.azureml.checkup.asking import REQUEST_SECONDS, bounded
from reconciler.targets.azureml.checkup.caller import Caller, caller_of

SUBJECT = "Azure"

_TOKEN_SECONDS = 30.0
"""A token may take longer than a request: several credentials are tried one after the other."""

_METADATA = "/metadata/endpoints?api-version=2019-05-01"
"""Resource Manager tells of its cloud to whoever asks, without a token."""

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """What became of asking for a token; `caller` is whose it is, None where there is none."""

    finding: Finding
    caller: Caller | None = None


async def reach(connections: Connections, cloud: Cloud, names: Names) -> list[Finding]:
    """Whether Resource Manager's name resolves, whether it answers over TLS, and its time."""
    host = await _resolve(cloud.resource_manager, names)
    if host.verdict is Verdict.FAILED:
        return [host, *skipped(SUBJECT, ("tls", "clock"), "the name does not resolve", names)]
    before = time.time()
    answer = await bounded(
        connections.read("GET", f"{cloud.resource_manager}{_METADATA}", scope=None)
    )
    after = time.time()
    if isinstance(answer, ServiceFailure) and answer.trouble is not Trouble.ANSWER:
        failed = Finding(
            SUBJECT, "tls", Verdict.FAILED, answer.message, answer.remedy, targets=names
        )
        return [host, failed, *skipped(SUBJECT, ("clock",), "there was no answer", names)]
    trusted = f"{urlsplit(cloud.resource_manager).netloc} answers, and its certificate is trusted"
    return [
        host,
        Finding(SUBJECT, "tls", Verdict.OK, trusted, targets=names),
        _clock(answer, before, after, names),
    ]


async def obtain_token(connections: Connections, cloud: Cloud, names: Names) -> Token:
    """A token for Resource Manager, and which credential gave it."""
    found = await bounded(_token(connections, cloud), _TOKEN_SECONDS)
    if isinstance(found, ServiceFailure):
        return Token(
            Finding(
                SUBJECT,
                "token",
                Verdict.FAILED,
                found.message,
                found.remedy,
                command="az login" if "az login" in found.remedy else None,
                targets=names,
            )
        )
    caller = caller_of(found)
    whose = f", for {caller}" if str(caller) else ""
    told = f"obtained by {connections.credentials.used}{whose}"
    return Token(Finding(SUBJECT, "token", Verdict.OK, told, targets=names), caller)


async def _token(connections: Connections, cloud: Cloud) -> str:
    """A token for Resource Manager. Raises ServiceFailure."""
    try:
        return (await connections.credentials.get_token_info(cloud.management_scope)).token
    except (AzureError, OSError) as error:
        raise of_exception(error, urlsplit(cloud.login).netloc) from error


def _clock(answer: Answer | ServiceFailure, before: float, after: float, names: Names) -> Finding:
    seconds = (
        None if isinstance(answer, ServiceFailure) else clock.skew(answer.headers, before, after)
    )
    if seconds is None:
        (unknown,) = skipped(SUBJECT, ("clock",), "the answer does not say what time it is", names)
        return unknown
    verdict, sentence = clock.judged(seconds)
    if verdict is Verdict.OK:
        return Finding(SUBJECT, "clock", verdict, sentence, targets=names)
    return Finding(
        SUBJECT, "clock", verdict, sentence, clock.REMEDY, command=clock.COMMAND, targets=names
    )


async def _resolve(address: str, names: Names) -> Finding:
    """Whether the name resolves of what is connected to: the service, or the proxy before it."""
    parts = urlsplit(address)
    host, port, kind = parts.hostname or "", parts.port or 443, "name"
    proxy = urllib.request.getproxies().get("https")
    if proxy and not urllib.request.proxy_bypass(parts.netloc):
        between = urlsplit(proxy if "//" in proxy else f"//{proxy}")
        host, port, kind = between.hostname or "", between.port or 80, "proxy's name"
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            await asyncio.get_running_loop().getaddrinfo(host, port)
    except (OSError, TimeoutError, UnicodeError):
        return Finding(
            SUBJECT,
            "host",
            Verdict.FAILED,
            f"the {kind} {host} does not resolve",
            "check the network, the VPN, the DNS and the variable HTTPS_PROXY",
            targets=names,
        )
    return Finding(SUBJECT, "host", Verdict.OK, f"the {kind} {host} resolves", targets=names)
