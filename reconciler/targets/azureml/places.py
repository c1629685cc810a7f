"""Workspaces and computes by their full ids, as targets name them."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.workforce import Target

_PROVIDER = "Microsoft.MachineLearningServices"


@dataclass(frozen=True, slots=True)
class Place:
    """One workspace. `key` is what targets and regions call it: the id in lower case."""

    id: str
    """The full id, `/subscriptions/…/workspaces/NAME`, as the spec spells it."""

    @property
    def key(self) -> str:
        return self.id.lower()

    @property
    def name(self) -> str:
        return self.id.rsplit("/", 1)[-1]


def place_of(target: Target) -> Place:
    """The workspace of a target, in the spelling of its settings where they have one."""
    settings = target.settings
    spelled = (
        f"/subscriptions/{settings.get('subscription_id')}"
        f"/resourceGroups/{settings.get('resource_group')}"
        f"/providers/{_PROVIDER}/workspaces/{settings.get('workspace')}"
    )
    return Place(spelled if spelled.lower() == target.workspace else target.workspace)


def compute_name(compute: str) -> str:
    """The last part of a compute's id, in lower case: all that the index tells of one."""
    return compute.rsplit("/", 1)[-1].lower()


def is_virtual_cluster(compute: str) -> bool:
    """Whether an id is that of a Singularity virtual cluster, which no workspace holds."""
    return "/virtualclusters/" in compute.lower()
