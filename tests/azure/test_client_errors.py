"""Every failure of a service is one line: what it said, and what to do."""

from __future__ import annotations

import json
import ssl
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from hypothesis import given
from hypothesis import strategies as st

from reconciler.azure.errors import Trouble, of_answer, of_exception, one_line

from .errors import ServiceError, authorization_failed, immutable, workspace_not_found

HEADERS = {"x-ms-request-id": "0f0f-4000"}


def told(error: ServiceError) -> str:
    return str(of_answer(error.status, HEADERS, json.dumps(error.body()).encode()))


def test_a_missing_role_is_named_for_reading_and_for_acting() -> None:
    provider = "Microsoft.MachineLearningServices/workspaces"
    reading = told(authorization_failed(f"{provider}/read", "/subscriptions/s"))
    assert reading == (
        "403 AuthorizationFailed (request 0f0f-4000): no permission for "
        "Microsoft.MachineLearningServices/workspaces/read "
        "(ask for the role Reader on the workspace)"
    )
    acting = told(authorization_failed(f"{provider}/jobs/write", "/subscriptions/s"))
    assert acting.endswith("(ask for the role AzureML Data Scientist on the workspace)")


def test_code_request_id_and_message_are_there() -> None:
    assert told(workspace_not_found("w", "g")).startswith(
        "404 ResourceNotFound (request 0f0f-4000): The Resource "
    )
    assert "A job with this name already exists" in told(immutable("Command"))


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "az login"),
        (404, "check subscription, resource group, workspace and compute"),
        (429, "try again in some minutes"),
        (503, "try again in some minutes"),
        (400, "report it"),
    ],
)
def test_every_status_has_a_remedy(status: int, remedy: str) -> None:
    assert remedy in of_answer(status, {}, b"{}").remedy


def test_a_pause_that_the_service_asks_for_is_told() -> None:
    assert of_answer(429, {"Retry-After": "300"}, b"").remedy == "try again in 300 s"


def test_a_gateways_page_is_its_title() -> None:
    page = b"<html><head><title>502 Bad\nGateway</title></head><body>...</body></html>"
    assert of_answer(502, {}, page).cause == "502: 502 Bad Gateway"


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"text"', b"{}", b'{"error": 7}', b"\xff\xfe", b"[" * 5000]
)
def test_any_body_makes_a_line(body: bytes) -> None:
    line = str(of_answer(500, {}, body))
    assert "\n" not in line
    assert len(line) < 600


def test_signatures_and_control_characters_are_left_out() -> None:
    text = "blob https://a/b?sv=2024&sig=SECRET%3D&x=1\x1b[31m\u202e\r\nnext"
    assert "SECRET" not in one_line(text)
    assert one_line(text) == "blob https://a/b?sv=…&sig=…&x=1 [31m next"


@given(st.text(max_size=2000))
def test_a_line_is_one_line_and_no_longer_than_it_may_be(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 240
    assert line.splitlines() in ([], [line])


def under(inner: BaseException) -> ServiceRequestError:
    outer = ServiceRequestError(inner, error=inner)
    outer.__cause__ = inner
    return outer


def key() -> Any:
    return aiohttp.client_reqrep.ConnectionKey("host", 443, True, True, None, None, None)


@pytest.mark.parametrize(
    ("error", "trouble", "words"),
    [
        (
            under(aiohttp.ClientConnectorDNSError(key(), OSError(-2, "unknown"))),
            Trouble.NAME,
            "the name host.example does not resolve",
        ),
        (
            under(
                aiohttp.ClientConnectorCertificateError(key(), ssl.SSLCertVerificationError("bad"))
            ),
            Trouble.TLS,
            "no secure connection to host.example",
        ),
        (
            under(aiohttp.ClientConnectorError(key(), ConnectionRefusedError(111, "refused"))),
            Trouble.CONNECTION,
            "no connection to host.example",
        ),
        (under(aiohttp.ServerDisconnectedError()), Trouble.CONNECTION, "Server disconnected"),
        (TimeoutError(), Trouble.TIMEOUT, "did not answer in time"),
    ],
)
def test_what_went_wrong_on_the_way_is_told_apart(
    error: BaseException, trouble: Trouble, words: str
) -> None:
    failure = of_exception(error, "host.example")
    assert failure.trouble is trouble
    assert words in str(failure)
    assert failure.remedy


CHAIN = """DefaultAzureCredential failed to retrieve a token from the included credentials.
Attempted credentials:
\tEnvironmentCredential: EnvironmentCredential authentication unavailable. Not configured.
Visit https://aka.ms/azsdk/python/identity/environmentcredential/troubleshoot to troubleshoot.
\tAzureCliCredential: {cli}
\tAzurePowerShellCredential: PowerShell is not installed
To mitigate this issue, please refer to the troubleshooting guidelines."""


@pytest.mark.parametrize(
    "cli", ["Azure CLI not found on path", "Please run 'az login' to set up an account"]
)
def test_of_all_credentials_the_command_lines_login_is_named(cli: str) -> None:
    failure = of_exception(ClientAuthenticationError(CHAIN.format(cli=cli)), "host")
    assert failure.trouble is Trouble.CREDENTIAL
    assert failure.cause == f"no credential gave a token: AzureCliCredential: {cli}"
    assert failure.remedy.startswith("run `az login`")


def test_what_a_directory_refused_is_the_reason() -> None:
    refused = CHAIN.replace("PowerShell is not installed", "AADSTS700082: The token has expired.")
    failure = of_exception(ClientAuthenticationError(refused.format(cli="none")), "host")
    assert "AADSTS700082: The token has expired." in failure.cause


def test_a_single_credentials_text_is_its_first_line() -> None:
    failure = of_exception(ClientAuthenticationError("Identity not found\nmore\nmore"), "host")
    assert failure.cause == "no credential gave a token: Identity not found"
