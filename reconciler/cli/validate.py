"""`reconciler validate`: check specs, offline."""

from __future__ import annotations

from reconciler.cli import output, session
from reconciler.cli.help import described
from reconciler.cli.options import Only, Paths, spec_paths
from reconciler.outcomes import Exit

HELP = described(
    "Check specs, offline. Tells every error at once, each with its place.",
    examples=["reconciler validate", "reconciler validate specs/project.yaml specs/hello.yaml"],
    exit_0="valid",
    exit_1="not valid, or not readable",
)


def validate(paths: Paths = None, only: Only = None) -> int:
    specs = session.load_specs(spec_paths(paths), only, purpose=session.Purpose.CHECKING)
    workforces = len(specs.workforces)
    regions = sum(len(workforce.regions) for workforce in specs.workforces)
    output.show_text(
        f"Valid: {workforces} workforce{'s' * (workforces != 1)}, "
        f"{regions} region{'s' * (regions != 1)}."
    )
    return Exit.DONE
