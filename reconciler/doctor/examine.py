"""Which targets are checked, and the checkup of them all.

What is checked is the business of each kind's engine; here the findings come together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reconciler.model.findings import Checkup, Finding, Verdict
from reconciler.model.workforce import Specs, Target
from reconciler.targets.engines import Engines
from reconciler.values.errors import UserError


def targets_of(
    specs: Specs,
    *,
    in_use_only: bool = False,
    matches: Callable[[str], bool] | None = None,
) -> tuple[Target, ...]:
    """The targets to check, once for each compute that regions name on them.

    `in_use_only` leaves out targets that no region of the loaded workforces uses; `matches` says
    of a target's name whether it is wanted. Pure.
    """
    used = [region.target for workforce in specs.workforces for region in workforce.regions]
    unused = [] if in_use_only else _unused(specs.targets, used)
    wanted = [one for one in (*used, *unused) if matches is None or matches(one.name)]
    once = {(one.kind, one.name, one.compute): one for one in wanted}
    return tuple(once[key] for key in sorted(once))


async def examine(targets: Iterable[Target], engines: Engines) -> Checkup:
    """Check all targets. Never raises for what is found to be wrong."""
    by_kind: dict[str, list[Target]] = {}
    for target in targets:
        by_kind.setdefault(target.kind, []).append(target)
    findings: list[Finding] = []
    for kind, of_kind in sorted(by_kind.items()):
        try:
            findings += await engines.of(kind).checkup(of_kind)
        except UserError as error:
            names = tuple(sorted({target.name for target in of_kind}))
            findings.append(
                Finding(
                    f"{kind} targets",
                    "engine",
                    Verdict.FAILED,
                    error.message,
                    error.remedy,
                    targets=names,
                )
            )
    return Checkup(tuple(findings))


def _unused(targets: Iterable[Target], used: Iterable[Target]) -> list[Target]:
    """Targets that no region uses as they stand.

    One whose regions all name another compute is not checked for its own.
    """
    known = {target.name for target in used}
    return [target for target in targets if target.name not in known]
