"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH", help="Spec files or folders; specs unless given.", show_default=False
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="GLOB", help="Only workforces whose name matches."),
]
OnTarget = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="GLOB", help="Act on matching targets only."),
]
Output = Annotated[
    Format, typer.Option("--output", "-o", "--format", help="How to print the result.")
]
AutoApprove = Annotated[bool, typer.Option("--auto-approve", help="Don't ask.")]
Force = Annotated[bool, typer.Option("--force", help="Pass the safety limits for once.")]


def spec_paths(paths: list[str] | None) -> list[str]:
    """The paths given, or the default folder."""
    return paths or ["specs"]
