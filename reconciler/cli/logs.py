"""`reconciler logs`: what workers print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import output, session
from reconciler.cli.help import described
from reconciler.cli.options import Paths, spec_paths
from reconciler.outcomes import Exit
from reconciler.values.errors import UserError

if TYPE_CHECKING:
    from reconciler.model.observation import Worker
    from reconciler.model.workforce import Region, Specs
    from reconciler.targets.engines import Engines

_SECONDS_BETWEEN_LOOKS = 0.3
_SEVERAL = 10
"""Lines shown of each log where several are shown."""

HELP = described(
    "Show workers' logs. Those of the live workers (of the latest one where none "
    "lives), or the whole log of one worker.",
    examples=[
        "reconciler logs hello",
        "reconciler logs hello/laptop/1",
        "reconciler logs hello --tail 100 -f",
    ],
)


@dataclass(slots=True)
class _Tail:
    """How far the log of one worker has been shown."""

    path: Path
    label: str
    offset: int = 0


def logs(
    place: Annotated[str, typer.Argument(metavar="NAME[/REGION[/NUMBER]]", help="Whose logs.")],
    paths: Paths = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until the workers end, or Ctrl-C.")
    ] = False,
    tail: Annotated[
        int | None,
        typer.Option(
            "--tail",
            min=0,
            metavar="LINES",
            help="Lines from the end: all of one worker's log, 10 of several, unless given.",
        ),
    ] = None,
) -> int:
    specs = session.load_specs(spec_paths(paths))
    number = place.split("/", 2)[2] if place.count("/") > 1 else ""
    whose = "/".join(place.split("/", 2)[:2])
    _, region = session.find_workforce(specs, whose)
    if number and not (number.isascii() and number.isdigit() and len(number) < 10):
        raise UserError(f"{number!r} is not a worker's number", "status --workers shows them")
    return session.run(_logs(specs, whose, region, int(number) if number else None, follow, tail))


async def _logs(
    specs: Specs,
    whose: str,
    region: Region | None,
    number: int | None,
    follow: bool,
    tail: int | None,
) -> int:
    import asyncio

    from reconciler.targets.engines import Engines

    workforce, _ = session.find_workforce(specs, whose)
    regions = [region] if region else list(workforce.regions)
    async with Engines() as engines:
        chosen = await _choose(regions, engines, number)
        if not chosen:
            wanted = whose if number is None else f"{whose}/{number}"
            raise UserError(
                f"{wanted} has no worker on record", "`reconciler status` shows what lives"
            )
        tails = await _tails(chosen, engines, tail, is_labelled=len(chosen) > 1)
        for one in tails:
            _begin(one, _SEVERAL if tail is None and number is None else tail)
        while follow and tails:
            live = any(one.phase.occupies_capacity for one in await _now(chosen, engines))
            for one in tails:
                _show_new(one)
            if not live:
                break
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        for worker in await _now(chosen, engines) if tails else [one for _, one in chosen]:
            if not worker.phase.occupies_capacity:
                why = f": {worker.note}" if worker.note else ""
                output.say(f"{worker.id} {worker.status}{why}", "quiet")
            elif worker.note and not follow:
                output.say(f"{worker.id} {worker.status}: {worker.note}", "quiet")
    return Exit.DONE


async def _choose(
    regions: Sequence[Region], engines: Engines, number: int | None
) -> list[tuple[Region, Worker]]:
    """The workers whose logs are meant."""
    import asyncio

    read = await asyncio.gather(
        *(engines.of(region.target.kind).history(region) for region in regions)
    )
    known = [
        (region, worker)
        for region, workers in zip(regions, read, strict=True)
        for worker in workers
    ]
    if number is not None:
        return [pair for pair in known if pair[1].number == number]
    live = [pair for pair in known if pair[1].phase.occupies_capacity]
    return live or sorted(known, key=lambda pair: pair[1].created)[-1:]


async def _tails(
    chosen: Sequence[tuple[Region, Worker]],
    engines: Engines,
    lines: int | None,
    *,
    is_labelled: bool,
) -> list[_Tail]:
    """The logs that are files. Of others the page to open is told, and of one alone the log."""
    tails = []
    for region, worker in chosen:
        log = await engines.of(region.target.kind).log(region, worker)
        if log.path is None:
            output.show_text(f"{worker.id}: {log.link or 'no log'}")
            if not is_labelled:
                await _show_remote(region, worker, engines, lines)
            continue
        label = f"{region.name}/{worker.number} | " if is_labelled else ""
        tails.append(_Tail(Path(log.path), label))
    return tails


async def _show_remote(region: Region, worker: Worker, engines: Engines, lines: int | None) -> None:
    """Show a log that the service keeps, as far as it gives it: there is the page without it."""
    try:
        text = await engines.of(region.target.kind).log_text(region, worker)
    except UserError as error:
        output.say(f"the log itself can't be read: {error}", "quiet")
        return
    if text:
        kept = text.splitlines()
        chosen = kept if lines is None else kept[len(kept) - min(lines, len(kept)) :]
        output.show_raw("".join(f"{line}\n" for line in chosen))


async def _now(chosen: Sequence[tuple[Region, Worker]], engines: Engines) -> list[Worker]:
    """The chosen workers as they are by now."""
    ids = {worker.id for _, worker in chosen}
    return [
        worker
        for region in {region.key: region for region, _ in chosen}.values()
        for worker in await engines.of(region.target.kind).history(region)
        if worker.id in ids
    ]


def _begin(tail: _Tail, lines: int | None) -> None:
    """Show the last `lines` of the log, all of it where that is None."""
    data = _read(tail)
    if lines is not None:
        kept = data.splitlines(keepends=True)[-lines:] if lines else []
        data = b"".join(kept)
    _write(tail, data)


def _show_new(tail: _Tail) -> None:
    _write(tail, _read(tail))


def _read(tail: _Tail) -> bytes:
    try:
        with tail.path.open("rb") as file:
            file.seek(tail.offset)
            data = file.read()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UserError(f"{tail.path} can't be read: {error.strerror}") from error
    tail.offset += len(data)
    return data


def _write(tail: _Tail, data: bytes) -> None:
    """Logs pass through as they are, colours and all, like those of any program."""
    text = data.decode(errors="replace")
    if tail.label:
        text = "".join(f"{tail.label}{line}\n" for line in text.splitlines())
    output.show_raw(text)
