"""A local target in a folder of its own, and the few words that the tests need to play with it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.model.observation import Readable, Worker
from reconciler.model.phases import Phase
from reconciler.model.plan import Action, ActionKind
from reconciler.model.report import Outcome, WorkerOutcome
from reconciler.model.workforce import Region, Target, Task
from reconciler.processes import signals, table
from reconciler.processes.identity import ProcessIdentity
from reconciler.targets.local import records, state
from reconciler.targets.local.engine import LocalEngine
from reconciler.targets.local.folder import TargetFolder
from reconciler.targets.protocol import Order, Seen
from reconciler.values.duration import Duration

REPOSITORY = Path(__file__).parents[3]
PROJECT = "tests"
DEADLINE_SECONDS = 20.0
SLEEP = "exec sleep 1000"


def eventually(
    true: Callable[[], bool], what: str | Callable[[], str], within: float = DEADLINE_SECONDS
) -> None:
    """Wait until something is so; fail where it never is."""
    give_up_at = time.monotonic() + within
    while not true():
        if time.monotonic() > give_up_at:
            raise AssertionError(
                f"not within {within} s: {what if isinstance(what, str) else what()}"
            )
        time.sleep(0.01)


@dataclass
class World:
    """One region of one local target, and its engine. State lies in `root`."""

    root: Path
    work: Path
    slots: int = 1000
    name: str = "laptop"
    experiment: str = "relax-laptop"
    engine: LocalEngine = field(default_factory=LocalEngine)

    @property
    def target(self) -> Target:
        return state.target_of(PROJECT, self.name, {"slots": self.slots})

    @property
    def folder(self) -> TargetFolder:
        return state.folder_of(self.target.workspace)

    def region(self, command: str = SLEEP, timeout: int | None = None) -> Region:
        task = Task(
            command=command,
            timeout=None if timeout is None else Duration(timeout),
            working_directory=str(self.work),
        )
        return Region(
            name=self.name,
            target=self.target,
            experiment=self.experiment,
            task=task,
            digest="1:abc",
        )

    # What an apply does

    def see(self, regions: Sequence[Region] | None = None) -> Seen:
        asked = [self.region()] if regions is None else regions
        return asyncio.run(self.engine.observe(PROJECT, asked, [self.target]))

    def readable(self) -> Readable:
        seen = self.see().regions[self.region().key]
        assert isinstance(seen, Readable), seen
        return seen

    def workers(self) -> list[Worker]:
        """The live and the ending workers."""
        return list(self.readable().workers)

    def live(self) -> list[Worker]:
        return [worker for worker in self.workers() if worker.phase.is_live]

    def hire(
        self,
        count: int = 1,
        command: str = SLEEP,
        *,
        first: int | None = None,
        timeout: int | None = None,
        environment: Mapping[str, str] | None = None,
        stopping: Callable[[], bool] = lambda: False,
        region: Region | None = None,
    ) -> list[WorkerOutcome]:
        first_number = self.readable().next_number if first is None else first
        action = Action(ActionKind.HIRE, count, "a test wants it", first_number=first_number)
        return self.carry_out(
            action,
            region=region or self.region(command, timeout),
            environment=environment or {},
            stopping=stopping,
        )

    def bring_to(self, desired: int, command: str = SLEEP) -> list[WorkerOutcome]:
        """A plan and an apply that only hires."""
        seen = self.readable()
        live = sum(worker.phase.is_live for worker in seen.workers)
        return self.hire(desired - live, command, first=seen.next_number) if live < desired else []

    def cancel(self, workers: Iterable[Worker], **more: object) -> list[WorkerOutcome]:
        return self._name(ActionKind.CANCEL, workers, **more)

    def drain(self, workers: Iterable[Worker], **more: object) -> list[WorkerOutcome]:
        return self._name(ActionKind.DRAIN, workers, **more)

    def carry_out(self, action: Action, **more: object) -> list[WorkerOutcome]:
        told: list[WorkerOutcome] = []
        region = more.pop("region", None) or self.region()
        assert isinstance(region, Region)
        order = Order(
            target=self.target,
            key=region.key,
            workforce="relax",
            region_name=self.name,
            action=action,
            region=region,
            tags={
                "reconciler.project": PROJECT,
                "reconciler.workforce": "relax",
                "reconciler.digest": region.digest,
            },
            **more,  # type: ignore[arg-type]  # the tests' own keywords
        )
        asyncio.run(self.engine.carry_out(order, told.append))
        return told

    def _name(
        self, kind: ActionKind, workers: Iterable[Worker], **more: object
    ) -> list[WorkerOutcome]:
        named = tuple(workers)
        return self.carry_out(Action(kind, len(named), "a test wants it", workers=named), **more)

    # What can be seen of it

    def history(self) -> list[Worker]:
        return list(asyncio.run(self.engine.history(self.region())))

    def worker(self, number: int = 1) -> Worker:
        return next(worker for worker in self.history() if worker.number == number)

    def record(self, number: int = 1) -> dict[str, object]:
        content = self.folder.record(self.worker_name(number)).read_text()
        loaded = json.loads(content)
        assert isinstance(loaded, dict)
        return loaded

    def worker_name(self, number: int = 1) -> str:
        return self.folder.record(
            next(
                path.stem
                for path in self.folder.workers.iterdir()
                if path.name.endswith(f"-{number:06d}.json")
            )
        ).stem

    def log(self, number: int = 1) -> str:
        found = asyncio.run(self.engine.log(self.region(), self.worker(number)))
        assert found.path is not None
        return Path(found.path).read_text()

    def signal(self, who: str, signal_number: int = signal.SIGKILL, number: int = 1) -> bool:
        """Signal a worker's supervisor or keeper; False where it has ended."""
        identity = self.identity(who, number)
        return identity is not None and signals.send(identity, signal_number)

    def identity(self, who: str, number: int = 1) -> ProcessIdentity | None:
        record = records.read(self.folder.record(self.worker_name(number)))
        return record.supervisor if who == "supervisor" else record.keeper

    def processes(self, number: int | None = None) -> list[table.Process]:
        """Living processes that commands of workers have started."""
        by_hire = table.with_environment("RECONCILER_HIRE")
        hires = {
            str(json.loads(path.read_text())["hire"]): path.stem
            for path in self.folder.workers.glob("*.json")
        }
        return [
            process
            for hire, name in hires.items()
            if number is None or name.endswith(f"-{number:06d}")
            for process in by_hire.get(hire, [])
        ]

    def wait_for(self, status: str, number: int = 1) -> Worker:
        def so() -> bool:
            return any(w.number == number and w.status == status for w in self.history())

        eventually(so, lambda: f"worker {number} is {status}\n{self.story()}")
        return self.worker(number)

    def story(self) -> str:
        """All that there is to know, for the message of a test that waits in vain."""
        workers = [(worker.number, worker.status, worker.note) for worker in self.history()]
        log = self.folder.supervisors_log
        said = log.read_text() if log.exists() else ""
        return f"{workers}\n{doing(self.root)}\n{said}"

    def wait_for_one_running(self) -> int:
        """The number of the worker that got the only slot."""
        eventually(lambda: any(w.status == "Running" for w in self.history()), "one runs")
        return next(w.number or 0 for w in self.history() if w.status == "Running")

    def wait_for_file(self, name: str) -> Path:
        path = self.work / name
        eventually(path.exists, f"{name} is there")
        return path


def outcomes(told: Iterable[WorkerOutcome]) -> list[Outcome]:
    return [one.outcome for one in told]


def phases(workers: Iterable[Worker]) -> list[Phase]:
    return [worker.phase for worker in workers]


def processes_of(root: Path) -> list[table.Process]:
    """Everything that runs for workers whose state lies under `root`, supervisors too."""
    return [
        process
        for process in table.with_environment("RECONCILER_STATE_DIR").get(str(root), [])
        if process.pid != os.getpid()
    ]


def doing(root: Path) -> str:
    """What the processes of workers are about, for the message of a test that waits in vain."""
    lines = []
    for process in processes_of(root):
        about = Path("/proc") / str(process.pid)
        with suppress(OSError):
            name, waits = ((about / part).read_text().strip() for part in ("comm", "wchan"))
            lines.append(f"{name} {process} in {waits}")
    return "\n".join(lines)


def kill_all(root: Path) -> None:
    """End what a test has left."""
    give_up_at = time.monotonic() + DEADLINE_SECONDS
    while left := processes_of(root):
        for process in left:
            signals.send_to(process, signal.SIGKILL)
        assert time.monotonic() < give_up_at, f"these can't be killed: {left}"
        time.sleep(0.01)


def start_hirer(world: World, desired: int, command: str) -> subprocess.Popen[str]:
    """Begin a plan and an apply in a process of its own; its outcomes come on stdout."""
    arguments = (str(world.root), str(world.work), str(desired), command)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.targets.local.hirer", *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
