"""Real processes that work on a queue, and waiting for what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import reconciler
from reconciler.processes import table
from reconciler.queues.local import LocalQueue

PATIENCE_SECONDS = 30.0
_WORKER = """
import ast, functools, sys
from reconciler.queues import local, shell_worker
vars(shell_worker).update(ast.literal_eval(sys.argv[1]))
say = functools.partial(print, flush=True)
queue = local.local_queue("tasks")
sys.exit(shell_worker.work(queue, say=say, **ast.literal_eval(sys.argv[2])).exit_code)
"""
_SOURCE = str(Path(reconciler.__file__).parents[1])


def eventually(holds: Callable[[], object], what: str) -> None:
    """Wait until `holds()`; fail with `what` where it doesn't in time."""
    latest = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < latest, f"never happened: {what}"
        time.sleep(0.02)


def counts(queue: LocalQueue) -> tuple[int, int, int]:
    """How many messages are visible, in flight, dead-lettered."""
    size = queue.size()
    return size.visible, size.in_flight, size.dead_lettered


def is_gone(pid: int) -> bool:
    """Whether the process has ended, noticed by its parent or not."""
    process = table.find(pid)
    return process is None or process.is_zombie


@dataclass
class Bench:
    """Starts processes in `folder`, with its state directory, and ends what is left of them."""

    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        others = {key: value for key, value in os.environ.items() if "RECONCILER" not in key}
        state = str(self.folder / "state")
        return {**others, "RECONCILER_STATE_DIR": state, "PYTHONPATH": _SOURCE, "COLUMNS": "80"}

    def reconciler(
        self, *arguments: str, stdin: bytes = b"", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `reconciler queue` to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "queue", *arguments],
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env={**self.environment, **variables},
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def start(self, arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a process that leads a group of its own and writes to `log`."""
        with (self.folder / "log").open("ab") as log:
            usual = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            process = subprocess.Popen(
                arguments,
                cwd=self.folder,
                env=self.environment,
                process_group=0,
                **{**usual, **options},
            )
        self.started.append(process)
        return process

    def worker(self, **settings: Any) -> subprocess.Popen[bytes]:
        """Start a worker on the queue `tasks`, without the command line, which starts slowly.

        `settings` are those of `shell_worker.work`; the constants of that module, in capitals;
        and options of Popen under `popen`.
        """
        popen = settings.pop("popen", {})
        constants = {name: settings.pop(name) for name in list(settings) if name.isupper()}
        return self.start([sys.executable, "-c", _WORKER, repr(constants), repr(settings)], **popen)

    def python(self, code: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a Python process that runs `code`."""
        return self.start([sys.executable, "-c", code, *arguments])

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def wait_for(self, name: str) -> None:
        """Wait until the file `name` is there."""
        eventually((self.folder / name).exists, f"file {name}")

    def pid_in(self, name: str) -> int:
        """The process number that a task wrote into the file `name`, once it has."""
        path = self.folder / name
        eventually(lambda: path.exists() and path.read_text().strip(), f"a pid in {name}")
        return int(path.read_text())

    def touch(self, name: str) -> None:
        (self.folder / name).touch()

    def has(self, name: str) -> bool:
        return (self.folder / name).exists()

    def close(self) -> None:
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE_SECONDS)
