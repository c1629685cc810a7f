"""The stand-in of AzureML that the engine's own tests use."""

from __future__ import annotations

from tests.targets.azureml.conftest import azure, science

__all__ = ["azure", "science"]
