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
    if usual is not None:
        document["task"] = declared(tasks[usual])
    document["scale"] = {"desired": len(workers)}
    document["regions"] = _regions(name, experiments, usual)
    layoffs = _commonest(worker.layoffs for worker in workers)
    if layoffs is not None:
        document["layoffs"] = layoffs
    if any(worker.workforce is None for worker in workers):
        document["adopt"] = True
    return document


def _regions(
    workforce: str, experiments: Sequence[Experiment], usual: str | None
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
        own = _commonest(_digest(w) for w in experiment.workers if _digest(w) in experiment.tasks)
        if own is not None and own != usual and usual is not None:
            region["task"] = _difference(experiment.tasks[own], usual, experiments)
        regions[name] = region
    return regions


def _difference(task: Task, usual: str, experiments: Sequence[Experiment]) -> Document:
    """The keys of `task` that differ from the usual one, as a region writes them."""
    below = next(declared(one.tasks[usual]) for one in experiments if usual in one.tasks)
    return _laid_over(below, declared(task))


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
