"""The jobs of a region that are on record, ended ones too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from reconciler.model.observation import Worker
from reconciler.targets.azureml.index import EXPERIMENT, one_of
from reconciler.targets.azureml.index_reading import read_recent
from reconciler.targets.azureml.places import Place
from reconciler.targets.azureml.workspace import WorkspaceReader, spellings

NEWEST = 1_000
"""How many jobs are looked back on: ten pages of the index."""


async def read_history(reader: WorkspaceReader, place: Place, experiment: str) -> Sequence[Worker]:
    """The newest jobs of an experiment in any status, oldest first. Raises ServiceFailure."""
    index = await reader.index(place)
    conditions = [one_of(EXPERIMENT, spellings([experiment]))]
    read = await read_recent(index, conditions, timedelta(0), older=NEWEST)
    workers = [seen.worker for seen in read.found.values() if seen.counts]
    return sorted(workers, key=lambda worker: (worker.created, worker.id))[-NEWEST:]
