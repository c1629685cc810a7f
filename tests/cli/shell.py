"""The real console script in a folder of a user's own, with a state directory of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    """What a command left: its exit code and its two outputs."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Runs `reconciler` as a process, without a terminal, in `folder`."""

    folder: Path
    state: Path

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        return {
            **kept,
            "RECONCILER_STATE_DIR": str(self.state),
            "PYTHONPATH": str(REPOSITORY),
            "COLUMNS": "80",
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "reconciler", *arguments]

    def run(self, *arguments: str, folder: Path | None = None, stdin: str = "") -> Result:
        done = subprocess.run(
            self.command(*arguments),
            cwd=folder or self.folder,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def bash(self, line: str) -> Result:
        """Run a line as a user types it, with the console script on the path."""
        beside = str(Path(sys.executable).parent)
        environment = self.environment()
        environment["PATH"] = f"{beside}{os.pathsep}{environment['PATH']}"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def write(self, text: str, name: str = "specs/spec.yaml") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def end_everything(state: Path) -> None:
    """Kill every process that carries this state directory in its environment."""
    marker = f"RECONCILER_STATE_DIR={state}".encode()
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            if marker in (process / "environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), 9)
        except OSError:
            continue


def spec(desired: int = 2, command: str = "sleep 1000", extra: str = "", slots: int = 4) -> str:
    """A project with one workforce `work` on one local target `laptop`."""
    return f"""\
kind: Project
name: trial
---
kind: Targets
targets:
  laptop: {{local: {{slots: {slots}}}}}
---
kind: Workforce
name: work
task:
  command: {command!r}
scale: {{desired: {desired}}}
regions: {{laptop: {{}}}}
{extra}
"""
