"""How long the command takes to start, as a multiple of importing typer.

python tests/bench/bench_start_up.py
"""

from __future__ import annotations

import subprocess
import sys
import time

ROUNDS = 15


def best(command: list[str]) -> float:
    """The shortest of several runs: what the machine's other work doesn't add to."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    typer = best([sys.executable, "-c", "import typer"])
    print(f"python -c 'import typer': {typer * 1000:.0f} ms")
    for arguments in (["--version"], ["--help"], ["plan", "--help"]):
        seconds = best([sys.executable, "-m", "reconciler", *arguments])
        shown = " ".join(arguments)
        print(f"reconciler {shown}: {seconds * 1000:.0f} ms, {seconds / typer:.2f} × import typer")


if __name__ == "__main__":
    main()
