"""The console script against a stand-in of AzureML, led there by environment variables alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.values.names import worker_prefix
from tests.azure.admin import Admin
from tests.azure.standin import StandInProcess
from tests.azure.world import RESOURCE_GROUP, SUBSCRIPTION
from tests.cli.shell import Result, Shell

PROJECT = "physics"


@dataclass(frozen=True)
class AzureShell(Shell):
    """A shell whose environment names the stand-in and a cache folder of its own."""

    variables: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        cache = {"XDG_CACHE_HOME": str(self.state / "cache")}
        return {**super().environment(), **cache, **self.variables}


def azure_shell(azure: StandInProcess, folder: Path, **variables: str) -> AzureShell:
    """A user's folder, from which `reconciler` finds the stand-in."""
    project = folder / "project"
    project.mkdir(exist_ok=True)
    return AzureShell(project, folder / "state", {**azure.environment(), **variables})


def project(targets: list[str]) -> str:
    """A project with its targets, each a workspace `science-TARGET` with a compute `cpu`."""
    names = ", ".join(f"{name}: {{}}" for name in targets)
    return f"""\
kind: Project
name: {PROJECT}
---
kind: Targets
defaults:
  azureml:
    subscription_id: {SUBSCRIPTION}
    resource_group: {RESOURCE_GROUP}
    workspace: "science-{{target}}"
    compute: cpu
targets: {{{names}}}
"""


def workspace(target: str) -> str:
    return f"science-{target}"


def seed(
    admin: Admin,
    target: str,
    count: int,
    digest: str | None,
    *,
    workforce: str = "relax",
    experiment: str | None = None,
    status: str = "Running",
    first: int = 1,
    **more: Any,
) -> list[str]:
    """Workers of a region, with the names and tags that this tool gives them."""
    spelled = experiment or f"{workforce}-{target}"
    key = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}"
        f"/providers/Microsoft.MachineLearningServices/workspaces/{workspace(target)}"
    ).lower()
    tags = {
        "reconciler.format": "1",
        "reconciler.project": PROJECT,
        "reconciler.workforce": workforce,
        "reconciler.region": target,
        "reconciler.layoffs": "graceful",
        **more.pop("tags", {}),
    }
    if digest is not None:
        tags["reconciler.digest"] = digest
    return admin.seed(
        workspace=workspace(target),
        experiment=spelled,
        count=count,
        status=status,
        prefix=worker_prefix(key, spelled.casefold()).removesuffix("-"),
        first=first,
        tags=tags,
        **more,
    )


def imported(result: Result) -> set[str]:
    """The modules that a command imported, where PYTHONPROFILEIMPORTTIME was set for it."""
    return set(re.findall(r"^import time:.*\|\s+(\S+)$", result.err, re.MULTILINE))
