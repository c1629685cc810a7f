"""Golden cases as data: reads a case file into the planner's inputs and its expected plan.

The format is told in `cases/README.md`. Reading is strict: a key that means nothing is an error,
so that no case can expect something that is never compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reconciler.model.observation import (
    Capacity,
    Observation,
    Readable,
    Stray,
    Unreadable,
    Worker,
)
from reconciler.model.phases import canonical_status, phase_of
from reconciler.model.plan import Plan
from reconciler.model.workforce import (
    DrainDelivery,
    Layoffs,
    Placement,
    Region,
    RegionKey,
    Safety,
    Specs,
    Target,
    Task,
    Workforce,
)
from reconciler.planning.plan import Options, plan
from reconciler.planning.requests import destroy_plan, drain_plan
from reconciler.task.digest import task_digest
from reconciler.values.count import Count
from reconciler.values.duration import Duration
from reconciler.values.immutable import FrozenMap

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
PROJECT = "science"

_TASK = Task("work")
_STATUSES = {"ending": "CancelRequested", "unknown": "NotResponding", "draining": "Running"}
_Map = Mapping[str, Any]


class CaseError(ValueError):
    """A case file that doesn't say what it means."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a case file says: the planner's inputs, and `expected` as it was written."""

    story: str
    specs: Specs
    seen: Observation
    options: Options
    request: _Map
    expected: _Map

    def plan(self) -> Plan:
        if "destroy" in self.request:
            cancel = self.request["destroy"] == "cancel-running"
            return destroy_plan(self.specs, self.seen, NOW, cancel_running=cancel)
        if "drain" in self.request:
            name, _, region = str(self.request["drain"]).partition("/")
            (workforce,) = (one for one in self.specs.workforces if one.name == name)
            count = self.request["count"]
            return drain_plan(self.specs, self.seen, NOW, workforce, region or None, count)
        return plan(self.specs, self.seen, NOW, self.options)


def read_case(path: Path) -> Case:
    """The case in a file. Raises CaseError, with the place, for a key that means nothing."""
    return case_of(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


def case_of(document: object) -> Case:
    """The case that a document describes."""
    top = _map(
        document,
        "the case",
        ["story", "workforces", "live", "orphans", "capacity", "project", "options", "plan"],
    )
    for key in ("story", "workforces", "plan"):
        if key not in top:
            raise CaseError(f"the case has no {key}")
    workforces = tuple(
        _workforce(name, one) for name, one in _named(top["workforces"], "workforces")
    )
    options = _map(
        top.get("options"), "options", ["prune", "force", "only", "target", "destroy", "drain",
                                        "count"]
    )  # fmt: skip
    wanted = options.get("target")
    return Case(
        story=top["story"],
        specs=Specs(
            project=PROJECT,
            workforces=workforces,
            safety=_safety(top.get("project"), "project"),
            is_partial=bool(options.get("only", False)),
        ),
        seen=_observation(top, workforces),
        options=Options(
            prune=options.get("prune", False),
            force=options.get("force", False),
            acts_on=None if wanted is None else (lambda name: name == wanted),
        ),
        request=options,
        expected=_map(top["plan"], "plan", None),
    )


def _map(value: object, place: str, keys: list[str] | None) -> _Map:
    """`value` as a map of these keys alone; nothing at all is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise CaseError(f"{place} is not a map: {value!r}")
    unknown = [] if keys is None else sorted(set(value) - set(keys))
    if unknown:
        raise CaseError(f"{place} has keys that mean nothing: {', '.join(map(str, unknown))}")
    return value


def _named(value: object, place: str) -> list[tuple[str, object]]:
    return list(_map(value, place, None).items())


def _workforce(name: str, value: object) -> Workforce:
    keys = ["desired", "placement", "layoffs", "priority", "adopt", "max_hires",
            "max_running_cancels", "task", "regions"]  # fmt: skip
    given = _map(value, name, keys)
    task = _task(given.get("task"), f"{name}: task")
    limits = {key: given[key] for key in ("max_hires", "max_running_cancels") if key in given}
    return Workforce(
        name=name,
        desired=given["desired"],
        regions=tuple(
            _region(name, region, one, task)
            for region, one in _named(given["regions"], f"{name}: regions")
        ),
        placement=Placement(given.get("placement", "balanced")),
        layoffs=Layoffs(given.get("layoffs", "graceful")),
        priority=given.get("priority", 0),
        adopt=given.get("adopt", False),
        safety=_safety(limits, name),
    )


def _region(workforce: str, name: str, value: object, task: Task) -> Region:
    keys = ["target", "compute", "min", "max", "weight", "priority", "drains"]
    given = _map(value, f"{workforce}/{name}", keys)
    target = _target(given.get("target", name), given.get("compute"), given.get("drains", True))
    return Region(
        name=name,
        target=target,
        experiment=f"{workforce}-{name}",
        task=task,
        digest=task_digest(task),
        min=given.get("min", 0),
        max=given.get("max"),
        weight=given.get("weight", 1),
        priority=given.get("priority", 0),
    )


def _target(name: str, compute: str | None = None, drains: bool = True) -> Target:
    return Target(
        name=name,
        kind="imagined",
        workspace=name,
        compute=compute or name,
        drain_delivery=DrainDelivery.AIMED if drains else DrainDelivery.NONE,
    )


def _task(value: object, place: str) -> Task:
    given = _map(value, place, ["command", "environment_variables", "timeout", "tags"])
    return Task(
        command=given.get("command", _TASK.command),
        environment_variables=FrozenMap(given.get("environment_variables", {})),
        timeout=Duration.parse(given["timeout"]) if "timeout" in given else None,
        tags=FrozenMap(given.get("tags", {})),
    )


def _safety(value: object, place: str) -> Safety:
    given = _map(value, place, ["max_hires", "max_running_cancels"])
    cancels = given.get("max_running_cancels")
    return Safety(
        max_hires=given.get("max_hires"),
        max_running_cancels=None if cancels is None else Count.parse(str(cancels)),
    )


def _observation(top: _Map, workforces: tuple[Workforce, ...]) -> Observation:
    live = dict(_named(top.get("live"), "live"))
    regions: dict[RegionKey, Readable | Unreadable] = {}
    for workforce in workforces:
        for region in workforce.regions:
            place = f"{workforce.name}/{region.name}"
            regions[region.key] = _reading(live.pop(place, None), place, workforce, region)
    if live:
        raise CaseError(f"live names regions that aren't there: {', '.join(live)}")
    orphans, unsearched = [], {}
    for place, one in _named(top.get("orphans"), "orphans"):
        if isinstance(one, Mapping) and "unreadable" in one:
            unsearched[place] = Unreadable(one["unreadable"])
        else:
            orphans += _strays(place, one)
    return Observation(
        at=NOW,
        regions=regions,
        computes={
            compute: Unreadable(one["unreadable"])
            if isinstance(one, Mapping)
            else Capacity(None if one == "no figure" else one)
            for compute, one in _named(top.get("capacity"), "capacity")
        },
        strays=tuple(orphans),
        unreadable_targets=unsearched,
    )


def _reading(
    value: object, place: str, workforce: Workforce, region: Region
) -> Readable | Unreadable:
    if isinstance(value, Mapping) and "unreadable" in value:
        return Unreadable(_map(value, place, ["unreadable"])["unreadable"])
    tagged = Worker(
        id=place,
        phase=phase_of("Running"),
        status="Running",
        created=NOW,
        project=PROJECT,
        workforce=workforce.name,
        region=region.name,
        digest=region.digest,
        layoffs=workforce.layoffs.value,
    )
    workers, tasks = [], {region.digest: region.task}
    for number, (identity, one) in enumerate(_each_worker(value, place), start=1):
        workers.append(_worker(tagged, f"{place}/{identity}", number, one))
        if "task" in one:
            task = _task(one["task"], f"{place}/{identity}: task")
            workers[-1] = replace(workers[-1], digest=task_digest(task))
            tasks[task_digest(task)] = task
    return Readable(tuple(workers), next_number=len(workers) + 1, tasks=tasks)


def _each_worker(value: object, place: str) -> list[tuple[str, _Map]]:
    """Each worker's name and description: from counts by status, or from the workers by name."""
    found: list[tuple[str, _Map]] = []
    for name, one in _named(value, place):
        if isinstance(one, int):
            found += [(f"{name}-{index}", {"status": name}) for index in range(1, one + 1)]
        else:
            found.append((name, _map(one, f"{place}/{name}", None)))
    return found


def _worker(tagged: Worker, identity: str, number: int, given: _Map) -> Worker:
    keys = ["status", "age", "digest", "draining", "workforce", "project", "tagged", "task",
            "compute", "layoffs"]  # fmt: skip
    _map(given, identity, keys)
    word = given["status"]
    status = _STATUSES.get(word, canonical_status(word))
    draining = given.get("draining", "10m" if word == "draining" else None)
    worker = replace(
        tagged,
        id=identity,
        phase=phase_of(status),
        status=status,
        # The first written is the oldest, unless an age is given.
        created=_ago(given["age"]) if "age" in given else NOW - timedelta(minutes=1000 - number),
        number=number,
        draining_since=None if draining is None else _ago(draining),
        compute=given.get("compute"),
    )
    if not given.get("tagged", True):
        worker = replace(
            worker, project=None, workforce=None, region=None, digest=None, layoffs=None
        )
    digest = {"current": worker.digest, "old": "1:0123456789abcdef", "missing": None}
    if "digest" in given:
        worker = replace(worker, digest=digest[given["digest"]])
    changed = {key: given[key] for key in ("workforce", "project", "layoffs") if key in given}
    return replace(worker, **changed)


def _ago(age: str) -> datetime:
    return NOW - timedelta(seconds=Duration.parse(age).seconds)


def _strays(place: str, value: object) -> list[Stray]:
    given = _map(value, place, ["layoffs", "workers", "drains", "target"])
    workforce, _, region = place.partition("/")
    tagged = Worker(
        id=place,
        phase=phase_of("Running"),
        status="Running",
        created=NOW,
        project=PROJECT,
        workforce=workforce,
        region=region,
        digest="1:fedcba9876543210",
        layoffs=given.get("layoffs"),
    )
    target = _target(given.get("target", region), drains=given.get("drains", True))
    key = RegionKey(target.workspace, f"{workforce}-{region}")
    return [
        Stray(_worker(tagged, f"{place}/{identity}", number, one), key, target)
        for number, (identity, one) in enumerate(_each_worker(given["workers"], place), start=1)
    ]
