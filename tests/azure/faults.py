"""Faults: which requests meet which trouble. Decisions depend on seeds and names, not on chance."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from .errors import ServiceError
from .routing import Call

Effect = Literal["answer", "drop", "lose", "hang", "hang-after", "delay", "throttle"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble, and the requests that meet it.

    Effects: `answer` sends an error instead of doing the work; `drop` closes the connection
    before the work and `lose` after it; `hang` waits before the work and `hang-after` after it
    until the faults are cleared; `delay` takes time; `throttle` answers 429 above a rate.
    """

    effect: Effect
    kinds: tuple[str, ...] = ("*",)
    """Patterns over kinds of requests, like `job.*`; metadata is met only by its own name."""
    workspace: str = "*"
    name: str = "*"
    """Pattern over the job's, compute's or asset's name."""
    share: float = 1.0
    """Part of the matching requests that meet it: decided by seed, kind, name and attempt."""
    seed: int = 0
    after: int = 0
    """The first so many matching requests pass."""
    times: int | None = None
    """Only so many requests meet it."""
    status: int = 503
    code: str = "ServiceUnavailable"
    message: str = "The service is temporarily unavailable."
    html: bool = False
    """The error's body is a web server's page instead of JSON."""
    seconds: float = 0.0
    jitter: float = 0.0
    """A delay takes `seconds` plus up to `jitter`, half before and half after the work."""
    rate: float = 0.0
    """Requests per second that a throttle lets pass, after the first `burst`."""
    burst: int = 1
    retry_after: float | None = None
    retry_after_ms: int | None = None


@dataclass(slots=True)
class Decision:
    """What one request meets."""

    fault: str | None = None
    delay: float = 0.0
    error: ServiceError | None = None
    html: bool = False
    before: Literal["drop", "hang"] | None = None
    after: Literal["lose", "hang"] | None = None


@dataclass(slots=True)
class _Active:
    fault: Fault
    matched: int = 0
    met: int = 0
    tokens: float = 0.0
    filled: float = field(default_factory=time.monotonic)


class Faults:
    """The faults that are set, and how often each was met."""

    def __init__(self) -> None:
        self._active: dict[int, _Active] = {}
        self._next = 1
        self.hanging = 0
        """Requests that hang now."""
        self.hung = 0
        """Requests that ever hung."""
        self._release = asyncio.Event()

    def add(self, fault: Fault) -> int:
        """Sets a fault and returns its number."""
        number, self._next = self._next, self._next + 1
        self._active[number] = _Active(fault, tokens=float(fault.burst))
        return number

    def remove(self, number: int | None = None) -> None:
        """Takes one fault away, or all; requests that hang go on."""
        if number is None:
            self._active.clear()
        else:
            self._active.pop(number, None)
        release, self._release = self._release, asyncio.Event()
        release.set()

    def met(self) -> dict[int, int]:
        """How many requests each fault has met so far."""
        return {number: active.met for number, active in self._active.items()}

    async def hang(self) -> None:
        """Waits until faults are removed."""
        self.hanging += 1
        self.hung += 1
        try:
            await self._release.wait()
        finally:
            self.hanging -= 1

    def decide(self, call: Call, attempt: int) -> Decision:
        """What this request meets; `attempt` counts earlier requests for the same thing."""
        decision = Decision()
        for active in self._active.values():
            if _matches(active.fault, call) and self._meets(active, call, attempt):
                active.met += 1
                _apply(active.fault, decision, call, attempt)
        return decision

    @staticmethod
    def _meets(active: _Active, call: Call, attempt: int) -> bool:
        fault = active.fault
        active.matched += 1
        if active.matched <= fault.after:
            return False
        if fault.times is not None and active.met >= fault.times:
            return False
        if fault.share < 1.0 and _fraction(fault.seed, call, attempt) >= fault.share:
            return False
        if fault.effect != "throttle":
            return True
        now = time.monotonic()
        active.tokens = min(fault.burst, active.tokens + (now - active.filled) * fault.rate)
        active.filled = now
        if active.tokens >= 1.0:
            active.tokens -= 1.0
            return False
        return True


def _matches(fault: Fault, call: Call) -> bool:
    if not fnmatchcase(call.workspace, fault.workspace) or not fnmatchcase(call.name, fault.name):
        return False
    if call.kind == "metadata":
        return "metadata" in fault.kinds
    return any(fnmatchcase(call.kind, kind) for kind in fault.kinds)


def _apply(fault: Fault, decision: Decision, call: Call, attempt: int) -> None:
    match fault.effect:
        case "delay":
            spread = fault.jitter and fault.jitter * _fraction(fault.seed, call, attempt, "jitter")
            decision.delay += fault.seconds + spread
            return
        case "drop" | "hang" as effect:
            decision.before = decision.before or effect
        case "lose":
            decision.after = decision.after or "lose"
        case "hang-after":
            decision.after = decision.after or "hang"
        case "answer" | "throttle":
            if decision.error is None:
                decision.error = _error(fault)
                decision.html = fault.html
    decision.fault = fault.effect if decision.fault is None else f"{decision.fault}+{fault.effect}"


def _error(fault: Fault) -> ServiceError:
    headers = {}
    if fault.retry_after is not None:
        headers["Retry-After"] = f"{fault.retry_after:g}"
    if fault.retry_after_ms is not None:
        headers["x-ms-retry-after-ms"] = str(fault.retry_after_ms)
    if fault.effect == "throttle":
        message = "The request is being throttled. Please retry later."
        return ServiceError(429, "TooManyRequests", message, headers=headers)
    return ServiceError(fault.status, fault.code, fault.message, headers=headers)


def _fraction(seed: int, call: Call, attempt: int, salt: str = "") -> float:
    """A number in [0, 1) that is the same whenever the same thing is asked for the same time."""
    text = f"{seed}/{salt}/{call.kind}/{call.workspace}/{call.name}/{attempt}"
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
