"""The kinds of targets, by name. A kind's code is loaded when a spec first uses it.

A new kind is a folder beside this file and one line here. Its package offers `Settings` (a
pydantic model of what stands under the kind's key in a spec), `resolve()` and `new_engine()`.
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
    "azureml": "reconciler.targets.azureml",
    "local": "reconciler.targets.local",
}


ALWAYS_ASKED = ("local",)
"""Kinds that find a project's workers by its name alone: they are asked for orphans even where
the specs have no target of theirs any more."""


class Kind(Protocol):
    """What the package of a kind of target offers."""

    Settings: type[BaseModel]
    PLACEHOLDERS: tuple[str, ...]
    """The settings in which {target} stands for the target's name."""

    def resolve(self, project: str, name: str, settings: BaseModel) -> Target:
        """The target `name` of `project`, from its checked settings."""

    def at_compute(self, target: Target, compute: str) -> Target:
        """The target with the compute that a region names in place of its own.

        Raises ValueError, with a sentence for the user.
        """

    def new_engine(self) -> Engine:
        """An engine for all targets of the kind."""


def kind(name: str) -> Kind:
    """The kind called `name`. Raises KeyError where there is none."""
    return cast(Kind, import_module(KINDS[name]))
