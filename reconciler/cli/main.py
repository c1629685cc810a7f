"""The console script: its commands, and what becomes of errors that nobody handled before."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from reconciler import __version__
from reconciler.cli import (
    apply,
    demo,
    destroy,
    doctor,
    drain,
    dump,
    fmt,
    init,
    logs,
    output,
    plan,
    queue,
    scale,
    schema,
    show,
    status,
    validate,
)
from reconciler.outcomes import Exit
from reconciler.values.errors import UserError

app = typer.Typer(
    name="reconciler",
    help="Terraform for workforces, without the state file.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)

_MODULES = (
    *(init, validate, plan, apply, status, logs, scale, drain, destroy),
    *(fmt, show, schema, dump),
    doctor,
    demo,
)
COMMANDS = {module.__name__.rpartition(".")[2]: module for module in _MODULES}
for name, module in COMMANDS.items():
    app.command(help=module.HELP)(getattr(module, name))
app.add_typer(queue.app, name="queue")


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"reconciler {__version__}\n")
        raise typer.Exit(Exit.DONE)


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options that stand before the command."""


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code. No error that a user can cause gives a traceback."""
    if arguments in ([], ["queue"]):
        arguments = [*arguments, "--help"]
    try:
        output.require_open()
        code = app(_with_wait(arguments), prog_name="reconciler", standalone_mode=False)
    except UserError as error:
        _show_error(error)
        return Exit.ERROR
    except TyperException as error:
        output.say(f"Error: {error.format_message()}", "error")
        known = [name for name in arguments[:1] if name in COMMANDS]
        output.say(f"`{' '.join(['reconciler', *known])} --help` shows how it is used.")
        return Exit.ERROR
    except (KeyboardInterrupt, typer.Abort):
        output.say("Stopped.")
        return Exit.INTERRUPTED
    except output.ReaderLeftError:
        # There is nobody to tell. Python would complain at exit while flushing what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.BROKEN_PIPE
    return int(code or Exit.DONE)


def _show_error(error: UserError) -> None:
    first, *rest = [*filter(None, [error.title]), *error.message.splitlines()] or [""]
    output.say(f"Error: {first}", "error")
    for line in rest:
        output.say(line, "error")
    if error.remedy:
        output.say(error.remedy)


def _with_wait(arguments: list[str]) -> list[str]:
    """`--wait` alone means `--wait=10m`: an option whose value may be left out."""
    return [f"--wait={apply.DEFAULT_WAIT}" if one == "--wait" else one for one in arguments]
