"""`reconciler doctor`: can every target be reached and used, and what mends it where not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import output, session
from reconciler.cli.help import described
from reconciler.cli.options import Format, Only, Output, Paths, spec_paths
from reconciler.outcomes import of_checkup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.findings import Checkup
    from reconciler.model.workforce import Target

HELP = described(
    "Check every target of the specs. Hosts, TLS, credentials, clock, permissions, index and "
    "computes, each with what mends it. Changes nothing.",
    examples=[
        "reconciler doctor",
        "reconciler doctor --target 'lap*' -o json",
        "reconciler doctor --only 'hel*'",
    ],
    exit_0="nothing is missing; there may be warnings",
    exit_1="something is missing, or an error",
)


def doctor(
    paths: Paths = None,
    only: Only = None,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", metavar="GLOB", help="Only targets whose name matches."),
    ] = None,
    format_: Output = Format.TEXT,
) -> int:
    from reconciler.doctor.examine import targets_of
    from reconciler.rendering.doctor import doctor_json, doctor_lines

    specs = session.load_specs(spec_paths(paths), only, purpose=session.Purpose.CHECKING)
    matches = session.target_filter(target, specs)
    targets = targets_of(specs, in_use_only=bool(only), matches=matches)
    checkup = session.run(_examine(targets))
    if format_ is Format.JSON:
        output.show_json(doctor_json(checkup))
    else:
        output.show(doctor_lines(checkup))
    return of_checkup(checkup)


async def _examine(targets: Sequence[Target]) -> Checkup:
    from reconciler.doctor.examine import examine
    from reconciler.targets.engines import Engines

    async with Engines() as engines:
        return await examine(targets, engines)
