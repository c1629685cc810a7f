"""The truth about a stand-in's world, to compare a client's report with."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .cloud import Cloud
from .records import as_json
from .world import ENDED


class TruthAdmin:
    """The part of `Admin` that only looks."""

    cloud: Cloud

    def truth(self, workspace: str | None = None) -> dict[str, dict[str, dict[str, int]]]:
        """Jobs by workspace, experiment and status, as they are now."""
        with self.cloud.lock:
            self.cloud.lifecycle.settle()
            counted: dict[str, dict[str, dict[str, int]]] = {}
            for found in self.cloud.world.matching(workspace):
                counts: dict[str, Counter[str]] = {}
                for job in found.by_age:
                    counts.setdefault(job.experiment, Counter())[job.state.status] += 1
                counted[found.name] = {name: dict(each) for name, each in counts.items()}
            return counted

    def jobs(
        self, workspace: str, experiment: str | None = None, live: bool = False
    ) -> list[dict[str, Any]]:
        """Each job's name, experiment, status, tags, times, marks and body, oldest first."""
        with self.cloud.lock:
            self.cloud.lifecycle.settle()
            return [
                {
                    "name": job.name,
                    "experiment": job.experiment,
                    "kind": job.kind,
                    "compute": job.compute,
                    "parent": job.parent,
                    "created": job.created,
                    "body": dict(job.body),
                    **job.state._asdict(),
                }
                for job in self.cloud.world.named(workspace).by_age
                if experiment in (None, job.experiment)
                and not (live and job.state.status in (*ENDED, "CancelRequested"))
            ]

    def live(self, workspace: str | None = None, experiment: str | None = None) -> int:
        """Number of jobs that have neither ended nor been asked to."""
        with self.cloud.lock:
            self.cloud.lifecycle.settle()
            return sum(
                job.state.status not in ENDED and job.state.status != "CancelRequested"
                for found in self.cloud.world.matching(workspace)
                for job in found.by_age
                if experiment in (None, job.experiment)
            )

    def requests(
        self, kind: str = "*", since: int = 0, workspace: str = "*"
    ) -> list[dict[str, Any]]:
        """The record of requests; `kind` and `workspace` are patterns."""
        return [as_json(each) for each in self.cloud.records.select(kind, since, workspace)]

    def counts(self, since: int = 0) -> dict[str, int]:
        """Number of requests by kind, from request number `since` on (see `position`)."""
        return self.cloud.records.counts(since)

    def position(self) -> int:
        """The number that the next request will get."""
        return len(self.cloud.records.all)

    def peak(self) -> dict[str, int]:
        """The most requests in flight at once, by kind."""
        return dict(self.cloud.records.peak)
