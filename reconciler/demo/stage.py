"""Where the demo plays: a temporary folder with a state directory of its own, and a narrator."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Say = Callable[[str, str | None], None]
"""Shows one line, in a style."""


class DemoError(Exception):
    """A step of the demo went otherwise than told."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A project folder in which real commands run, and their output is shown as it comes."""

    folder: Path
    say: Say

    def narrate(self, text: str) -> None:
        self.say("", None)
        self.say(f"# {text}", "heading")

    def write_spec(self, text: str, *, show: bool = False) -> None:
        """Write the one spec file; `show` prints it too."""
        path = self.folder / "specs" / "demo.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if show:
            self.say("$ cat specs/demo.yaml", "heading")
            for line in text.splitlines():
                self.say(line, None)

    def run(self, *arguments: str) -> None:
        """Run `reconciler ARGUMENTS`, output and all. Raises DemoError where it fails."""
        shown = f"reconciler {shlex.join(arguments)}"
        self.say(f"$ {shown}", "heading")
        code = subprocess.run(_command(arguments), cwd=self.folder, env=self._env()).returncode
        if code != 0:
            raise DemoError(f"`{shown}` ended with exit code {code}")

    def ask(self, *arguments: str) -> Any:
        """Run `reconciler ARGUMENTS -o json` quietly; what it printed, as plain values."""
        result = subprocess.run(
            _command((*arguments, "-o", "json")),
            cwd=self.folder,
            env=self._env(),
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(result.stdout)

    def quietly(self, *arguments: str) -> None:
        """Run `reconciler ARGUMENTS` without output, whatever comes of it: for cleaning up."""
        subprocess.run(
            _command(arguments),
            cwd=self.folder,
            env=self._env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
        """Look again and again until `holds`. Raises DemoError where that takes too long."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise DemoError(f"waited {seconds:.0f} s for {what}")
            time.sleep(0.2)

    def _env(self) -> dict[str, str]:
        return {**os.environ, "RECONCILER_STATE_DIR": str(self.folder / "state")}


@contextmanager
def stage(say: Say) -> Iterator[Stage]:
    """A fresh stage; at the end, however it comes, the folder goes."""
    with tempfile.TemporaryDirectory(prefix="reconciler-demo-") as folder:
        yield Stage(Path(folder), say)


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "reconciler", *arguments]
