"""Queues, back channels and mounts, as the specs declare them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.values.duration import Duration

DRAIN_TIMEOUT = Duration(2 * 3600)


class Speaks(StrEnum):
    """What listens for drain messages inside a job."""

    AGENT = "agent"
    AI4S_JOBQ_3 = "ai4s-jobq-3"
    AI4S_JOBQ_2 = "ai4s-jobq-2"


class OnDrainTimeout(StrEnum):
    """What becomes of a worker that was drained and doesn't leave in time."""

    REPORT = "report"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class StorageQueue:
    """A queue of Azure Storage. `connection_from` names the variable with a connection string."""

    account: str
    name: str
    connection_from: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceBusQueue:
    """A queue of Service Bus. Its length is read over ARM where subscription and group are set."""

    namespace: str
    queue: str
    subscription_id: str | None = None
    resource_group: str | None = None
    connection_from: str | None = None


@dataclass(frozen=True, slots=True)
class LocalQueue:
    """A queue on this machine."""

    name: str


Queue = StorageQueue | ServiceBusQueue | LocalQueue


@dataclass(frozen=True, slots=True)
class BackChannel:
    """How a workforce's workers are told to leave; each region has its own topic."""

    namespace: str
    speaks: Speaks = Speaks.AI4S_JOBQ_3
    operation: str | None = None
    """Replaces the message that `speaks` stands for."""
    drain_timeout: Duration = DRAIN_TIMEOUT
    on_drain_timeout: OnDrainTimeout = OnDrainTimeout.REPORT
    connection_from: str | None = None


@dataclass(frozen=True, slots=True)
class Mount:
    """A blob container that is mounted read-write into every job, and linked at `link`."""

    name: str
    account: str
    container: str
    link: str
