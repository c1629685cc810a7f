"""Who a token belongs to: for whoever has to give that one a role. Pure.

Tokens are meant for the services alone and need not be readable: what can't be read is left out,
and nothing depends on it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import msgspec

from reconciler.azure.decoding import BAD_JSON
from reconciler.azure.errors import one_line

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of a token: the directory's object id, and a person's or application's name."""

    object_id: str | None = None
    name: str | None = None

    def __str__(self) -> str:
        return ", ".join(
            filter(None, [self.name, f"object id {self.object_id}" if self.object_id else None])
        )


def caller_of(token: str) -> Caller:
    """Whose token it is, as far as it says."""
    claims = _claims(token)
    return Caller(_text(claims, "oid"), _text(claims, "upn") or _text(claims, "unique_name"))


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except BAD_JSON:
        return {}
    return found if isinstance(found, dict) else {}


def _text(claims: dict[str, Any], key: str) -> str | None:
    found = claims.get(key)
    return one_line(found, _LONGEST) if isinstance(found, str) and found else None
