"""Everything one stand-in holds: the world, its services' settings, and where they are served."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import orjson

from .behaviour import Behaviour
from .clock import Clock
from .errors import ServiceError, authorization_failed, user_error
from .faults import Faults
from .identity import Identity
from .lifecycle import Lifecycle
from .records import Records
from .replica import Replica
from .routing import Call
from .world import Workspace, World


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer before it is sent."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


def answer(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """A JSON answer."""
    return Answer(status, orjson.dumps(document), headers or {})


class Cloud:
    """The state that the services share. Whoever reads or changes it holds `lock`."""

    def __init__(self, address: str) -> None:
        self.lock = threading.RLock()
        self.address = address
        """Base address of Resource Manager and of all that isn't regional."""
        self.region_addresses: dict[str, str] = {}
        """Base address of each location's index, run history and execution services."""
        self.world = World(Clock())
        self.lifecycle = Lifecycle(self.world)
        self.behaviour = Behaviour()
        self.identity = Identity(address)
        self.faults = Faults()
        self.records = Records()
        self.date_skew = 0.0
        """Seconds by which the Date header is ahead of the real time."""
        self.blobs: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.default_lags: tuple[float, ...] = (0.0,)
        self._replicas: dict[str, list[Replica]] = {}
        self._turn = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tells on which loop requests are served."""
        self._loop = loop

    def loop_call(self, function: Callable[..., object], *arguments: object) -> None:
        """Runs a function on the server's loop: what requests wait for may be woken only there."""
        if self._loop is None:
            function(*arguments)
            return
        done = threading.Event()

        def run() -> None:
            function(*arguments)
            done.set()

        self._loop.call_soon_threadsafe(run)
        done.wait(timeout=10)

    def region_address(self, location: str) -> str:
        """Where a location's services are."""
        return self.region_addresses.get(location, self.address)

    def workspace(self, call: Call) -> Workspace:
        """The workspace a call is about, once the caller's rights are checked."""
        workspace = self.world.find(call.subscription, call.resource_group, call.workspace)
        if call.action is not None and not allowed(workspace, call.action):
            raise authorization_failed(call.action, workspace.id)
        return workspace

    def replica(self, workspace: Workspace) -> Replica:
        """The copy that answers the next query of the index: they take turns."""
        replicas = self.replicas(workspace)
        self._turn += 1
        replica = replicas[self._turn % len(replicas)]
        replica.catch_up(self.world.clock.now())
        return replica

    def replicas(self, workspace: Workspace) -> list[Replica]:
        """All copies of a workspace."""
        if workspace.id not in self._replicas:
            self.set_lags(workspace, self.default_lags)
        return self._replicas[workspace.id]

    def set_lags(self, workspace: Workspace, lags: tuple[float, ...]) -> None:
        """Gives the workspace as many copies as there are lags; copies that are there stay."""
        replicas = self._replicas.setdefault(workspace.id, [])
        del replicas[len(lags) :]
        for position, lag in enumerate(lags):
            if position < len(replicas):
                replicas[position].catch_up(self.world.clock.now())
                replicas[position].lag = lag
            else:
                replicas.append(Replica(workspace, lag))

    def all_replicas(self) -> list[Replica]:
        """The copies of all workspaces."""
        return [replica for replicas in self._replicas.values() for replica in replicas]


Service = Callable[[Cloud, Call, bytes], Answer]


def allowed(workspace: Workspace, action: str) -> bool:
    """Whether the workspace's role holds an action, as role definitions are read."""
    low = action.lower()
    return any(fnmatchcase(low, each.lower()) for each in workspace.actions) and not any(
        fnmatchcase(low, each.lower()) for each in workspace.denied
    )


def document(body: bytes) -> dict[str, Any]:
    """A request's JSON body; raises `ServiceError` 400 for anything but an object."""
    try:
        parsed = orjson.loads(body or b"{}")
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise user_error("The request's body is no JSON object.", "BadArgument")
    return parsed


def error_answer(error: ServiceError, html: bool = False) -> Answer:
    """The answer that tells of an error, or a gateway's page that does."""
    if html:
        page = f"<html><head><title>{error.status} {error.code}</title></head></html>\r\n"
        return Answer(error.status, page.encode(), error.headers, "text/html")
    return answer(error.body(), error.status, error.headers)
