"""The folder of one local target: which file is what.

    workers/NAME.json      the record of a worker
    logs/NAME.log          what its command wrote
    requests/HIRE          the pipe over which its supervisor takes requests
    slots/0, 1, …          locked by the workers that run
    slots/turn             locked by the worker that is next to get a slot
    slots/limit            how many may run at once
    pruning                locked while old records are removed
    supervisors.log        what supervisors say when something goes wrong

Standard library only: supervisors import it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DRAFT_SUFFIX = ".draft"


@dataclass(frozen=True, slots=True)
class TargetFolder:
    """Paths inside the state folder of one target."""

    path: Path

    @property
    def workers(self) -> Path:
        return self.path / "workers"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def requests(self) -> Path:
        return self.path / "requests"

    @property
    def slots(self) -> Path:
        return self.path / "slots"

    @property
    def pruning(self) -> Path:
        return self.path / "pruning"

    @property
    def supervisors_log(self) -> Path:
        return self.path / "supervisors.log"

    def record(self, name: str) -> Path:
        return self.workers / f"{name}.json"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def requests_of(self, hire: str) -> Path:
        return self.requests / hire

    def create(self) -> None:
        """Make what is missing of the folders, for this user alone. Raises OSError."""
        for folder in (self.workers, self.logs, self.requests, self.slots):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def replace_file(path: Path, content: str) -> None:
    """Give a file new content: all of it or, where that fails, none. Raises OSError."""
    draft = write_draft(path, content)
    try:
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def write_draft(path: Path, content: str) -> Path:
    """Write `content` to stable storage under a passing name beside `path`, and return that.

    Raises OSError, and leaves nothing behind then.
    """
    # Random and no pid: containers that share the folder have the same pids.
    draft = path.with_name(f".{path.name}.{os.urandom(6).hex()}{DRAFT_SUFFIX}")
    try:
        file_number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(file_number, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            # Without it a crash of the machine can leave an empty file under the final name.
            os.fsync(file.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft


def describe(error: OSError, place: Path) -> str:
    """What the system said, and of which file; `place` where it names none."""
    return f"{error.filename or place}: {error.strerror or error}"
