"""Where the state of local targets lies, and how a target's workspace names its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from reconciler.model.workforce import DrainDelivery, Target
from reconciler.targets.local.folder import TargetFolder
from reconciler.values.errors import UserError
from reconciler.values.immutable import FrozenMap
from reconciler.values.names import is_name

STATE_VARIABLE = "RECONCILER_STATE_DIR"
_WORKSPACE_KIND = "local"


def state_root(environment: Mapping[str, str] | None = None) -> Path:
    """The folder that holds all local state; it need not exist.

    `$RECONCILER_STATE_DIR`, else `reconciler` in `$XDG_STATE_HOME`, else in `~/.local/state`. Never
    relative to the working directory, or a command run elsewhere would hire everything anew.
    Raises UserError.
    """
    variables = os.environ if environment is None else environment
    chosen = variables.get(STATE_VARIABLE)
    if chosen:
        if not Path(chosen).is_absolute():
            raise UserError(
                f"{STATE_VARIABLE} is {chosen!r}, which is not an absolute path",
                "give the whole path, beginning with /",
            )
        return Path(chosen)
    shared = variables.get("XDG_STATE_HOME", "")
    if Path(shared).is_absolute():  # the XDG specification has relative ones ignored
        return Path(shared) / "reconciler"
    try:
        home = Path(variables["HOME"]) if variables.get("HOME") else Path.home()
    except RuntimeError as error:
        raise UserError(
            "there is no home folder to keep the state of local targets in",
            f"set {STATE_VARIABLE} to an absolute path",
        ) from error
    if not home.is_absolute():
        raise UserError(f"HOME is {str(home)!r}, not an absolute path", f"set {STATE_VARIABLE}")
    return home / ".local" / "state" / "reconciler"


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
    return TargetFolder(state_root() / project / target)


def target_folders(project: str) -> dict[str, TargetFolder]:
    """All folders of a project, by target, whether a spec still names it or not.

    Raises OSError and UserError.
    """
    root = state_root() / project
    try:
        with os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except FileNotFoundError:
        return {}
    return {name: TargetFolder(root / name) for name in names if is_name(name)}
