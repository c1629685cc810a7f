"""Workforce documents that claim live workers, so that a plan of them changes nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from reconciler.model.observation import NO_DIGEST, Experiment, Worker
from reconciler.model.workforce import Task
from reconciler.task.declared import declared
from reconciler.values.names import is_name

Document = dict[str, object]

_MERGED = ("environment_variables", "tags")
"""Keys of a task that a region's are merged with entry by entry."""


def workforce_documents(experiments: Iterable[Experiment]) -> list[Document]:
    """One Workforce document for each workforce that the workers' tags name, by name.

    Desired is the number of live workers, the task the one that most of them run. Workers without
    tags are taken for a workforce of their experiment's name, which then adopts them.
    """
    by_workforce: dict[str, list[Experiment]] = defaultdict(list)
    for experiment in experiments:
        by_workforce[_workforce_of(experiment)].append(experiment)
    return [_document(name, found) for name, found in sorted(by_workforce.items())]


def _workforce_of(experiment: Experiment) -> str:
    tagged = _commonest(worker.workforce for worker in experiment.workers)
    return tagged or _as_name(experiment.name)


def _document(name: str, experiments: Sequence[Experiment]) -> Document:
    workers = [worker for experiment in experiments for worker in experiment.workers]
    tasks = {digest: task for one in experiments for digest, task in one.tasks.items()}
    usual = _commonest(_digest(worker) for worker in workers if _digest(worker) in tasks)
    if usual is None:
        # The task was asked for by the name of a job that has ended.
        usual = min(tasks, default=None)
    document: Document = {"kind": "Workforce", "name": name}
    shared = _shared(tasks, usual, experiments)
    if shared is not None:
        document["task"] = shared
    document["scale"] = {"desired": len(workers)}
    document["regions"] = _regions(name, experiments, shared)
    layoffs = _commonest(worker.layoffs for worker in workers)
    if layoffs is not None:
        document["layoffs"] = layoffs
    if any(worker.workforce is None for worker in workers):
        document["adopt"] = True
    return document


def _regions(
    workforce: str, experiments: Sequence[Experiment], shared: Document | None
) -> dict[str, Document]:
    regions: dict[str, Document] = {}
    for experiment in sorted(experiments, key=lambda one: (one.target.name, one.name)):
        tagged = _commonest(worker.region for worker in experiment.workers)
        name = _unused(tagged or experiment.target.name, regions)
        region: Document = {}
        if name != experiment.target.name:
            region["target"] = experiment.target.name
        if experiment.name != f"{workforce}-{name}":
            region["experiment"] = experiment.name
        own = _task_of(experiment)
        if own is not None and shared is not None and (more := _laid_over(shared, own)):
            region["task"] = more
        regions[name] = region
    return regions


def _task_of(experiment: Experiment) -> Document | None:
    """The task that most workers of the experiment run, as a document."""
    digest = _commonest(_digest(w) for w in experiment.workers if _digest(w) in experiment.tasks)
    return None if digest is None else declared(experiment.tasks[digest])


def _shared(
    tasks: Mapping[str, Task], usual: str | None, experiments: Sequence[Experiment]
) -> Document | None:
    """What the tasks of all experiments have in common, with the command of the usual one.

    A region can add to the workforce's task and change it, but take nothing away.
    """
    if usual is None:
        return None
    shared = declared(tasks[usual])
    command = shared["command"]
    for experiment in experiments:
        own = _task_of(experiment)
        if own is not None:
            shared = _in_both(shared, own)
    return {"command": command, **shared}


def _in_both(one: Mapping[str, object], other: Mapping[str, object]) -> Document:
    found: Document = {}
    for key, value in one.items():
        beside = other.get(key)
        if value == beside:
            found[key] = value
        elif key in _MERGED and isinstance(value, Mapping) and isinstance(beside, Mapping):
            found[key] = _in_both(value, beside)
    return found


def _laid_over(below: Mapping[str, object], above: Mapping[str, object]) -> Document:
    found: Document = {}
    for key, value in above.items():
        under = below.get(key)
        if value == under:
            continue
        if isinstance(value, Mapping) and isinstance(under, Mapping):
            found[key] = _laid_over(under, value)
        else:
            found[key] = value
    return found


def _digest(worker: Worker) -> str:
    return NO_DIGEST if worker.digest is None else worker.digest


def _commonest(values: Iterable[str | None]) -> str | None:
    """The value that occurs most; of several the first in the alphabet. None of nothing."""
    counts = Counter(value for value in values if value is not None)
    return min(counts, key=lambda value: (-counts[value], value), default=None)


def _as_name(text: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    return name if is_name(name) else "found"


def _unused(name: str, taken: Mapping[str, object]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}-{number}", number + 1
    return candidate
