"""`reconciler status`: what lives now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import output, session
from reconciler.cli.help import described
from reconciler.cli.options import Format, Only, Output, Paths, spec_paths
from reconciler.outcomes import of_plan
from reconciler.values.duration import Duration
from reconciler.values.errors import UserError

if TYPE_CHECKING:
    from reconciler.model.observation import Observation
    from reconciler.model.workforce import Specs
    from reconciler.targets.engines import Engines

_CLEAR = "\x1b[2J\x1b[H"

HELP = described(
    "Show what lives. Per workforce and region, beside what is desired.",
    examples=[
        "reconciler status",
        "reconciler status --workers",
        "reconciler status -o json",
    ],
    exits=[0, 1, 5],
    exit_5="something could not be read (with --strict)",
)


def status(
    paths: Paths = None,
    only: Only = None,
    workers: Annotated[bool, typer.Option("--workers", help="One line for each worker.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Again and again, until Ctrl-C.")] = False,
    interval: Annotated[str, typer.Option(metavar="DURATION", help="Between looks.")] = "2s",
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 5 where something can't be read.")
    ] = False,
    format_: Output = Format.TEXT,
) -> int:
    try:
        seconds = Duration.parse(interval).seconds
    except ValueError as error:
        raise UserError(f"--interval: {error}") from error
    specs = session.load_specs(spec_paths(paths), only)
    return session.run(_status(specs, workers, seconds if watch else None, strict, format_))


async def _status(
    specs: Specs, workers: bool, seconds: int | None, strict: bool, format_: Format
) -> int:
    import asyncio

    from reconciler.targets.engines import Engines

    async with Engines() as engines:
        while True:
            code = await _once(
                specs, engines, workers, strict, format_, is_watched=seconds is not None
            )
            if seconds is None:
                return code
            await asyncio.sleep(max(seconds, 1))


async def _once(
    specs: Specs,
    engines: Engines,
    workers: bool,
    strict: bool,
    format_: Format,
    *,
    is_watched: bool,
) -> int:
    from reconciler.observing.observe import observe
    from reconciler.planning.plan import Options
    from reconciler.planning.plan import plan as make_plan
    from reconciler.rendering.status import status_json, status_lines

    seen = await observe(specs, engines)
    plan = make_plan(specs, seen, session.now(), Options(force=True))
    if format_ is Format.JSON:
        output.show_json(status_json(plan, seen))
    else:
        links = await _links(specs, seen, engines) if workers else {}
        if is_watched and output.is_terminal(sys.stdout):
            output.show_raw(_CLEAR)
        output.show(status_lines(plan, seen, session.now(), workers=workers, links=links))
    return of_plan(plan, strict=strict)


async def _links(specs: Specs, seen: Observation, engines: Engines) -> dict[str, str]:
    """The pages of workers that have one, by their id."""
    from reconciler.model.observation import Readable

    found: dict[str, str] = {}
    for workforce in specs.workforces:
        for region in workforce.regions:
            reading = seen.regions.get(region.key)
            for worker in reading.workers if isinstance(reading, Readable) else ():
                log = await engines.of(region.target.kind).log(region, worker)
                if log.link is not None:
                    found[worker.id] = log.link
    return found
