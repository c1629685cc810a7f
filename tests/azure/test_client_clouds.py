"""Which cloud the environment chooses, and where Azure's host names may stand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import reconciler
from reconciler.azure.clouds import KNOWN, Cloud, choice, from_metadata
from reconciler.values.errors import UserError

METADATA = "https://localhost:1/metadata"
DOCUMENT = [
    {
        "name": "Own",
        "portal": "https://portal.azure.own.example/",
        "resourceManager": "https://management.own.example/",
        "authentication": {"loginEndpoint": "https://login.own.example/"},
        "suffixes": {"storage": "core.own.example"},
    }
]
PUBLIC = KNOWN["AzureCloud"]


def test_the_public_cloud_is_the_default() -> None:
    assert choice({}).known is PUBLIC
    assert PUBLIC.management_scope == "https://management.azure.com/.default"
    assert PUBLIC.studio_scope == "https://ml.azure.com/.default"


@pytest.mark.parametrize("name", ["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"])
def test_a_cloud_that_is_known_by_name_needs_no_metadata(name: str) -> None:
    chosen = choice({"AZUREML_CURRENT_CLOUD": name, "ARM_CLOUD_METADATA_URL": METADATA})
    assert chosen.known is KNOWN[name]


def test_another_cloud_is_described_by_metadata() -> None:
    chosen = choice({"AZUREML_CURRENT_CLOUD": "Own", "ARM_CLOUD_METADATA_URL": METADATA})
    assert (chosen.known, chosen.metadata) == (None, METADATA)
    assert from_metadata("Own", json.dumps(DOCUMENT).encode()) == Cloud(
        "Own",
        resource_manager="https://management.own.example",
        login="https://login.own.example",
        studio="https://ml.azure.own.example",
        storage_suffix="core.own.example",
    )


def test_an_unknown_cloud_without_metadata_is_an_error() -> None:
    with pytest.raises(UserError, match="none of AzureCloud, AzureUSGovernment, AzureChinaCloud"):
        choice({"AZUREML_CURRENT_CLOUD": "Own"})


def test_metadata_over_plain_http_is_an_error() -> None:
    with pytest.raises(UserError, match="doesn't begin with https://"):
        choice({"AZUREML_CURRENT_CLOUD": "Own", "ARM_CLOUD_METADATA_URL": "http://localhost"})


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"{", "is no JSON list"),
        (b"7", "is no JSON list"),
        (b"[]", "has no cloud 'Own'; it has: none"),
        (b'[{"name": "A"}, 7]', "it has: A"),
        (b'[{"name": "Own"}]', "lacks hosts"),
        (json.dumps([{**DOCUMENT[0], "resourceManager": "http://x"}]).encode(), "no https"),
        (json.dumps([{**DOCUMENT[0], "authentication": 7}]).encode(), "lacks hosts"),
    ],
)
def test_metadata_that_lacks_something_is_an_error(document: bytes, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)):
        from_metadata("Own", document)


@pytest.mark.parametrize(
    "address",
    ["https://eastus.api.azureml.ms", "https://ml.azure.com/api/eastus"],
)
def test_a_regions_services_get_our_tokens(address: str) -> None:
    assert PUBLIC.is_service(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://eastus.api.azureml.ms",
        "https://azureml.ms.example",
        "https://evilazureml.ms",
        "https://ml.azure.com.example/api/eastus",
        "https://user@eastus.api.azureml.ms",
        "https://eastus.api.azureml.ms:x",
        "https://eastus.api.azureml.ms?x",
        "https://",
        "",
    ],
)
def test_nobody_else_gets_them(address: str) -> None:
    assert not PUBLIC.is_service(address)


def test_no_other_module_names_a_host_of_azure() -> None:
    hosts = re.compile(r"azure\.(com|us|cn|net)|azureml\.(ms|us|cn)|microsoftonline|windows\.net")
    package = Path(reconciler.__file__).parent
    found = [
        str(path.relative_to(package))
        for path in sorted(package.rglob("*.py"))
        if hosts.search(path.read_text())
    ]
    assert found == ["azure/clouds.py"]
