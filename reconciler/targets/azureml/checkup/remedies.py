"""Commands of the az command line that mend what a checkup finds, or show more. Pure.

All values come from specs and services: each is quoted for the shell.
"""

from __future__ import annotations

import shlex

from reconciler.targets.azureml.places import Place


def grant(role: str, place: Place, assignee: str | None) -> str:
    """Gives a role on a workspace. `assignee` is an object id, where it is known."""
    return _command(
        "az role assignment create",
        role=role,
        assignee=assignee or "OBJECT_ID",
        scope=place.id,
    )


def list_workspaces(place: Place) -> str:
    """Shows the workspaces beside one that isn't there."""
    return _command("az ml workspace list", **_group(place), output="table")


def list_groups(place: Place) -> str:
    """Shows the resource groups of a workspace's subscription."""
    return _command("az group list", subscription=_part(place, 2), output="table")


def list_subscriptions() -> str:
    """Shows the subscriptions that whoever is logged in can see."""
    return "az account list --output table"


def list_computes(place: Place) -> str:
    """Shows the computes beside one that isn't there."""
    return _command("az ml compute list", **_workspace(place), output="table")


def show_compute(place: Place, name: str) -> str:
    """Shows one compute."""
    return _command("az ml compute show", name=name, **_workspace(place))


def raise_maximum(place: Place, name: str) -> str:
    """Lets a cluster have nodes; ten are a start."""
    return _command("az ml compute update", name=name, max_instances="10", **_workspace(place))


def _part(place: Place, number: int) -> str:
    """A part of `/subscriptions/S/resourceGroups/RG/…`, counted from the empty first one."""
    return place.id.split("/")[number]


def _group(place: Place) -> dict[str, str]:
    return {"resource_group": _part(place, 4), "subscription": _part(place, 2)}


def _workspace(place: Place) -> dict[str, str]:
    return {"workspace_name": place.name, **_group(place)}


def _command(words: str, **options: str) -> str:
    given = (f"--{name.replace('_', '-')} {shlex.quote(text)}" for name, text in options.items())
    return " ".join([words, *given])
