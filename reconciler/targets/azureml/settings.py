"""What a spec says about a target of kind `azureml`: a workspace, and usually one compute in it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_GROUP = re.compile(r"[\w().-]{0,89}[\w()-]")
_WORKSPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,32}")
_COMPUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,254}")
_COMPUTE_ID = re.compile(
    r"/subscriptions/[^/\s]+/resourceGroups/[^/\s]+/providers/Microsoft\.MachineLearningServices/"
    r"(?:workspaces/[^/\s]+/computes|virtualClusters)/[^/\s]+",
    re.IGNORECASE,
)


def _check_subscription(text: str) -> str:
    if not _GUID.fullmatch(text):
        raise ValueError("is no subscription id, such as 00000000-0000-0000-0000-000000000000")
    return text


def _check_group(text: str) -> str:
    if not _GROUP.fullmatch(text):
        raise ValueError("is no resource group: letters, digits, '.', '_', '-' and brackets")
    return text


def _check_workspace(text: str) -> str:
    if not _WORKSPACE.fullmatch(text):
        raise ValueError("is no workspace: 2 to 33 letters, digits, '-' and '_'")
    return text


def check_compute(text: str) -> str:
    """A compute's name or ARM id as it is. Raises ValueError, with a sentence for the user."""
    if not (_COMPUTE_ID if text.startswith("/") else _COMPUTE_NAME).fullmatch(text):
        raise ValueError(
            "is no compute: its name (letters, digits and '-'), or the full ARM id of a compute "
            "or a virtual cluster"
        )
    return text


class Settings(BaseModel):
    """Settings of an AzureML target, as they stand under its `azureml` key."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    subscription_id: Annotated[str, AfterValidator(_check_subscription)] = Field(
        description="The workspace's Azure subscription.",
        examples=["00000000-0000-0000-0000-000000000000"],
    )
    resource_group: Annotated[str, AfterValidator(_check_group)] = Field(
        description="The workspace's resource group.", examples=["science-rg"]
    )
    workspace: Annotated[str, AfterValidator(_check_workspace)] = Field(
        description="The workspace. {target} stands for the target's name.",
        examples=["science-{target}"],
    )
    compute: Annotated[str, AfterValidator(check_compute)] | None = Field(
        default=None,
        description=(
            "The compute that runs the workers, where a region names no other: a name, or a full "
            "ARM id (Singularity virtual clusters). {target} stands for the target's name."
        ),
        examples=["es-e32-{target}"],
    )
