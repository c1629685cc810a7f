"""Live workers on another task than the declared one, in terms of the spec's own fields."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from reconciler.model.plan import FieldChange, TaskChange
from reconciler.model.workforce import Task
from reconciler.planning.census import Census
from reconciler.task.differences import differences


def task_changes(census: Census) -> tuple[TaskChange, ...]:
    """One entry for each other task that live workers of the region run, the commonest first.

    New hires run the declared task and running workers are left alone, so that these are for
    the reader. Workers without a digest are listed last, their task unknown.
    """
    declared = census.region.digest
    others = Counter(
        worker.digest
        for worker in census.reading.workers
        if worker.phase.is_live and worker.digest != declared
    )
    ordered = sorted(others.items(), key=lambda item: (item[0] is None, -item[1], item[0] or ""))
    changes = []
    for digest, workers in ordered:
        before = census.reading.tasks.get(digest) if digest is not None else None
        fields = _differences(before, census.region.task) if before is not None else ()
        changes.append(TaskChange(digest, workers, fields))
    return tuple(changes)


@lru_cache(maxsize=1024)
def _differences(before: Task, after: Task) -> tuple[FieldChange, ...]:
    """Remembered: the regions of a workforce mostly changed in the same way, and comparing takes
    longer than all the rest of their planning."""
    return differences(before, after)
