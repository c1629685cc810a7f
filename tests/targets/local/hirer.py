"""One plan and apply in a process of its own: `python -m … ROOT WORK DESIRED COMMAND`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.targets.local.world import World

if __name__ == "__main__":
    root, work, desired, command = sys.argv[1:]
    for outcome in World(Path(root), Path(work)).bring_to(int(desired), command):
        sys.stdout.write(f"{outcome.outcome.value} {outcome.worker} {outcome.detail}\n")
