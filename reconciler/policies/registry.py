"""The policies by name. A policy's code is loaded when a spec first uses it.

A new policy is a file beside this one and one line here. It offers `Settings`, a pydantic model of
what stands under the policy's name in a spec.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from pydantic import BaseModel

DEFAULT = "ladder"

POLICIES: Mapping[str, str] = {
    "ladder": "reconciler.policies.ladder",
}


class Policy(Protocol):
    """What the module of a policy offers."""

    Settings: type[BaseModel]


def policy(name: str) -> Policy:
    """The policy called `name`. Raises KeyError where there is none."""
    return cast(Policy, import_module(POLICIES[name]))
