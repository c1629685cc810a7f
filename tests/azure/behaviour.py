"""What isn't known of the real services, or differs between them: each answer can be chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class Behaviour:
    """Settings that are no faults: each value is something the real service may do."""

    identical_put: Literal["ok", "conflict"] = "ok"
    """A PUT that equals the existing job: 200, or 400 JobPropertyImmutable."""
    cancel_of_ended: Literal["accepted", "conflict"] = "accepted"
    """Cancelling a job that has ended: 202 as ever, or 409."""
    cancel_unsupported_poll: bool = False
    """The cancel's Location answers 404."""
    poll_after_ms: int | None = 100
    """`x-ms-retry-after-ms` of a cancel's answers; with None the SDK polls every 30 s."""
    default_output: bool = True
    """Jobs show the output `default` that every real command job has.

    The SDK reads a job's log from the datastore that it names, whose host the stand-in can't
    be; without it the SDK asks run history.
    """
    arm_page_size: int = 100
    operators: tuple[str, ...] = ("eq", "ne", "gt", "ge", "lt", "le")
    """Filter operators that the index knows; others are refused with 400."""
    refused_fields: tuple[str, ...] = ()
    """Filter fields that the index refuses with 400."""
    total_fields: tuple[str, ...] = ("totalCount", "totalResultCount")
    """Names under which the index gives the number of matches."""
    paging_limit: int = 50_000
    """The index pages no further than this many entities."""
    past_paging_limit: Literal["end", "error"] = "end"
    full_page_continues: bool = True
    """A full page has a continuation token even where nothing follows."""
    check_tokens: bool = True
    """Audience, issuer and expiry of bearer tokens are checked."""
    target_follows_demand: bool = True
    """A cluster's targetNodeCount includes queued jobs' nodes, up to its maximum."""
    extra_arm: dict[str, Any] = field(default_factory=dict)
    """Unknown keys that every job gets in Resource Manager's answers."""
    extra_index: dict[str, Any] = field(default_factory=dict)
    """Unknown keys that every entity gets in the index's answers."""
