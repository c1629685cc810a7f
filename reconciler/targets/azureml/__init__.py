"""The kind `azureml`: workers are command jobs in an AzureML workspace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.model.workforce import DrainDelivery, Target
from reconciler.targets.azureml.settings import Settings, check_compute
from reconciler.values.errors import UserError
from reconciler.values.immutable import FrozenMap

if TYPE_CHECKING:
    from pydantic import BaseModel

    from reconciler.targets.protocol import Engine

__all__ = ["PLACEHOLDERS", "Settings", "at_compute", "new_engine", "resolve"]

PLACEHOLDERS = ("workspace", "compute")
_PROVIDER = "providers/Microsoft.MachineLearningServices"


def resolve(project: str, name: str, settings: BaseModel) -> Target:
    """The AzureML target `name`. Its compute is empty where the settings name none."""
    assert isinstance(settings, Settings)
    workspace = (
        f"/subscriptions/{settings.subscription_id}/resourceGroups/{settings.resource_group}"
        f"/{_PROVIDER}/workspaces/{settings.workspace}"
    )
    target = Target(
        name=name,
        kind="azureml",
        workspace=workspace.lower(),
        compute="",
        drain_delivery=DrainDelivery.NONE,
        settings=FrozenMap(settings.model_dump()),
    )
    return target if settings.compute is None else at_compute(target, settings.compute)


def at_compute(target: Target, compute: str) -> Target:
    """The target with another compute. Raises ValueError, with a sentence for the user."""
    check_compute(compute)
    whole = compute if compute.startswith("/") else f"{target.workspace}/computes/{compute}"
    settings = FrozenMap({**target.settings, "compute": compute})
    return replace(target, compute=whole.lower(), settings=settings)


def new_engine() -> Engine:
    """An engine for all AzureML targets. Raises UserError where its packages aren't installed."""
    try:
        from reconciler.targets.azureml.engine import AzureMLEngine
    except ModuleNotFoundError as error:
        raise UserError(
            f"AzureML targets need a package that isn't installed: {error.name}",
            "pip install 'reconciler[azure]'",
        ) from error
    return AzureMLEngine()
