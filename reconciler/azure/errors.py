"""Failures of Azure's services as one line each: what the service said, and what to do.

What a service answers is read leniently: an error page of a gateway is a failure like any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

_LONGEST_MESSAGE = 240
_LONGEST_CODE = 80
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_ACTION = re.compile(r"perform action '([^']{1,200})'")
_CREDENTIAL = re.compile(r"^\s*(\w+Credential): (.+)$", re.MULTILINE)
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_SECRET_QUERY = re.compile(r"([?&](?:sig|se|sp|sv|code|token)=)[^&\s'\"]+", re.IGNORECASE)


class Trouble(StrEnum):
    """What kind of failure it was: what may be tried instead depends on it."""

    CREDENTIAL = "credential"
    """No token was to be had."""
    NAME = "name"
    """The host's name doesn't resolve."""
    TLS = "tls"
    CONNECTION = "connection"
    """Refused, reset or closed."""
    TIMEOUT = "timeout"
    ANSWER = "answer"
    """The service answered with an error."""
    CONTENT = "content"
    """The answer was no error, and not what it should be either."""
    COUNT = "count"
    """What was read is not as much as the service says there is."""


class ServiceFailure(Exception):  # noqa: N818 - the field's word: a failure is told, not raised to a user
    """A request that failed for good. `str` of it is the one line."""

    def __init__(
        self,
        trouble: Trouble,
        message: str,
        remedy: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self.trouble = trouble
        self.message = one_line(message)
        self.remedy = remedy
        self.status = status
        self.code = code
        self.request_id = request_id
        super().__init__(self.message)

    @property
    def cause(self) -> str:
        """Status, code, request id and message, without the remedy."""
        parts = [str(part) for part in (self.status, self.code) if part]
        if self.request_id:
            parts.append(f"(request {self.request_id})")
        head = " ".join(parts)
        return f"{head}: {self.message}" if head else self.message

    @property
    def brief(self) -> str:
        """Status and code where there are any, else the message."""
        return " ".join(str(part) for part in (self.status, self.code) if part) or self.message

    def __str__(self) -> str:
        return f"{self.cause} ({self.remedy})"


def one_line(text: str, longest: int = _LONGEST_MESSAGE) -> str:
    """A service's text on one line, without control characters and signatures, shortened."""
    plain = _SECRET_QUERY.sub(r"\1…", _UNPRINTABLE.sub(" ", text)).strip()
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"


def of_answer(status: int, headers: Mapping[str, str], body: bytes) -> ServiceFailure:
    """The failure that an error answer tells of."""
    code, message = _said(body)
    action = _ACTION.search(message)
    if status == 403 and action is not None:
        message = f"no permission for {action[1]}"
    return ServiceFailure(
        Trouble.ANSWER,
        message or "no message",
        _remedy(status, code, action[1] if action else None, headers),
        status=status,
        code=one_line(code, _LONGEST_CODE) if code else None,
        request_id=_request_id(headers),
    )


def of_exception(error: BaseException, host: str) -> ServiceFailure:
    """The failure behind an exception of azure-core, azure-identity or the transport."""
    chain = list(_chain(error))
    names = {one.__name__ for link in chain for one in type(link).__mro__}
    if "ClientAuthenticationError" in names or "CredentialUnavailableError" in names:
        return _no_credential(chain)
    if "ClientConnectorDNSError" in names or "gaierror" in names:
        return ServiceFailure(
            Trouble.NAME,
            f"the name {host} does not resolve",
            "check the network, the VPN and the DNS; a private workspace is only found from within",
        )
    if names & {"ClientConnectorCertificateError", "ClientConnectorSSLError", "SSLError"}:
        said = next((str(link) for link in chain if "SSL" in type(link).__name__), str(chain[-1]))
        return ServiceFailure(
            Trouble.TLS,
            f"no secure connection to {host}: {said}",
            "behind a proxy with a certificate of its own, set SSL_CERT_FILE to its authority",
        )
    if "TimeoutError" in names or "ServiceResponseTimeoutError" in names:
        return ServiceFailure(
            Trouble.TIMEOUT, f"{host} did not answer in time", "try again; check the network"
        )
    return ServiceFailure(
        Trouble.CONNECTION,
        f"no connection to {host}: {chain[-1] or type(chain[-1]).__name__}",
        "try again; check the network and the proxy",
    )


def too_slow(seconds: float) -> ServiceFailure:
    """The failure of a reading that was given up."""
    return ServiceFailure(
        Trouble.TIMEOUT,
        f"not read within {seconds:g} s",
        "try again; where it stays so, look at the service's health in the portal",
    )


def malformed(host: str, what: str) -> ServiceFailure:
    """The failure of an answer that isn't what the service's documentation says."""
    return ServiceFailure(
        Trouble.CONTENT, f"{host} answered with {what}", "try again; report it if it stays so"
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what caused it, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        inner = getattr(current, "inner_exception", None)
        current = current.__cause__ or (inner if isinstance(inner, BaseException) else None)


def _no_credential(chain: list[BaseException]) -> ServiceFailure:
    """One sentence of many: azure-identity lists every credential that it tried, in a paragraph.

    What a directory refused (AADSTS and a number) is the reason; failing that, what the command
    line's login lacks is what most people can mend.
    """
    text = str(chain[0])
    tried = _CREDENTIAL.findall(text)
    said = [each for each in tried if "AADSTS" in each[1]]
    said = said or [each for each in tried if each[0] == "AzureCliCredential"]
    said = said or (tried if len(tried) == 1 else [])
    reason = ": ".join(said[0]) if said else next(iter(text.strip().splitlines()), "")
    return ServiceFailure(
        Trouble.CREDENTIAL,
        f"no credential gave a token: {reason or type(chain[0]).__name__}",
        "run `az login`, or set the variables of a service principal; AZURE_TOKEN_CREDENTIALS "
        "chooses among credentials",
    )


def _said(body: bytes) -> tuple[str | None, str]:
    """Code and message of an error body, whatever it is."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        text = body[:20_000].decode(errors="replace")
        title = _TITLE.search(text)
        return None, title[1] if title else text
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return None, str(error)
    code = error.get("code")
    message = error.get("message") or error.get("error_description") or ""
    return (str(code) if code else None), str(message)


def _request_id(headers: Mapping[str, str]) -> str | None:
    for name in ("x-ms-request-id", "x-ms-correlation-request-id", "x-request-id"):
        found = headers.get(name)
        if found:
            return one_line(found, _LONGEST_CODE)
    return None


def _remedy(status: int, code: str | None, action: str | None, headers: Mapping[str, str]) -> str:
    match status:
        case 401:
            return "run `az login` again, in the tenant that the workspace belongs to"
        case 403 if action and not action.lower().endswith("/read"):
            return "ask for the role AzureML Data Scientist on the workspace"
        case 403:
            return "ask for the role Reader on the workspace"
        case 404:
            return "check subscription, resource group, workspace and compute in the spec"
        case 429:
            wait = headers.get("Retry-After")
            return f"try again in {one_line(wait, 20)} s" if wait else "try again in some minutes"
        case _ if status >= 500:
            return "try again in some minutes; see the service's health in the portal"
    return "report it, with the request id, if it stays so"
