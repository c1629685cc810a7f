"""Where the state of local targets lies, and how a target's workspace names its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping

from reconciler.model.workforce import DrainDelivery, Target
from reconciler.state_directory import state_directory
from reconciler.targets.local.folder import TargetFolder
from reconciler.values.immutable import FrozenMap
from reconciler.values.names import is_name

_WORKSPACE_KIND = "local"


def workspace_of(project: str, target: str) -> str:
    """The workspace, and the compute, of a local target."""
    return f"{_WORKSPACE_KIND}/{project}/{target}"


def target_of(project: str, name: str, settings: Mapping[str, object]) -> Target:
    """A local target, also one that no spec names any more."""
    workspace = workspace_of(project, name)
    return Target(
        name=name,
        kind="local",
        workspace=workspace,
        compute=workspace,
        drain_delivery=DrainDelivery.AIMED,
        settings=FrozenMap(settings),
    )


def folder_of(workspace: str) -> TargetFolder:
    """The folder of the local target with this workspace. Raises UserError and ValueError."""
    kind, _, rest = workspace.partition("/")
    project, _, target = rest.partition("/")
    if kind != _WORKSPACE_KIND or not is_name(project) or not is_name(target):
        raise ValueError(f"{workspace!r} is not the workspace of a local target")
    return TargetFolder(state_directory() / project / target)


def target_folders(project: str) -> dict[str, TargetFolder]:
    """All folders of a project, by target, whether a spec still names it or not.

    Raises OSError and UserError.
    """
    root = state_directory() / project
    try:
        with os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except FileNotFoundError:
        return {}
    return {name: TargetFolder(root / name) for name in names if is_name(name)}
