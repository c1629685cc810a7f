"""Loading large spec folders, beside octoDNS loading a zone set of as many records.

    python tests/bench/bench_validate.py

Prints seconds and memory of `validate` over 1,000 workforces × 20 regions written out in full (and
a tenth of that), and what octoDNS takes to load 1,000 zones × 20 records from YAML.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

if __package__ is None or __package__ == "":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.peers import python_with

REGIONS = 20

_OCTODNS = """
import sys, resource, time
from octodns.provider.yaml import YamlProvider
from octodns.zone import Zone
folder, zones = sys.argv[1], int(sys.argv[2])
provider = YamlProvider("config", folder)
records = 0
for number in range(zones):
    zone = Zone(f"zone-{number:04d}.example.", [])
    provider.populate(zone)
    records += len(zone.records)
print(records)
"""


def write_specs(folder: Path, workforces: int) -> None:
    """A project of workforces whose regions are written out in full, a file for each."""
    targets = "".join(f"  target-{n:02d}: {{local: {{slots: 8}}}}\n" for n in range(REGIONS))
    (folder / "project.yaml").write_text(
        f"kind: Project\nname: large\n---\nkind: Targets\ntargets:\n{targets}"
    )
    for number in range(workforces):
        regions = "".join(
            f"  target-{n:02d}:\n"
            f"    experiment: relax-{number:04d}-target-{n:02d}\n"
            f"    min: 0\n"
            f"    max: {n + 1}\n"
            f"    weight: {n % 3 + 1}\n"
            f"    task:\n"
            f"      environment_variables:\n"
            f'        OMP_NUM_THREADS: "{n + 1}"\n'
            for n in range(REGIONS)
        )
        (folder / f"relax-{number:04d}.yaml").write_text(
            f"kind: Workforce\nname: relax-{number:04d}\ntask:\n  command: work --all\n"
            f"  environment_variables:\n    MODEL: m-{number}\nscale:\n  desired: 20\n"
            f"placement: weighted\nregions:\n{regions}layoffs: graceful\n"
        )


def write_zones(folder: Path, zones: int) -> None:
    """As many records as the specs have regions."""
    for number in range(zones):
        records = "".join(
            f"record-{n:02d}:\n  ttl: 300\n  type: A\n  values:\n  - 10.0.{n}.1\n  - 10.0.{n}.2\n"
            for n in range(REGIONS)
        )
        (folder / f"zone-{number:04d}.example.yaml").write_text(f"---\n{records}")


def measured(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak memory in MB of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(["/usr/bin/env", *command], check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, after.ru_maxrss / 1024


def main() -> None:
    octodns = python_with("octodns")
    for workforces in (100, 1_000):
        with tempfile.TemporaryDirectory() as name:
            specs, zones = Path(name, "specs"), Path(name, "zones")
            specs.mkdir()
            zones.mkdir()
            write_specs(specs, workforces)
            write_zones(zones, workforces)
            ours = measured([sys.executable, "-m", "reconciler", "validate", str(specs)])
            theirs = measured([octodns, "-c", _OCTODNS, str(zones), str(workforces)])
        print(
            f"{workforces:5} × {REGIONS}: validate {ours[0]:6.2f} s wall, {ours[1]:6.2f} s CPU, "
            f"{ours[2]:4.0f} MB; octoDNS {theirs[0]:6.2f} s wall, {theirs[1]:6.2f} s CPU; "
            f"{theirs[1] / ours[1]:.1f} times less CPU than octoDNS"
        )


if __name__ == "__main__":
    main()
