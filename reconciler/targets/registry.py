"""The kinds of targets, by name. A kind's code is loaded when a spec first uses it.

A new kind is a folder beside this file and one line here. Its package offers `Settings` (a
pydantic model of what stands under the kind's key in a spec), `resolve()` and `engine()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from reconciler.model.workforce import Target
from reconciler.targets.protocol import Engine

if TYPE_CHECKING:
    from pydantic import BaseModel

KINDS: Mapping[str, str] = {
    "local": "reconciler.targets.local",
}


class Kind(Protocol):
    """What the package of a kind of target offers."""

    Settings: type[BaseModel]

    def resolve(self, project: str, name: str, settings: BaseModel) -> Target:
        """The target `name` of `project`, from its checked settings."""

    def engine(self) -> Engine:
        """An engine for all targets of the kind."""


def kind(name: str) -> Kind:
    """The kind called `name`. Raises KeyError where there is none."""
    return cast(Kind, import_module(KINDS[name]))
