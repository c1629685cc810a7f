"""What is taken for a secret, and what isn't."""

from __future__ import annotations

import pytest

from reconciler.task.secrets import is_secret, without_secrets

KEY_88 = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGM" + "AA=="
)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"

SECRETS = {
    "storage": f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={KEY_88};",
    "bus": "Endpoint=sb://b.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=YWJjZA",
    "insights": "InstrumentationKey=11111111-1111-1111-1111-111111111111;IngestionEndpoint=https://x",
    "signature": "https://a.blob.core.windows.net/c?sv=2024&se=2027&sig=abc%2Bdef",
    "bare signature": "sig=abcdef",
    "token": JWT,
    "key": KEY_88,
    "url": "postgresql://user:hunter2@host/db",
    "url without a user": "redis://:hunter2@host:6379/0",
    "database": "Server=x;User=u;Password=hunter2",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    "service": "hf_abcdefghijklmnopqrstuvwxyz",
}


@pytest.mark.parametrize("value", SECRETS.values(), ids=SECRETS)
def test_these_values_are_secrets_whatever_their_variable_is_called(value: str) -> None:
    assert is_secret("PLAIN", value)


@pytest.mark.parametrize(
    "name", ["AZURE_CLIENT_SECRET", "WANDB_API_KEY", "token", "DB_PASSWORD", "CONNECTION_STRING"]
)
def test_these_variables_hold_secrets_whatever_the_value(name: str) -> None:
    assert is_secret(name, "hunter")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AZURE_CLIENT_ID", "22222222-2222-2222-2222-222222222222"),
        ("OMP_NUM_THREADS", "32"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("MAX_TOKEN", "4096"),
        ("KEYBOARD", "de"),
        ("URL", "https://host:8080/path?sv=1"),
        ("PATH", "/usr/bin:/bin"),
        ("IMAGE", "registry.azurecr.io/dft@sha256:" + "a" * 64),
        ("MODEL", "azureml:model:1"),
        ("PASSWORD", ""),
    ],
)
def test_these_are_no_secrets(name: str, value: str) -> None:
    assert not is_secret(name, value)


@pytest.mark.parametrize("value", SECRETS.values(), ids=SECRETS)
def test_nothing_of_a_secret_is_left_in_a_text(value: str) -> None:
    left = without_secrets(f"run {value} now")
    for part in (KEY_88, "YWJjZA", "1111", "abc", "dozj", "hunter2"):
        assert part not in left
    assert left.startswith("run ")
    assert "***" in left


def test_a_text_without_secrets_stays_as_it_is() -> None:
    text = "python train.py --keys a,b --password-file x && echo key=1"
    assert without_secrets(text) == text
