"""Why each region's share is what it is, in a phrase that a reviewer can check by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.model.workforce import Placement
from reconciler.planning.census import Census


def share_reasons(
    placement: Placement,
    censuses: Sequence[Census],
    shares: Sequence[int],
    to_place: int,
    free: Mapping[str, int | None],
) -> list[str]:
    """One phrase for each region, such as `4 of 10: weight 2 of 5`; empty for one that holds."""
    acting = [census for census in censuses if census.held is None]
    weights = sum(census.region.weight for census in acting)
    limited = _limited(placement, censuses, shares, is_short=sum(shares) < to_place)
    reasons = []
    for census, share, is_limited in zip(censuses, shares, limited, strict=True):
        region = census.region
        if census.held is not None:
            reasons.append("")
            continue
        if is_limited and share == region.max:
            why = "its max"
        elif is_limited and free.get(region.target.compute) is not None:
            why = f"no more is free on {region.target.compute}"
        elif 0 < share == region.min:
            why = "its min"
        elif 0 < share < region.min:
            why = f"all that is left for its min of {region.min}"
        elif placement is Placement.PRIORITY:
            why = f"priority {region.priority}"
        elif placement is Placement.WEIGHTED:
            why = f"weight {region.weight} of {weights}"
        else:
            why = f"an even part over {len(acting)} region{'' if len(acting) == 1 else 's'}"
        reasons.append(f"{share} of {to_place}: {why}")
    return reasons


def _limited(
    placement: Placement, censuses: Sequence[Census], shares: Sequence[int], *, is_short: bool
) -> list[bool]:
    """Whether a region would have got more, had its max or its compute allowed it."""
    if is_short:
        return [True] * len(shares)
    indices = range(len(shares))
    if placement is Placement.PRIORITY:
        order = sorted(indices, key=lambda index: -censuses[index].region.priority)
        past_minimum = [
            rank for rank, index in enumerate(order) if shares[index] > censuses[index].region.min
        ]
        last = max(past_minimum, default=-1)
        rank_of = {index: rank for rank, index in enumerate(order)}
        return [rank_of[index] < last for index in indices]
    weights = [
        census.region.weight if placement is Placement.WEIGHTED else 1 for census in censuses
    ]
    # What the dearest unit that went beyond a minimum cost; see placement.
    paid = max(
        (
            (2 * shares[index] - 1) / weights[index]
            for index in indices
            if shares[index] > censuses[index].region.min
        ),
        default=0.0,
    )
    return [(2 * share + 1) / weight < paid for share, weight in zip(shares, weights, strict=True)]
