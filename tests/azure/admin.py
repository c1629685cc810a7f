"""The control of a stand-in: building and changing the world, and the truth about it.

Every public method takes and gives plain JSON values (or `Fault`), so that the same calls work
in process and over `/admin/NAME`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .admin_faults import FaultAdmin
from .admin_truth import TruthAdmin
from .cloud import Cloud
from .faults import Fault
from .jobs import new_job
from .world import ENDED, RESOURCE_GROUP, SUBSCRIPTION, Compute, Job, JobState, Workspace


class Admin(FaultAdmin, TruthAdmin):
    """Everything a test may ask for. Workspaces are named by name or by full id."""

    def __init__(
        self,
        cloud: Cloud,
        open_location: Callable[[str], str],
        close_location: Callable[[str], None],
    ) -> None:
        self.cloud = cloud
        self._open_location = open_location
        self._close_location = close_location

    def call(self, method: str, arguments: Mapping[str, Any]) -> Any:
        """Calls a public method by name, as the control endpoints do."""
        if method.startswith("_") or method == "call" or not hasattr(type(self), method):
            raise ValueError(f"there is no control named {method!r}")
        return getattr(self, method)(**arguments)

    # Building

    def add_workspace(
        self,
        name: str,
        location: str = "eastus",
        computes: Mapping[str, int] | None = None,
        subscription: str = SUBSCRIPTION,
        resource_group: str = RESOURCE_GROUP,
    ) -> str:
        """Adds a workspace with AmlCompute clusters `{name: maximum nodes}`; gives its full id."""
        self._open_location(location)
        with self.cloud.lock:
            workspace = Workspace(subscription, resource_group, name, location)
            self.cloud.world.add_workspace(workspace)
            for compute, maximum in (computes or {}).items():
                workspace.computes[compute.lower()] = Compute(
                    compute, maximum=maximum, available=maximum
                )
            return workspace.id

    def add_compute(self, workspace: str, name: str, **fields: Any) -> None:
        """Adds a compute; `fields` are those of `world.Compute` (kind, maximum, available …)."""
        with self.cloud.lock:
            compute = Compute(name, **fields)
            if "maximum" in fields and "available" not in fields:
                compute.available = compute.maximum
            self.cloud.world.named(workspace).computes[name.lower()] = compute

    def set_compute(self, workspace: str, name: str, **fields: Any) -> None:
        """Changes a compute's fields; nodes that become available go to waiting jobs."""
        with self.cloud.lock:
            now = self.cloud.lifecycle.settle()
            found = self.cloud.world.named(workspace)
            compute = found.computes[name.lower()]
            for key, value in fields.items():
                setattr(compute, key, value)
            self.cloud.lifecycle.serve(found, compute, now)

    def remove_compute(self, workspace: str, name: str) -> None:
        """Takes a compute away."""
        with self.cloud.lock:
            del self.cloud.world.named(workspace).computes[name.lower()]

    def set_workspace(self, workspace: str, **fields: Any) -> None:
        """Changes a workspace's fields, like `discovery_url`."""
        with self.cloud.lock:
            for key, value in fields.items():
                setattr(self.cloud.world.named(workspace), key, value)

    def seed(
        self,
        workspace: str,
        experiment: str,
        count: int,
        status: str = "Running",
        compute: str | None = None,
        prefix: str | None = None,
        first: int = 1,
        age: float = 7200.0,
        spacing: float = 0.001,
        tags: Mapping[str, str] | None = None,
        properties: Mapping[str, Any] | None = None,
        error: str | None = None,
        display_name: str | None = None,
        archived: bool = False,
    ) -> list[str]:
        """Adds jobs as if they had been there all along, and gives their names.

        The first was created `age` seconds ago, each next one `spacing` seconds later; names are
        `{prefix or experiment}-{six digits}` from number `first` on. `properties` are laid over
        the body of a plain command job. Every copy of the index knows them at once.
        """
        with self.cloud.lock:
            now = self.cloud.lifecycle.settle()
            found = self.cloud.world.named(workspace)
            body = _command(found, experiment, compute) | dict(properties or {})
            pattern = new_job(found, "pattern", {**body, "tags": dict(tags or {})}, now)
            ended = now if status in ENDED else None
            names = []
            for number in range(first, first + count):
                name = f"{prefix or experiment}-{number:06d}"
                created = now - age + (number - first) * spacing
                state = JobState(
                    status,
                    display_name or name,
                    pattern.state.tags,
                    pattern.state.properties,
                    pattern.state.description,
                    archived,
                    error,
                    created if status in ("Running", "Finalizing") or ended else None,
                    ended,
                )
                job = Job(
                    name,
                    experiment,
                    created,
                    pattern.kind,
                    pattern.compute,
                    pattern.nodes,
                    pattern.body,
                    state,
                    pattern.parent,
                )
                if name.lower() in found.jobs:
                    raise ValueError(f"there is a job {name} already")
                found.add(job)
                found.seeded.append((job, state))
                self.cloud.lifecycle.adopt(found, job)
                names.append(name)
            if status == "Queued":
                self.cloud.lifecycle.serve(found, found.compute_of(job), now)
            return names

    def add_entities(self, workspace: str, entities: list[dict[str, Any]]) -> None:
        """Puts entities of any shape into the index; they come with each query's first page."""
        with self.cloud.lock:
            self.cloud.world.named(workspace).entities.extend(entities)

    # Changing

    def set_status(
        self, workspace: str, names: list[str], status: str, error: str | None = None
    ) -> None:
        """Puts jobs into any status (Resource Manager's spelling, known or not)."""
        with self.cloud.lock:
            now = self.cloud.lifecycle.settle()
            found = self.cloud.world.named(workspace)
            for name in names:
                self.cloud.lifecycle.set_status(found, found.job(name), status, now, error)

    def preempt(
        self, workspace: str, compute: str, count: int, keep_nodes: bool = False
    ) -> list[str]:
        """Puts running jobs back into the queue, youngest first, and takes their nodes away.

        With `keep_nodes` the nodes stay available, so that the jobs may start again at once.
        """
        with self.cloud.lock:
            now = self.cloud.lifecycle.settle()
            found = self.cloud.world.named(workspace)
            target = found.computes[compute.lower()]
            chosen = [
                job
                for job in reversed(found.by_age)
                if job.state.status == "Running" and job.compute.lower() == compute.lower()
            ][:count]
            if not keep_nodes:
                target.available = max(0, target.used - sum(job.nodes for job in chosen))
            for job in chosen:
                self.cloud.lifecycle.set_status(found, job, "Queued", now)
            return [job.name for job in chosen]

    def change(self, workspace: str, name: str, **fields: Any) -> None:
        """Changes what may change of a job: display_name, tags, archived, description …"""
        with self.cloud.lock:
            now = self.cloud.lifecycle.settle()
            found = self.cloud.world.named(workspace)
            found.change(found.job(name), now, **fields)

    def mark(self, workspace: str, name: str, **fields: Any) -> None:
        """Sets a job's own marks: protected (no cancel), expired (no resume), log."""
        with self.cloud.lock:
            job = self.cloud.world.named(workspace).job(name)
            for key, value in fields.items():
                setattr(job, key, value)

    # Time

    def set_timings(self, **fields: float | None) -> None:
        """How long jobs queue, prepare, run and cancel; see `lifecycle.Timings`."""
        with self.cloud.lock:
            for key, value in fields.items():
                setattr(self.cloud.lifecycle.timings, key, value)

    def freeze(self) -> float:
        """Stops the world's clock; only `advance` moves it then."""
        with self.cloud.lock:
            self.cloud.world.clock.freeze()
            return self.cloud.world.clock.now()

    def advance(self, seconds: float) -> float:
        """Moves the world's clock forward and carries out what is due."""
        with self.cloud.lock:
            self.cloud.world.clock.advance(seconds)
            return self.cloud.lifecycle.settle()

    # Behaviour and addresses

    def behave(self, **fields: Any) -> None:
        """Chooses among answers that the real service may give; see `behaviour.Behaviour`."""
        with self.cloud.lock:
            for key, value in fields.items():
                if not hasattr(self.cloud.behaviour, key):
                    raise ValueError(f"there is no behaviour named {key!r}")
                kept = tuple(value) if isinstance(value, list) else value
                setattr(self.cloud.behaviour, key, kept)
            for replica in self.cloud.all_replicas():
                replica.forget_payloads()

    def refuse_connections(self, location: str, refused: bool = True) -> None:
        """Closes the port of a location's index, run history and execution; or opens it again."""
        if refused:
            self._close_location(location)
        else:
            self._open_location(location)

    def address(self, location: str | None = None) -> str:
        """The base address of Resource Manager, or of a location's services."""
        return self.cloud.address if location is None else self.cloud.region_address(location)

    def add_fault(self, fault: Fault | Mapping[str, Any]) -> int:
        """Sets a fault, given as `Fault` or as its fields; gives its number."""
        return self._add(fault)


def _command(workspace: Workspace, experiment: str, compute: str | None) -> dict[str, Any]:
    """The body of a plain command job."""
    names = [each.name for each in workspace.computes.values()]
    target = compute or (names[0] if names else None)
    return {
        "jobType": "Command",
        "experimentName": experiment,
        "command": "sleep 3",
        "computeId": target and (target if "/" in target else f"{workspace.id}/computes/{target}"),
        "environmentId": f"{workspace.id}/environments/seeded/versions/1",
        "environmentVariables": {},
        "resources": {"instanceCount": 1},
    }
