"""Where this machine keeps what must outlive a command: records of local workers, local queues.

The rule stands here alone, so that everything that is kept is found under one folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.values.errors import UserError

OWN_VARIABLE = "RECONCILER_STATE_DIR"
XDG_VARIABLE = "XDG_STATE_HOME"


def state_directory() -> Path:
    """The absolute folder for state; it may not exist yet, and nothing is created.

    `$RECONCILER_STATE_DIR`, else `$XDG_STATE_HOME/reconciler`, else `~/.local/state/reconciler`
    (the XDG Base Directory Specification). An empty variable counts as unset; `~` and `$` in one
    are not expanded. Raises UserError where the variable that decides is not an absolute path
    (state must not depend on the working directory), or where there is no home folder to use.
    """
    own = os.environ.get(OWN_VARIABLE)
    if own:
        return _absolute(OWN_VARIABLE, own)
    xdg = os.environ.get(XDG_VARIABLE)
    if xdg:
        return _absolute(XDG_VARIABLE, xdg) / "reconciler"
    try:
        home = Path.home()
    except RuntimeError:
        home = None
    if home is None or not home.is_absolute():
        raise UserError(
            "there is no home folder to keep state in",
            f"set {OWN_VARIABLE} to the absolute path of a folder",
        )
    return home / ".local" / "state" / "reconciler"


def _absolute(variable: str, text: str) -> Path:
    path = Path(text)
    if not path.is_absolute():
        raise UserError(
            f"{variable} is {text!r}, which is not an absolute path",
            "set it to a path that begins with /",
        )
    return path
