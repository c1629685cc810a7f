"""What a compute's document says of its state, and whether workers could run there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from reconciler.azure.decoding import BAD_JSON
from reconciler.azure.errors import malformed, one_line
from reconciler.model.findings import Verdict


@dataclass(frozen=True, slots=True)
class State:
    """A verdict on a compute. `needs_nodes`: its cluster may have no node at all."""

    verdict: Verdict
    found: str
    remedy: str | None = None
    needs_nodes: bool = False


def state_of(body: bytes) -> State:
    """The state of the compute that a document describes. Raises ServiceFailure for no compute.

    Read leniently: kinds and states that are not known here are told as they stand.
    """
    try:
        document = msgspec.json.decode(body)
        properties = document["properties"]
        kind = str(properties["computeType"])
    except (*BAD_JSON, KeyError, TypeError) as error:
        raise malformed("Resource Manager", "no compute") from error
    details = _part(properties, "properties")
    provisioning = str(properties.get("provisioningState") or "Unknown")
    figures = _figures(details) if kind.lower() == "amlcompute" else None
    found = ", ".join(filter(None, [kind, f"provisioning {provisioning}", figures]))
    if provisioning == "Failed":
        said = _errors(properties)
        return State(
            Verdict.FAILED,
            f"{found}{f': {said}' if said else ''}",
            "see why it was not provisioned, and create it again",
        )
    if provisioning != "Succeeded":
        return State(Verdict.WARNING, found, "look again when it is provisioned")
    if figures is not None and _maximum(details) == 0:
        return State(
            Verdict.FAILED,
            f"{found}: no worker can ever start",
            "raise its maximum of nodes",
            needs_nodes=True,
        )
    said = _errors(details)
    if said:
        return State(Verdict.WARNING, f"{found}; its last error: {said}", "see what it needs")
    return State(Verdict.OK, found)


def _figures(details: dict[str, Any]) -> str:
    """How many nodes a cluster has, what they do, and how many it may have."""
    now, most = details.get("currentNodeCount"), _maximum(details)
    parts = [f"{now} of at most {most} nodes"]
    counts = _part(details, "nodeStateCounts")
    states = [
        f"{count} {name.removesuffix('NodeCount')}"
        for name, count in sorted(counts.items())
        if isinstance(count, int) and count
    ]
    if states:
        parts.append(f"({', '.join(states)})")
    allocation = details.get("allocationState")
    return " ".join(parts) + (f", {str(allocation).lower()}" if allocation else "")


def _maximum(details: dict[str, Any]) -> object:
    return _part(details, "scaleSettings").get("maxNodeCount")


def _errors(part: dict[str, Any]) -> str | None:
    """The first error that a document tells of: its code and its message.

    Shapes differ: `provisioningErrors` wraps each in `error`, a cluster's `errors` may not.
    """
    for key in ("provisioningErrors", "errors"):
        listed = part.get(key)
        for one in listed if isinstance(listed, list) else ():
            error = one.get("error", one) if isinstance(one, dict) else None
            if isinstance(error, dict):
                said = [str(error[name]) for name in ("code", "message") if error.get(name)]
                return one_line(": ".join(said)) or None
    return None


def _part(document: dict[str, Any], key: str) -> dict[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}
