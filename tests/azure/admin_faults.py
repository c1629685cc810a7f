"""The control of trouble: short names for the faults that tests use most."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from .cloud import Cloud
from .faults import Effect, Fault

SLOW_KINDS = (
    "token",
    "discovery",
    "workspace.*",
    "compute.*",
    "permissions.*",
    "job.*",
    "index.*",
    "run.*",
    "environment.*",
    "code.*",
    "datastore.*",
)
"""What latency is laid on: all but the cloud's metadata, which only tests ask for, and blobs."""

REGIONAL_KINDS = ("index.*", "run.*", "discovery")

ROLES = {
    "owner": (("*",), ()),
    "data scientist": (
        (
            "Microsoft.MachineLearningServices/workspaces/*/read",
            "Microsoft.MachineLearningServices/workspaces/read",
            "Microsoft.MachineLearningServices/workspaces/*/action",
            "Microsoft.MachineLearningServices/workspaces/*/delete",
            "Microsoft.MachineLearningServices/workspaces/*/write",
        ),
        (
            "Microsoft.MachineLearningServices/workspaces/delete",
            "Microsoft.MachineLearningServices/workspaces/write",
            "Microsoft.MachineLearningServices/workspaces/computes/*/write",
            "Microsoft.MachineLearningServices/workspaces/computes/*/delete",
        ),
    ),
    "reader": (("*/read",), ()),
    "none": ((), ()),
}
"""Actions and refused actions by role; reduced to what the stand-in checks."""


class FaultAdmin:
    """The part of `Admin` that makes trouble. Each method that sets a fault gives its number."""

    cloud: Cloud

    def clear_faults(self, number: int | None = None) -> None:
        """Takes away one fault, or all (not lags, roles, tokens and skew)."""
        self.cloud.loop_call(self.cloud.faults.remove, number)

    def faults_met(self) -> dict[int, int]:
        """How many requests met each fault."""
        return self.cloud.faults.met()

    def hung(self) -> int:
        """How many requests have ever hung."""
        return self.cloud.faults.hung

    def set_latency(
        self,
        seconds: float,
        jitter: float = 0.0,
        kinds: Sequence[str] = SLOW_KINDS,
        workspace: str = "*",
        seed: int = 0,
    ) -> int:
        """Each request takes `seconds` plus up to `jitter`."""
        return self._add(
            Fault(
                "delay",
                tuple(kinds),
                workspace,
                seconds=seconds,
                jitter=jitter,
                seed=seed,
            )
        )

    def fail(
        self,
        kinds: Sequence[str],
        share: float = 1.0,
        seed: int = 0,
        status: int = 503,
        **fields: Any,
    ) -> int:
        """A share of the requests is answered with an error, and not carried out."""
        return self._add(
            Fault("answer", tuple(kinds), share=share, seed=seed, status=status, **fields)
        )

    def lose_responses(
        self, kinds: Sequence[str], share: float = 1.0, seed: int = 0, **fields: Any
    ) -> int:
        """A share of the requests is carried out, and then the connection is dropped."""
        return self._add(Fault("lose", tuple(kinds), share=share, seed=seed, **fields))

    def throttle(
        self,
        kinds: Sequence[str],
        rate: float,
        burst: int = 1,
        retry_after: float | None = 1,
        retry_after_ms: int | None = None,
        **fields: Any,
    ) -> int:
        """Requests above `rate` per second are answered with 429."""
        return self._add(
            Fault(
                "throttle",
                tuple(kinds),
                rate=rate,
                burst=burst,
                retry_after=retry_after,
                retry_after_ms=retry_after_ms,
                **fields,
            )
        )

    def hang(self, kinds: Sequence[str], after: int = 0, worked: bool = False) -> int:
        """One request, after `after` others, gets no answer; with `worked` it is carried out."""
        effect: Effect = "hang-after" if worked else "hang"
        return self._add(Fault(effect, tuple(kinds), after=after, times=1))

    def region_down(
        self, workspace: str, arm: bool = True, index: bool = True, drop: bool = False
    ) -> list[int]:
        """A workspace's Resource Manager calls and regional services answer 503, or drop.

        Connections to the region's port are refused by `refuse_connections`.
        """
        found = self.cloud.world.named(workspace)
        effect: Effect = "drop" if drop else "answer"
        numbers = []
        if index:
            numbers.append(self._add(Fault(effect, ("index.*", "run.*"), found.name)))
            numbers.append(self._add(Fault(effect, ("discovery",), name=found.location)))
        if arm:
            kinds = ("workspace.*", "compute.*", "job.*", "permissions.*", "environment.*")
            numbers.append(self._add(Fault(effect, kinds, found.name)))
        return numbers

    def set_index_lag(self, lags: float | Sequence[float], workspace: str | None = None) -> None:
        """The index shows the world as it was so many seconds ago.

        Several lags are several copies of the index that answer in turn. What a copy has shown
        before stays.
        """
        wanted = (lags,) if isinstance(lags, (int, float)) else tuple(lags)
        with self.cloud.lock:
            self.cloud.lifecycle.settle()
            if workspace is None:
                self.cloud.default_lags = wanted
            for found in self.cloud.world.matching(workspace):
                self.cloud.set_lags(found, wanted)

    def set_role(self, workspace: str, role: str) -> None:
        """Gives the caller a role in a workspace: owner, data scientist, reader or none."""
        actions, denied = ROLES[role]
        with self.cloud.lock:
            found = self.cloud.world.named(workspace)
            found.actions, found.denied = actions, denied

    def deny(self, workspace: str, actions: Sequence[str]) -> None:
        """Takes single actions away; patterns as in role definitions."""
        with self.cloud.lock:
            self.cloud.world.named(workspace).denied = tuple(actions)

    def refuse_tokens(self, message: str | None = "No managed identity endpoint found.") -> None:
        """The identity's endpoint refuses (400 with that message), or with None issues again."""
        self.cloud.identity.refuse = message

    def expire_tokens(self) -> None:
        """All tokens issued so far are answered with 401 from now on."""
        self.cloud.identity.revoked_before = time.time()

    def set_token_lifetime(self, seconds: float) -> None:
        """How long new tokens are good for."""
        self.cloud.identity.lifetime = seconds

    def skew_clock(self, seconds: float) -> None:
        """The Date header of every answer is ahead of the real time by so much."""
        self.cloud.date_skew = seconds

    def _add(self, fault: Fault | Mapping[str, Any]) -> int:
        if isinstance(fault, Mapping):
            fields: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in fault.items()
            }
            fault = Fault(**fields)
        return self.cloud.faults.add(fault)
