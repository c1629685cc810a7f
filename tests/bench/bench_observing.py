"""How long it takes to see AzureML: regions with live workers and a long history, 50 ms away.

Run as a plain script; `--peer PYTHON` names a Python that has the peer already. Each table is from
one run on one stand-in in a process of its own. The peer is `ai4s-jobq[workforce]` from PyPI, used
as its documentation says; what is measured of it is a tick that changes nothing, warm in process,
as our own second look and plan are.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

say = functools.partial(print, flush=True)

SIZES = (10, 50, 100)
LIVE, ENDED, LARGE = 100, 2_000, 50_000
LATENCY = 0.05
PEER_SETTINGS: dict[str, dict[str, bool]] = {
    "default": {},
    "parallel": {"parallel_region_reads": True},
    "parallel and lazy": {"parallel_region_reads": True, "use_lazy_states": True},
}
PEER_PACKAGES = ("ai4s-jobq[workforce]", "aiohttp", "orjson", "cryptography")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="a Python that has the peer's packages")
    parser.add_argument("--as", dest="role", choices=["us", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--address", default="", help=argparse.SUPPRESS)
    parser.add_argument("--regions", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--live", type=int, default=LIVE, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role == "us":
        say(json.dumps(asyncio.run(measure_us(given.regions, given.live))))
    elif given.role == "peer":
        say(json.dumps(measure_peer(given.address, given.regions)))
    else:
        compare(given.peer)


def compare(peer: str | None) -> None:
    """Print the tables."""
    if peer is None:
        from tests.bench.peers import python_with

        peer = python_with(*PEER_PACKAGES)
    for regions in SIZES:
        say(f"\n{regions} regions, {LIVE} live and {ENDED} ended each, {LATENCY * 1000:.0f} ms")
        say(f"{'':34}{'seconds':>9}{'requests':>10}{'CPU s':>8}{'slower':>9}")
        with_workers(regions, LIVE, ENDED, functools.partial(one_size, peer, regions))
    say(f"\n{LARGE} live workers in one experiment")
    with_workers(1, LARGE, 0, large)


def one_size(peer: str, regions: int, environments: dict[str, dict[str, str]]) -> None:
    ours = run(sys.executable, "us", regions, environments["own"])
    theirs = run(peer, "peer", regions, environments["public"])
    base = ours["warm"]["seconds"]
    for name, figures in (
        ("first look, hosts unknown", ours["cold"]),
        ("first look, hosts kept", ours["kept"]),
        ("observe and plan, warm", ours["warm"]),
    ):
        line(name, figures, base)
    line("whole command, hosts kept", ours["command"], base)
    for name, figures in theirs.items():
        line(f"ai4s-jobq, {name}", figures, base)
    pages = 2 * regions * -(-LIVE // 100)
    assert ours["warm"]["requests"] <= pages, (ours["warm"], pages)


def large(environments: dict[str, dict[str, str]]) -> None:
    ours = run(sys.executable, "us", 1, environments["own"], LARGE)
    assert ours["live"] == LARGE
    for name in ("cold", "warm"):
        line(name, ours[name], ours["warm"]["seconds"])
    say(f"memory above the start at its peak: {ours['memory'] / 2**20:.0f} MB")


def line(name: str, figures: dict[str, float], base: float) -> None:
    requests = figures.get("requests")
    say(
        f"{name:34}{figures['seconds']:9.2f}{'' if requests is None else requests:>10}"
        f"{figures['cpu']:8.2f}{figures['seconds'] / base:8.1f}×"
    )


def run(
    python: str, role: str, regions: int, environment: dict[str, str], live: int = LIVE
) -> dict[str, Any]:
    command = [python, str(Path(__file__).resolve()), "--as", role, "--regions", str(regions)]
    command += ["--live", str(live), "--address", environment["ADDRESS"]]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def with_workers(regions: int, live: int, ended: int, work: Any) -> None:
    """Call `work` with environments that lead to a stand-in with so many workers."""
    from tests.azure.standin import StandInProcess

    with StandInProcess() as azure, tempfile.TemporaryDirectory() as cache:
        for number in range(regions):
            name = f"w{number}"
            azure.admin.add_workspace(name=name, location=name, computes={"cpu": live + 10})
            seed = functools.partial(azure.admin.seed, workspace=name, experiment="exp")
            if ended:
                seed(count=ended, status="Completed", prefix="ended", age=86_400.0)
            seed(count=live)
        azure.admin.set_latency(seconds=LATENCY)
        common = {"ADDRESS": azure.address, "XDG_CACHE_HOME": cache}
        work(
            {
                "own": {**azure.environment(), **common},
                "public": {**azure.environment(public_cloud=True), **common},
            }
        )


class Meter:
    """Wall time, CPU and requests between two points."""

    def __init__(self) -> None:
        import ssl

        from tests.azure.standin import RemoteAdmin

        context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        self._admin = RemoteAdmin(os.environ["ADDRESS"], context)
        self.start()

    def start(self) -> None:
        self._before = self._admin.position()
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> dict[str, float]:
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        requests = sum(self._admin.counts(since=self._before).values())
        return {"seconds": wall, "cpu": cpu, "requests": requests}


def resident() -> int:
    """Bytes of memory in use now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def measure_us(regions: int, live: int) -> dict[str, Any]:
    """Our looks: with nothing known, with hosts kept on disk, and again in the same process."""
    from datetime import UTC, datetime

    from reconciler.model.observation import Observation, Readable
    from reconciler.model.workforce import Specs, Workforce
    from reconciler.planning.plan import plan
    from reconciler.targets.azureml.engine import AzureMLEngine
    from tests.targets.azureml.looking import PROJECT, region

    asked = tuple(region(f"w{number}") for number in range(regions))
    targets = tuple(each.target for each in asked)
    workforce = Workforce(name="relax", desired=live * regions, regions=asked)
    specs = Specs(PROJECT, (workforce,), targets)

    async def tick(engine: AzureMLEngine) -> int:
        seen = await engine.observe(PROJECT, asked, targets)
        at = datetime.now(UTC)
        world = Observation(at, seen.regions, strays=seen.strays)
        assert not plan(specs, world, at).has_changes
        found = [each.workers for each in seen.regions.values() if isinstance(each, Readable)]
        return sum(len(workers) for workers in found)

    figures: dict[str, Any] = {}
    meter = Meter()
    before = resident()
    for name in ("cold", "kept"):
        engine = AzureMLEngine()
        meter.start()
        figures["live"] = await tick(engine)
        figures[name] = meter.stop()
        if name == "cold":
            await engine.close()
    ticks = []
    for _ in range(5 if live < LARGE else 2):
        meter.start()
        await tick(engine)
        ticks.append(meter.stop())
    await engine.close()
    figures["warm"] = min(ticks, key=lambda each: each["seconds"])
    figures["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    figures["command"] = whole_command(regions)
    return figures


def whole_command(regions: int) -> dict[str, float]:
    """A process of its own that looks once: interpreter, imports, token, TLS and all."""
    program = (
        "import asyncio, sys\n"
        "from reconciler.targets.azureml.engine import AzureMLEngine\n"
        "from tests.targets.azureml.looking import PROJECT, region\n"
        "async def main():\n"
        "    engine = AzureMLEngine()\n"
        "    asked = [region(f'w{number}') for number in range(int(sys.argv[1]))]\n"
        "    await engine.observe(PROJECT, asked, [each.target for each in asked])\n"
        "    await engine.close()\n"
        "asyncio.run(main())\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, str(regions)], cwd=ROOT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - began, "cpu": cpu}


def measure_peer(address: str, regions: int) -> dict[str, Any]:
    """The peer's tick that changes nothing, in each of its settings, the second of two."""
    from azure.identity import DefaultAzureCredential

    from tests.azure.peer import FixedDemand, workforce

    credential = DefaultAzureCredential()
    fleets = [
        workforce(address, credential, f"w{number}", "exp", environment="azureml:seeded:1")
        for number in range(regions)
    ]
    meter = Meter()
    figures = {}
    for name, settings in PEER_SETTINGS.items():
        fleet = FixedDemand(LIVE * regions, fleets, **settings)
        for _ in range(2):
            meter.start()
            asyncio.run(fleet.run())
            figures[name] = meter.stop()
    return figures


if __name__ == "__main__":
    main()
