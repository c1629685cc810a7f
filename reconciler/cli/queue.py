"""`reconciler queue`: push commands to a local queue, count them, work on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import output
from reconciler.cli.help import described
from reconciler.cli.options import Format, Output
from reconciler.outcomes import Exit
from reconciler.values.duration import Duration
from reconciler.values.errors import UserError

if TYPE_CHECKING:
    from reconciler.queues.local import QueueSize

app = typer.Typer(
    help="Try things with a local queue of shell commands.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="The queue. All projects on this machine share the one of a name.",
        show_default=False,
    ),
]


@app.command(
    help=described(
        "Add shell commands to the end of a queue.\n\nAll of them or, after an error, none.",
        examples=[
            'reconciler queue push tasks "sleep 1" "echo done"',
            'reconciler queue push tasks --repeat 60 "sleep 1"',
            "seq 3 | sed 's/^/echo /' | reconciler queue push tasks -",
        ],
        exit_0="pushed",
        exit_1="an error; nothing was pushed",
    )
)
def push(
    name: Name,
    commands: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COMMAND",
            help="A command each, in quotes; - reads them from stdin, one on each line.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Read commands from FILE, one on each line."),
    ] = None,
    repeat: Annotated[
        int, typer.Option(metavar="N", min=1, max=1_000_000, help="Push them N times over.")
    ] = 1,
    dead_letters: Annotated[
        bool, typer.Option("--dead-letters", help="Put back what was dead-lettered.")
    ] = False,
) -> int:
    from reconciler.queues.local import local_queue

    queue = local_queue(name)
    if not commands and file is None and not dead_letters:
        raise UserError(
            f"there is nothing to push to queue {name}",
            'give commands, like "sleep 1", or - to read them from stdin',
        )
    wanted = _wanted(commands or [], file) * repeat
    size = queue.push(wanted, revive=dead_letters)
    output.show_text(f"Pushed {len(wanted)} to {name}: {_text(size)}.")
    return Exit.DONE


@app.command(
    help=described(
        "Count the commands that wait, and those in progress.\n\n"
        "A command whose worker died waits again; after ten such deaths it is dead-lettered:"
        " kept, but given to no worker.",
        examples=["reconciler queue size tasks", "reconciler queue size tasks -o json"],
        exit_0="counted; a queue that nobody has pushed to is empty",
    )
)
def size(name: Name, format_: Output = Format.TEXT) -> int:
    from reconciler.queues.local import local_queue

    counted = local_queue(name).size()
    if format_ is Format.JSON:
        output.show_json(_document(name, counted))
        return Exit.DONE
    output.show_text(_text(counted))
    if counted.dead_lettered:
        output.say(f"`reconciler queue push {name} --dead-letters` tries those once more.")
    return Exit.DONE


@app.command(
    help=described(
        "Take commands from a queue and run them in bash.\n\n"
        "A command that fails is counted and not tried again. SIGINT (Ctrl-C) lets the current"
        " command finish, then ends. SIGTERM, or a second Ctrl-C, stops it and puts it back.",
        examples=[
            "reconciler queue work tasks",
            "reconciler queue work tasks --idle 5s --parallel 4",
        ],
        exits=(0, 1, 130, 143),
        exit_0="ended after SIGINT or --idle, whatever the commands ended with",
        exit_1="an error; what ran was finished",
        exit_130="stopped by a second Ctrl-C",
        exit_143="stopped by SIGTERM",
    )
)
def work(
    name: Name,
    idle: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="End when the queue stays empty for so long."),
    ] = None,
    parallel: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            envvar="RECONCILER_TASKS_PER_WORKER",
            help="How many commands to run at a time.",
        ),
    ] = 1,
) -> int:
    from reconciler.queues import shell_worker
    from reconciler.queues.local import local_queue

    try:
        idle_seconds = None if idle is None else Duration.parse(idle).seconds
    except ValueError as error:
        raise UserError(f"--idle: {error}") from error
    queue = local_queue(name)
    _log(f"working on queue {name}, {parallel} at a time")
    return shell_worker.work(
        queue, parallel=parallel, idle_seconds=idle_seconds, say=_log
    ).exit_code


def _wanted(commands: list[str], file: Path | None) -> list[str]:
    """The commands in their order, with those of stdin where `-` stands, then those of `file`."""
    wanted: list[str] = []
    for command in commands:
        if command == "-":
            wanted.extend(_lines("stdin", sys.stdin.buffer))
        else:
            wanted.append(command)
    if file is not None:
        try:
            with file.open("rb") as lines:
                wanted.extend(_lines(str(file), lines))
        except OSError as error:
            raise UserError(f"{file} can't be read: {error.strerror}", "check --file") from error
    return wanted


def _lines(source: str, lines: Iterable[bytes]) -> list[str]:
    """The lines that aren't blank. Raises UserError with the place of one that isn't UTF-8."""
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise UserError(f"{source}:{number}: not valid UTF-8", "write it in UTF-8") from None
        if text.strip():
            found.append(text)
    return found


def _text(size: QueueSize) -> str:
    text = f"{size.visible} waiting, {size.in_flight} in progress"
    return f"{text}, {size.dead_lettered} dead-lettered" if size.dead_lettered else text


def _document(name: str, size: QueueSize) -> dict[str, object]:
    return {
        "format_version": "1",
        "queue": name,
        "visible": size.visible,
        "in_flight": size.in_flight,
        "dead_lettered": size.dead_lettered,
        "at": size.at.isoformat(timespec="seconds"),
    }


def _log(line: str) -> None:
    """Write a line of the worker's log at once, with the time of day.

    Where it can't be written any more, the work goes on without: losing a task is worse.
    """
    try:
        output.show_text(f"{datetime.now():%H:%M:%S} {line}")
    except (output.ReaderLeftError, UserError):
        # What is still buffered would fail again when the interpreter ends.
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
