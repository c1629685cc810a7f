"""What is known of workspaces' hosts, on disk for a day: one small file for each.

It saves two requests in sequence at the start of a command, and nothing depends on it. Tokens are
sent to the hosts that it names, so a file that another user could have written is not believed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.azure.clouds import Cloud

LIFETIME = 86_400.0
"""Seconds for which a file is believed."""

_LARGEST = 4_096
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where a workspace is: its location, and the base address of its region's services."""

    location: str
    api: str


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """`$XDG_CACHE_HOME/reconciler`, else `~/.cache/reconciler`; None where there is no home."""
    given = environment.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "reconciler"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ".cache" / "reconciler" if home.is_absolute() else None


class HostCache:
    """The files of one cloud. No method raises: a cache that fails is one that isn't there."""

    def __init__(self, folder: Path | None, cloud: Cloud) -> None:
        self._folder = folder / "azureml-hosts" if folder is not None else None
        self._cloud = cloud

    def read(self, workspace: str) -> Hosts | None:
        """The hosts of a workspace (id in lower case), where they are kept and believable."""
        path = self._path(workspace)
        if path is None:
            return None
        try:
            content = _own_file(path)
            document = json.loads(content) if content is not None else None
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(document, dict) or document.get("format") != _FORMAT:
            return None
        age = time.time() - _number(document.get("at"))
        location, api = document.get("location"), document.get("api")
        if not (0 <= age < LIFETIME and isinstance(location, str) and isinstance(api, str)):
            return None
        if document.get("workspace") != workspace or not self._cloud.is_service(api):
            return None
        return Hosts(location, api.rstrip("/"))

    def write(self, workspace: str, hosts: Hosts) -> None:
        """Keep the hosts of a workspace; whoever reads meanwhile sees the old file or the new."""
        path = self._path(workspace)
        if path is None:
            return
        document = {
            "format": _FORMAT,
            "workspace": workspace,
            "location": hosts.location,
            "api": hosts.api,
            "at": time.time(),
        }
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "w") as file:
                    json.dump(document, file)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise

    def forget(self, workspace: str) -> None:
        """Drop what is kept of a workspace."""
        path = self._path(workspace)
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _path(self, workspace: str) -> Path | None:
        if self._folder is None:
            return None
        named = f"{self._cloud.resource_manager} {workspace}".encode()
        return self._folder / f"{hashlib.sha256(named).hexdigest()[:32]}.json"


def _own_file(path: Path) -> bytes | None:
    """The content of a small regular file that nobody else could write. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        writable_by_others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not stat.S_ISREG(found.st_mode) or writable_by_others or found.st_uid != os.geteuid():
            return None
        content = file.read(_LARGEST + 1)
    return content if len(content) <= _LARGEST else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
