"""The things of the simulated cloud and their state: workspaces, computes, jobs. No HTTP here."""

from __future__ import annotations

import uuid
from bisect import insort
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .clock import Clock
from .errors import ServiceError, not_found, workspace_not_found

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
RESOURCE_GROUP = "standin-rg"
TENANT = "99999999-0000-0000-0000-000000000009"
ENDED = frozenset({"Completed", "Failed", "Canceled"})
"""Statuses in Resource Manager's spelling after which a job never changes its status again."""

MUTABLE = frozenset({"displayName", "description", "tags", "properties", "isArchived"})
"""Keys of a job's body that may change after it was created."""

NAMESPACE = uuid.UUID("5a5a5a5a-0000-4000-8000-000000000000")


class JobState(NamedTuple):
    """Everything about a job that can change; each change makes a new one.

    A named tuple, as a job goes through three at once and a dataclass is slow to replace.
    """

    status: str
    display_name: str
    tags: Mapping[str, str]
    properties: Mapping[str, str]
    description: str | None = None
    archived: bool = False
    error: str | None = None
    started: float | None = None
    ended: float | None = None


@dataclass(slots=True, eq=False)
class Job:
    """A job: what it is for ever, and its current state."""

    name: str
    experiment: str
    created: float
    kind: str
    compute: str
    """Name of the compute in the workspace, or the full id of a virtual cluster."""
    nodes: int
    body: Mapping[str, Any]
    """The immutable keys of `properties`, as they were sent."""
    state: JobState
    parent: str | None = None
    holds_nodes: bool = False
    epoch: int = 0
    """Counts changes of status; a transition planned in an earlier epoch is void."""
    protected: bool = False
    """Cancelling is refused for want of permission."""
    expired: bool = False
    """Resuming is refused: the job exceeded its maximum execution time."""
    log: str = ""

    @property
    def sort_key(self) -> tuple[float, str]:
        """Creation time first; the name makes the order total."""
        return (self.created, self.name)


@dataclass(slots=True, eq=False)
class Compute:
    """A compute target and its nodes."""

    name: str
    kind: str = "AmlCompute"
    minimum: int = 0
    maximum: int = 100
    available: int = 100
    """Nodes that can be had now; 0 never starts a job, whatever `maximum` says."""
    low_priority: bool = True
    used: int = 0
    waiting: deque[Job] = field(default_factory=deque)
    provisioning: str = "Succeeded"


@dataclass(slots=True, eq=False)
class Workspace:
    """An AzureML workspace with its computes, jobs and assets."""

    subscription: str
    resource_group: str
    name: str
    location: str
    actions: tuple[str, ...] = ("*",)
    """Role actions that the caller has, with `*` as in Azure role definitions."""
    denied: tuple[str, ...] = ()
    discovery_url: str | None = None
    """Overrides the discovery document's address, for hosts that don't resolve."""
    computes: dict[str, Compute] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    by_age: list[Job] = field(default_factory=list)
    changes: list[tuple[float, Job, JobState]] = field(default_factory=list)
    """Every change in order of time: the index copies it, later."""
    seeded: list[tuple[Job, JobState]] = field(default_factory=list)
    """Jobs that were there before the test began: every index has them at once."""
    entities: list[dict[str, Any]] = field(default_factory=list)
    """Index entities of other shapes, put there by a test."""
    assets: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Environment and code versions by `kind/name/version`."""

    id: str = field(init=False)
    """The full resource id."""
    guid: str = field(init=False)
    """The immutable workspace id, stable over runs."""

    def __post_init__(self) -> None:
        self.id = (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.name}"
        )
        self.guid = str(uuid.uuid5(NAMESPACE, self.id.lower()))

    def job(self, name: str) -> Job:
        """The job of that name; names are case-insensitive in Resource Manager."""
        job = self.jobs.get(name.lower())
        if job is None:
            raise not_found("Job", name)
        return job

    def add(self, job: Job) -> None:
        """Takes in a new job whose name is free."""
        self.jobs[job.name.lower()] = job
        last = self.by_age[-1] if self.by_age else job
        if last.created < job.created or last.sort_key <= job.sort_key:
            self.by_age.append(job)
        else:
            insort(self.by_age, job, key=lambda each: each.sort_key)

    def change(self, job: Job, at: float, **fields: Any) -> None:
        """Gives a job new values of its state's fields, and writes the change down."""
        if "status" in fields and fields["status"] != job.state.status:
            job.epoch += 1
        job.state = job.state._replace(**fields)
        self.changes.append((at, job, job.state))

    def compute_of(self, job: Job) -> Compute:
        """The compute a job runs on; virtual clusters come into being with their first job."""
        key = job.compute.lower()
        if key not in self.computes:
            if "/virtualclusters/" not in key and key != "serverless":
                raise not_found("Compute", job.compute)
            self.computes[key] = Compute(job.compute, "VirtualCluster", 0, 10**6, 10**6)
        return self.computes[key]


class World:
    """All workspaces of the simulated cloud."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.workspaces: dict[str, Workspace] = {}

    def add_workspace(self, workspace: Workspace) -> Workspace:
        """Adds a workspace; its id must be new."""
        if workspace.id.lower() in self.workspaces:
            raise ValueError(f"there is a workspace {workspace.id} already")
        self.workspaces[workspace.id.lower()] = workspace
        return workspace

    def find(self, subscription: str, resource_group: str, name: str) -> Workspace:
        """The workspace at that place, or the service's error that there is none."""
        key = (
            f"/subscriptions/{subscription}/resourceGroups/{resource_group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{name}"
        )
        workspace = self.workspaces.get(key.lower())
        if workspace is not None:
            return workspace
        known = {each.subscription.lower() for each in self.workspaces.values()}
        if subscription.lower() not in known:
            raise ServiceError(
                404,
                "SubscriptionNotFound",
                f"The subscription '{subscription}' could not be found.",
            )
        groups = {
            each.resource_group.lower()
            for each in self.workspaces.values()
            if each.subscription.lower() == subscription.lower()
        }
        if resource_group.lower() not in groups:
            raise ServiceError(
                404,
                "ResourceGroupNotFound",
                f"Resource group '{resource_group}' could not be found.",
            )
        raise workspace_not_found(name, resource_group)

    def named(self, name: str) -> Workspace:
        """The workspace with that name or full id, for tests; `KeyError` where there is none."""
        for workspace in self.workspaces.values():
            if name.lower() in (workspace.name.lower(), workspace.id.lower()):
                return workspace
        raise KeyError(f"no workspace {name!r} in the stand-in")

    def matching(self, name: str | None) -> Iterator[Workspace]:
        """One workspace by name, or all of them."""
        yield from self.workspaces.values() if name is None else (self.named(name),)
