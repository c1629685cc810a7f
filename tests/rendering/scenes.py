"""Plans, reports and looks at the live world that the golden outputs show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.model.observation import (
    Capacity,
    Observation,
    Readable,
    Stray,
    Unreadable,
    Worker,
)
from reconciler.model.phases import phase_of
from reconciler.model.plan import ActionKind, Plan
from reconciler.model.positions import Position
from reconciler.model.report import Outcome, RegionReport, Report, WorkerOutcome
from reconciler.model.workforce import (
    DrainDelivery,
    Layoffs,
    Region,
    RegionKey,
    Safety,
    Specs,
    Target,
    Task,
    Workforce,
)
from reconciler.planning.plan import Options, plan
from reconciler.task.digest import task_digest
from reconciler.values.immutable import FrozenMap

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG = "a-name-of-forty-characters-0123456789-ab"
OLD_TASK = Task("work", environment_variables=FrozenMap({"OMP_NUM_THREADS": "8", "A": "1"}))
TASK = Task("work", environment_variables=FrozenMap({"OMP_NUM_THREADS": "32", "B": "2"}))


def target(name: str) -> Target:
    return Target(
        name, "local", f"local/science/{name}", f"local/science/{name}", DrainDelivery.AIMED
    )


def region(name: str, maximum: int | None = None) -> Region:
    return Region(name, target(name), f"relax-{name}", TASK, task_digest(TASK), max=maximum)


def workers(statuses: str, task: Task = TASK, workforce: str = "relax") -> list[Worker]:
    """Workers with `statuses`, split at blanks, an hour old and each a minute younger."""
    return [
        Worker(
            id=f"{workforce}-0123456789-{number:06d}",
            phase=phase_of(status.removeprefix("Draining:")),
            status=status.removeprefix("Draining:"),
            created=NOW - timedelta(hours=1) + timedelta(minutes=number),
            number=number,
            project="science",
            workforce=workforce,
            region="eastus",
            digest=task_digest(task),
            layoffs="graceful",
            draining_since=NOW - timedelta(minutes=14) if "Draining:" in status else None,
        )
        for number, status in enumerate(statuses.split(), start=1)
    ]


def seen(
    live: dict[Region, list[Worker] | Unreadable],
    capacity: dict[str, int] | None = None,
    strays: tuple[Stray, ...] = (),
) -> Observation:
    return Observation(
        at=NOW,
        regions={
            one.key: found
            if isinstance(found, Unreadable)
            else Readable(tuple(found), len(found) + 1, {task_digest(OLD_TASK): OLD_TASK})
            for one, found in live.items()
        },
        computes={
            f"local/science/{name}": Capacity(total) for name, total in (capacity or {}).items()
        },
        strays=strays,
    )


def specs(*workforces: Workforce) -> Specs:
    return Specs("science", workforces)


def everything() -> tuple[Specs, Observation]:
    """One of each: hires, cancels, drains, holds, drift, what can't be read, orphans."""
    east, west, north = region("eastus", 5), region(LONG), region("northeurope", 3)
    growing = Workforce("relax", 12, (east, west, north))
    shrinking = Workforce(LONG, 2, (replace(region("uksouth"), experiment="shrink"),))
    stray = Stray(
        workers("Running", workforce="forgotten")[0],
        RegionKey("local/science/eastus", "forgotten-eastus"),
        target("eastus"),
    )
    look = seen(
        {
            east: workers("Running Running", OLD_TASK),
            west: workers("Running Draining:Running Queued NotResponding"),
            north: Unreadable("403 AuthorizationFailed: ask for Reader on the workspace"),
            shrinking.regions[0]: workers("Running Running Preparing Queued", workforce=LONG),
        },
        {"eastus": 8, LONG: 5},
        (stray,),
    )
    return specs(growing, shrinking), look


def everything_planned() -> Plan:
    return plan(*everything(), NOW)


def as_declared() -> Plan:
    east = region("eastus")
    return plan(
        specs(Workforce("relax", 2, (east,))), seen({east: workers("Running Running")}), NOW
    )


def many_regions() -> Plan:
    """84 regions of which two need anything."""
    regions = tuple(region(f"region-{number:02d}") for number in range(84))
    live: dict[Region, list[Worker] | Unreadable] = {one: workers("Running") for one in regions}
    live[regions[3]] = []
    live[regions[70]] = []
    return plan(specs(Workforce("relax", 84, regions)), seen(live), NOW)


def stopped() -> Plan:
    east = region("eastus")
    safety = Safety(max_hires=10, positions={"max_hires": Position("specs/relax.yaml", 31, 3)})
    return plan(specs(Workforce("relax", 40, (east,), safety=safety)), seen({east: []}), NOW)


def pruned() -> Plan:
    strays = tuple(
        Stray(
            replace(worker, layoffs=rule),
            RegionKey("local/science/eastus", f"gone-{rule}"),
            target("eastus"),
        )
        for rule in ("graceful", "cancel", "none", "of the future")
        for worker in workers("Running Queued", workforce="gone")
    )
    return plan(specs(), seen({}, strays=strays), NOW, Options(prune=True))


def short_of_room() -> Plan:
    east, west = region("eastus", 2), region("westus")
    workforce = Workforce("relax", 9, (east, west), layoffs=Layoffs.NONE)
    return plan(specs(workforce), seen({east: [], west: []}, {"eastus": 8, "westus": 3}), NOW)


def hostile() -> Plan:
    """Texts that would move a terminal's cursor, change its colour or turn the reading round."""
    east = region("eastus")
    because = "401 \x1b[31mred\x1b[0m \u202egnol\u202c \x07 line\nbreak\ttab"
    return plan(specs(Workforce("relax", 1, (east,))), seen({east: Unreadable(because)}), NOW)


def partial_report() -> Report:
    def outcomes(
        kind: ActionKind, outcome: Outcome, count: int, detail: str = ""
    ) -> list[WorkerOutcome]:
        return [WorkerOutcome(kind, outcome, f"relax-{n:06d}", detail) for n in range(count)]

    full = "429 TooManyRequests (request 5f2b): the service asks to wait 30 s"
    return Report(
        "0123456789ab",
        (
            RegionReport(
                "relax",
                "eastus",
                ActionKind.HIRE,
                10,
                tuple(
                    outcomes(ActionKind.HIRE, Outcome.DONE, 3)
                    + outcomes(ActionKind.HIRE, Outcome.FAILED, 7, full)
                ),
            ),
            RegionReport(
                "relax",
                LONG,
                ActionKind.CANCEL,
                2,
                (
                    *outcomes(ActionKind.CANCEL, Outcome.ALREADY, 1),
                    *outcomes(ActionKind.CANCEL, Outcome.SKIPPED, 1, "has started since the plan"),
                ),
            ),
        ),
    )
