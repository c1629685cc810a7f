"""The checkup of local targets: can this machine keep state and run workers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reconciler.model.findings import Finding, Verdict
from reconciler.model.workforce import Target
from reconciler.state_directory import OWN_VARIABLE, state_directory
from reconciler.targets.local.folder import describe
from reconciler.targets.local.observing import slots_of
from reconciler.targets.local.slots import limit_in_force
from reconciler.targets.local.state import folder_of
from reconciler.values.errors import UserError

_MACHINE = "this machine"


def check_up(targets: Sequence[Target]) -> list[Finding]:
    """What concerns all local targets, and then the slots of each."""
    names = tuple(sorted({target.name for target in targets}))
    state = _state_folder(names)
    findings = [state, _shell(names)]
    for target in sorted(targets, key=lambda one: one.name):
        findings.append(_slots(target, state.verdict is not Verdict.FAILED))
    return findings


def _state_folder(names: tuple[str, ...]) -> Finding:
    """Whether state can be written. What isn't there yet is not made: checking changes nothing."""
    check = "state-folder"
    try:
        root = state_directory()
    except UserError as error:
        return Finding(_MACHINE, check, Verdict.FAILED, error.message, error.remedy, targets=names)
    try:
        _try_to_write(root)
    except OSError as error:
        return Finding(
            _MACHINE,
            check,
            Verdict.FAILED,
            f"the state of workers can't be written: {describe(error, root)}",
            f"make it writable for you, or name another folder with {OWN_VARIABLE}",
            targets=names,
        )
    return Finding(_MACHINE, check, Verdict.OK, f"{root} can be written", targets=names)


def _try_to_write(root: Path) -> None:
    """Raises OSError where no file can be made in `root`, or `root` itself can't be made."""
    if root.is_dir():
        with tempfile.TemporaryFile(dir=root) as file:
            # A full disk takes a file without content, and fails here.
            file.write(b"\0" * 4096)
            file.flush()
        return
    if root.exists():
        raise NotADirectoryError(20, "is no folder", str(root))
    nearest = next(parent for parent in root.parents if parent.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
        raise PermissionError(13, "no folder can be made here", str(nearest))


def _shell(names: tuple[str, ...]) -> Finding:
    """Which shell runs the commands: bash as on AzureML, or sh where there is no bash."""
    bash = shutil.which("bash")
    if bash is not None:
        return Finding(_MACHINE, "bash", Verdict.OK, f"{bash} runs the commands", targets=names)
    sh = shutil.which("sh")
    if sh is not None:
        return Finding(
            _MACHINE,
            "bash",
            Verdict.WARNING,
            f"there is no bash on the PATH: {sh} runs the commands, which AzureML runs with bash",
            "install bash, so that commands work here as they do there",
            targets=names,
        )
    return Finding(
        _MACHINE,
        "bash",
        Verdict.FAILED,
        "there is neither bash nor sh on the PATH, so no command can run",
        "install bash, or set PATH to where it is",
        targets=names,
    )


def _slots(target: Target, has_state: bool) -> Finding:
    slots = slots_of(target)
    told = "" if target.settings.get("slots") else ", one for each CPU"
    found = f"{slots} workers run at once{told}" if slots > 1 else f"1 worker runs at once{told}"
    limit = limit_in_force(folder_of(target.workspace)) if has_state else None
    verdict, remedy = Verdict.OK, None
    if limit is not None and limit != slots:
        verdict = Verdict.WARNING
        found = f"{found} by the spec, and {limit} until the next apply"
        remedy = "`reconciler apply` puts the spec's number in force"
    return Finding(f"target {target.name}", "slots", verdict, found, remedy, targets=(target.name,))
