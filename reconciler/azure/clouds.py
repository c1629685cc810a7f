"""Azure's clouds and their hosts. The only module with Azure host names.

The names of the clouds, the two environment variables and the JSON of the metadata are the
convention of azure-ai-ml, so that one setting leads every tool to the same cloud.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from reconciler.values.errors import UserError

METADATA_VARIABLE = "ARM_CLOUD_METADATA_URL"
NAME_VARIABLE = "AZUREML_CURRENT_CLOUD"
DEFAULT_NAME = "AzureCloud"


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud's addresses, each `https://host[:port]` without a slash at its end."""

    name: str
    resource_manager: str
    login: str
    studio: str
    """The studio, which is also the audience of tokens for the index and the services beside it."""
    storage_suffix: str
    service_suffix: str | None = None
    """What the hosts of the regions' AzureML services end with; None where that isn't known."""

    @property
    def management_scope(self) -> str:
        """The scope of tokens for Resource Manager."""
        return f"{self.resource_manager}/.default"

    @property
    def studio_scope(self) -> str:
        """The scope of tokens for the index, run history and execution services."""
        return f"{self.studio}/.default"

    def is_service(self, address: str) -> bool:
        """Whether an address may be one of the cloud's AzureML services: it gets our tokens."""
        parts = urlsplit(address)
        try:
            valid = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
        except ValueError:
            return False
        if not valid or parts.username is not None or parts.query or parts.fragment:
            return False
        if address.startswith(f"{self.studio}/"):
            return True
        host = parts.hostname or ""
        return self.service_suffix is None or host.endswith(f".{self.service_suffix}")


KNOWN = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            DEFAULT_NAME,
            resource_manager="https://management.azure.com",
            login="https://login.microsoftonline.com",
            studio="https://ml.azure.com",
            storage_suffix="core.windows.net",
            service_suffix="azureml.ms",
        ),
        Cloud(
            "AzureUSGovernment",
            resource_manager="https://management.usgovcloudapi.net",
            login="https://login.microsoftonline.us",
            studio="https://ml.azure.us",
            storage_suffix="core.usgovcloudapi.net",
            service_suffix="ml.azure.us",
        ),
        Cloud(
            "AzureChinaCloud",
            resource_manager="https://management.chinacloudapi.cn",
            login="https://login.chinacloudapi.cn",
            studio="https://ml.azure.cn",
            storage_suffix="core.chinacloudapi.cn",
            service_suffix="ml.azure.cn",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cloud the environment asks for: one that is known, or one that `metadata` describes."""

    name: str
    metadata: str | None = None

    @property
    def known(self) -> Cloud | None:
        return KNOWN.get(self.name) if self.metadata is None else None


def choice(environment: Mapping[str, str]) -> Choice:
    """The cloud that the environment chooses. Raises UserError where it can't be told.

    A cloud that is known by name needs no metadata, even where an address for it is set.
    """
    name = environment.get(NAME_VARIABLE) or DEFAULT_NAME
    if name in KNOWN:
        return Choice(name)
    address = environment.get(METADATA_VARIABLE)
    if not address:
        raise UserError(
            f"{NAME_VARIABLE} is {name!r}, which is none of {', '.join(KNOWN)}",
            f"set it to one of them, or {METADATA_VARIABLE} to the address that describes it",
        )
    if not address.startswith("https://"):
        raise UserError(
            f"{METADATA_VARIABLE} is {address!r}, which doesn't begin with https://",
            "tokens are only sent over https",
        )
    return Choice(name, address)


def from_metadata(name: str, document: bytes) -> Cloud:
    """The cloud `name` of a metadata document, a JSON list. Raises UserError."""
    where = f"the document that {METADATA_VARIABLE} leads to"
    try:
        listed = json.loads(document)
    except (ValueError, RecursionError):
        listed = None
    if isinstance(listed, dict):
        listed = [listed]
    if not isinstance(listed, list):
        raise UserError(f"{where} is no JSON list of clouds")
    clouds = {one.get("name"): one for one in listed if isinstance(one, dict)}
    found = clouds.get(name)
    if found is None:
        known = ", ".join(sorted(str(one) for one in clouds)) or "none"
        raise UserError(f"{where} has no cloud {name!r}; it has: {known}")
    try:
        return Cloud(
            name,
            resource_manager=_address(found["resourceManager"]),
            login=_address(found["authentication"]["loginEndpoint"]),
            studio=studio_of(_address(found["portal"])),
            storage_suffix=str(found["suffixes"]["storage"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{where} lacks hosts of the cloud {name!r}: {error}") from error


def _address(value: object) -> str:
    address = str(value).rstrip("/")
    if not address.startswith("https://"):
        raise ValueError(f"{address!r} is no https address")
    return address


def studio_of(portal: str) -> str:
    """The studio that belongs to a portal, as azure-ai-ml derives it."""
    host = urlsplit(portal).hostname or ""
    return f"https://ml.azure.{'.'.join(host.split('.')[2:])}"
