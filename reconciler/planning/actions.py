"""From what was decided to actions and holds, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase
from reconciler.model.plan import Action, ActionKind
from reconciler.model.workforce import Layoffs, Workforce
from reconciler.planning import wording
from reconciler.planning.balance import Balance
from reconciler.planning.census import Census
from reconciler.planning.layoffs import Chosen, Picked, is_running


@dataclass(frozen=True, slots=True)
class Work:
    """What was decided for one region. `share` is None where nothing may be done in it."""

    census: Census
    share: int | None
    hires: int
    resumed: Sequence[Worker]
    picked: Picked
    over_maximum_left: int


def region_actions(
    workforce: Workforce, work: Work, balance: Balance, now: datetime
) -> Iterator[Action]:
    """The actions of one region, then its holds."""
    census = work.census
    if census.held is not None:
        yield Action(ActionKind.HOLD, census.live, f"left as it is: {census.held}")
        return
    if work.resumed:
        because = f"{wording.statuses(work.resumed)}: the oldest go on before anyone is hired"
        yield Action(ActionKind.RESUME, len(work.resumed), because, tuple(work.resumed))
    over, surplus = work.picked.over_maximum, work.picked.surplus
    if over:
        yield from _layoffs(workforce, over, partial(wording.over_maximum, census))
    if surplus:
        yield from _layoffs(workforce, surplus, partial(wording.surplus, census, work.share or 0))
    if work.hires:
        because = wording.hires(census.live, work.share or 0, work.hires, balance.hires)
        first = census.reading.next_number
        yield Action(ActionKind.HIRE, work.hires, because, first_number=first)
    yield from _region_holds(work, balance, now)


def _layoffs(
    workforce: Workforce, chosen: Sequence[Worker], because: Callable[[Sequence[Worker]], str]
) -> Iterator[Action]:
    waiting = tuple(worker for worker in chosen if not is_running(worker))
    running = tuple(worker for worker in chosen if is_running(worker))
    if waiting:
        yield Action(ActionKind.CANCEL, len(waiting), because(waiting), waiting)
    if running:
        kind = ActionKind.CANCEL if workforce.layoffs is Layoffs.CANCEL else ActionKind.DRAIN
        yield Action(kind, len(running), because(running), running)


def _region_holds(work: Work, balance: Balance, now: datetime) -> Iterator[Action]:
    census, share = work.census, work.share or 0
    gone = len(work.picked.over_maximum) + len(work.picked.surplus)
    if work.over_maximum_left:
        because = (
            f"{work.over_maximum_left} over the region's max {census.region.max}, "
            "and nobody who may be laid off"
        )
        yield Action(ActionKind.HOLD, work.over_maximum_left, because)
    over_share = census.staying - gone - share
    if over_share > 0 and balance.surplus == 0 and not work.over_maximum_left:
        because = wording.over_share(over_share, share, balance.reserved)
        yield Action(ActionKind.HOLD, over_share, because)
    if census.draining:
        yield Action(ActionKind.HOLD, census.draining, wording.draining(census, now))
    if census.counts is not None and census.counts.unknown:
        yield Action(ActionKind.HOLD, census.counts.unknown, wording.unknown(census))


def workforce_holds(
    workforce: Workforce,
    balance: Balance,
    works: Sequence[Work],
    chosen: Chosen,
    short: int,
) -> Iterator[Action]:
    """What isn't done although the totals ask for it, over all regions.

    `short` is how many of desired no region has room for.
    """
    acting = [work for work in works if work.census.held is None]
    leaving = balance.draining
    leaving += sum(len(work.picked.over_maximum) + len(work.picked.surplus) for work in acting)
    missing_then = max(0, balance.to_place - (balance.live - leaving))
    without_room = min(short, missing_then)
    if without_room:
        because = f"{wording.plural(without_room, 'hire')} fewer: no region has room for more"
        yield Action(ActionKind.HOLD, without_room, because)
    withheld = max(0, balance.desired - balance.live) - balance.hires
    if withheld:
        because = (
            f"{wording.plural(withheld, 'hire')} fewer: regions that can't be read or hold "
            f"may have up to {balance.reserved}"
        )
        yield Action(ActionKind.HOLD, withheld, because)
    if chosen.left:
        because = wording.surplus_left(
            workforce.layoffs, chosen.left, [work.census for work in acting]
        )
        yield Action(ActionKind.HOLD, chosen.left, because)
    else:
        yield from _paused_holds(balance, acting)
    later = missing_then - sum(work.hires for work in acting) - without_room
    if later > 0:
        yield Action(ActionKind.HOLD, later, wording.hires_later(later))


def _paused_holds(balance: Balance, acting: Sequence[Work]) -> Iterator[Action]:
    """Paused workers that are neither resumed nor laid off."""
    handled = sum(
        len(work.resumed)
        + sum(1 for one in work.picked.over_maximum if one.phase is Phase.PAUSED)
        + sum(1 for one in work.picked.surplus if one.phase is Phase.PAUSED)
        for work in acting
    )
    kept = balance.paused - handled
    if kept > 0:
        yield Action(ActionKind.HOLD, kept, wording.paused_kept(kept, balance))
