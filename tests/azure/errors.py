"""Error answers in the shapes of Azure Resource Manager and of AzureML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CLIENT = "11111111-0000-0000-0000-00000000c1d0"
"""Object id of the identity that every token of the stand-in belongs to."""


@dataclass
class ServiceError(Exception):
    """An error answer: HTTP status, the service's code and message, and further body parts."""

    status: int
    code: str
    message: str
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The JSON body, `{"error": {"code", "message", …}}`."""
        return {"error": {"code": self.code, "message": self.message, **self.extra}}


def workspace_not_found(name: str, resource_group: str) -> ServiceError:
    """What Resource Manager says of a workspace that isn't there."""
    return ServiceError(
        404,
        "ResourceNotFound",
        f"The Resource 'Microsoft.MachineLearningServices/workspaces/{name}' under resource group "
        f"'{resource_group}' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    )


def not_found(what: str, name: str) -> ServiceError:
    """A missing job, compute, environment or code version."""
    return ServiceError(404, "NotFound", f"{what} {name} was not found.", inner("NotFound"))


def user_error(message: str, *inner_codes: str, status: int = 400) -> ServiceError:
    """AzureML's `UserError` with its chain of inner codes in `additionalInfo`."""
    return ServiceError(status, "UserError", message, inner(*inner_codes) if inner_codes else {})


def immutable(changed: str) -> ServiceError:
    """The answer to a PUT that would change what a job may not change.

    The wording is that of azure-sdk-for-python's issue reports; `changed` names the parts.
    """
    return user_error(
        "A job with this name already exists. If you are trying to create a new job, use a "
        "different name. If you are trying to update an existing job, the existing job's "
        f"{changed} cannot be changed. Only description, tags, displayName, properties, and "
        "isArchived can be updated.",
        "Immutable",
        "JobPropertyImmutable",
    )


def authorization_failed(action: str, scope: str) -> ServiceError:
    """Resource Manager's 403 for a missing role."""
    return ServiceError(
        403,
        "AuthorizationFailed",
        f"The client '{CLIENT}' with object id '{CLIENT}' does not have authorization to perform "
        f"action '{action}' over scope '{scope}' or the scope is invalid. If access was recently "
        "granted, please refresh your credentials.",
    )


def unauthenticated(message: str) -> ServiceError:
    """A 401 for a missing, expired or foreign token."""
    return ServiceError(
        401,
        "InvalidAuthenticationToken",
        message,
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def inner(*codes: str) -> dict[str, Any]:
    """The parts of an AzureML error body that hold its inner codes, outermost first."""
    chain: dict[str, Any] | None = None
    for code in reversed(codes):
        chain = {"code": code, "innerError": chain}
    return {
        "details": [],
        "additionalInfo": [
            {"type": "ComponentName", "info": {"value": "managementfrontend"}},
            {"type": "InnerError", "info": {"value": chain}},
        ],
    }
