"""What the caller may do in a workspace, from its roles' permissions. Pure.

The rules are those of role definitions in Azure RBAC: within one permission, `notActions` take
from `actions` and from nothing else; what any permission grants is granted. `*` stands for any
characters, slashes too; letters' case is nothing. Deny assignments and conditions are not in these
answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

API_VERSION = "2022-04-01"

_WORKSPACE = "Microsoft.MachineLearningServices/workspaces"
READER = "Reader"
DATA_SCIENTIST = "AzureML Data Scientist"


@dataclass(frozen=True, slots=True)
class Right:
    """Something that this tool does, the action that it needs, and the least role with it."""

    check: str
    action: str
    role: str


RIGHTS = (
    Right("read-jobs", f"{_WORKSPACE}/jobs/read", READER),
    Right("read-computes", f"{_WORKSPACE}/computes/read", READER),
    Right("submit", f"{_WORKSPACE}/jobs/write", DATA_SCIENTIST),
    Right("cancel", f"{_WORKSPACE}/jobs/cancel/action", DATA_SCIENTIST),
)


class Permission(msgspec.Struct, frozen=True, rename="camel"):
    """One entry of the answer. Keys that aren't named, data actions among them, are passed over."""

    actions: list[str] | None = None
    not_actions: list[str] | None = None

    def grants(self, action: str) -> bool:
        return _any_matches(self.actions, action) and not _any_matches(self.not_actions, action)


class Page(msgspec.Struct, rename="camel"):
    """One page of permissions."""

    value: list[Permission]
    next_link: str | None = None


def may(permissions: Iterable[Permission], action: str) -> bool:
    """Whether `permissions` together allow `action`."""
    return any(permission.grants(action) for permission in permissions)


def _any_matches(patterns: Sequence[str] | None, action: str) -> bool:
    return any(_pattern(one).fullmatch(action) for one in patterns or ())


@lru_cache(4096)
def _pattern(text: str) -> re.Pattern[str]:
    parts = map(re.escape, re.split(r"\*+", text.strip()))
    return re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)
