"""Steps that commands share: load the specs, look at the live world, ask before acting."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeVar

from reconciler.cli import output
from reconciler.values.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from reconciler.model.workforce import Region, Specs, Workforce
    from reconciler.planning.plan import Options

T = TypeVar("T")


def run(steps: Coroutine[Any, Any, T]) -> T:
    """Run a command's steps to their end."""
    import asyncio

    return asyncio.run(steps)


class Purpose(Enum):
    """What a command wants specs for."""

    CHECKING = "checking"
    PLANNING = "planning"
    ACTING = "acting"


def load_specs(
    paths: Sequence[str], only: Sequence[str] | None = None, *, purpose: Purpose = Purpose.PLANNING
) -> Specs:
    """Load the specs, and show their warnings. Raises UserError, with every error at once.

    Specs that this version can't serve the `purpose` with are refused too.
    """
    from reconciler.spec.loading import load
    from reconciler.spec.needs import refuse_needs

    loaded = load(paths, only=only or ())
    for warning in loaded.warnings:
        output.say(f"Warning: {warning}", "warning")
    if purpose is not Purpose.CHECKING:
        refuse_needs(loaded.specs, acting=purpose is Purpose.ACTING)
    return loaded.specs


def target_filter(globs: Sequence[str] | None, specs: Specs) -> Callable[[str], bool] | None:
    """Whether a target's name matches one of `globs`; None where there are none."""
    if not globs:
        return None
    names = sorted({target.name for target in specs.targets})
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            raise UserError(f"--target {glob} matches none of the targets: {', '.join(names)}")
    return lambda name: any(fnmatchcase(name, glob) for glob in globs)


def require_whole(specs: Specs, options: Options) -> None:
    """Raises UserError where orphans are to be laid off and nobody can say who they are."""
    if options.prune and (specs.is_partial or options.acts_on is not None):
        raise UserError(
            "--prune needs the whole project: a filter or a path leaves out a part of it",
            "name the folder with the project's `kind: Project`, without --only and --target",
        )


def find_workforce(specs: Specs, place: str) -> tuple[Workforce, Region | None]:
    """The workforce, and the region if one is named, of `NAME[/REGION]`."""
    name, _, region_name = place.partition("/")
    workforce = next((one for one in specs.workforces if one.name == name), None)
    if workforce is None:
        known = ", ".join(one.name for one in specs.workforces) or "none"
        raise UserError(f"there is no workforce {name!r}; the specs have: {known}")
    if not region_name:
        return workforce, None
    region = next((one for one in workforce.regions if one.name == region_name), None)
    if region is None:
        known = ", ".join(one.name for one in workforce.regions)
        raise UserError(f"{name} has no region {region_name!r}; it has: {known}")
    return workforce, region


def now() -> datetime:
    """The wall clock, read at the edge so that planning need not."""
    return datetime.now(UTC)


def confirm(question: str, *, auto_approve: bool) -> bool:
    """Ask on the terminal. Raises UserError where there is nobody to ask."""
    if auto_approve:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise UserError(
            "there is no terminal to ask on", "look at the plan, then pass --auto-approve"
        )
    output.say(f"{question} Only 'yes' is taken for a yes.", "heading")
    sys.stderr.write("> ")
    sys.stderr.flush()
    # While an event loop runs, SIGINT would only be noted, and the question go on waiting.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        output.say("")
        output.say("Nothing was changed.")
        raise
    finally:
        signal.signal(signal.SIGINT, before)
    return answer.strip().lower() == "yes"
