"""Other tools to measure against, each in a virtual environment of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_HOME = Path(__file__).resolve().parents[2] / ".venv-bench"


def python_with(*packages: str) -> str:
    """A Python that has `packages` from PyPI installed; made when it is first asked for."""
    home = _HOME / "-".join(packages).replace("[", "-").replace("]", "")
    python = home / "bin" / "python"
    if not (home / ".ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *packages], check=True)
        (home / ".ready").touch()
    return str(python)
