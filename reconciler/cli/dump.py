"""`reconciler dump`: specs from what lives."""

from __future__ import annotations

from fnmatch import fnmatchcase
from io import StringIO
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import output, session
from reconciler.cli.help import described
from reconciler.cli.options import Paths, spec_paths
from reconciler.outcomes import Exit
from reconciler.values.errors import UserError

if TYPE_CHECKING:
    from reconciler.model.observation import Experiment
    from reconciler.model.workforce import Specs

HELP = described(
    "Write specs from what lives. Prints a workforce for the live workers in the targets of "
    "the specs; a plan of it changes nothing. A value that looks like a secret is written as "
    "{from_env: NAME}.",
    examples=["reconciler dump", "reconciler dump --experiment 'hello-*' > found.yaml"],
    exit_1="an error, or nothing lives that could be written down",
)


def dump(
    paths: Paths = None,
    experiment: Annotated[
        list[str] | None,
        typer.Option("--experiment", metavar="GLOB", help="Only experiments that match."),
    ] = None,
    job: Annotated[
        str | None,
        typer.Option("--job", metavar="NAME", help="This job's task, and who lives beside it."),
    ] = None,
) -> int:
    if job is not None and experiment:
        raise UserError("--job and --experiment exclude each other", "leave one of them out")
    specs = session.load_specs(spec_paths(paths))
    if job is not None:
        _print([session.run(_experiment_of(specs, job))])
        return Exit.DONE
    found = session.run(_inventory(specs))
    chosen = [
        one
        for one in found
        if not experiment or any(fnmatchcase(one.name, glob) for glob in experiment)
    ]
    if not chosen:
        known = ", ".join(sorted(one.name for one in found)) or "none"
        raise UserError(f"no live workers to write down; experiments with any: {known}")
    _print(chosen)
    return Exit.DONE


def _print(experiments: list[Experiment]) -> None:
    from ruamel.yaml import YAML

    from reconciler.dumping.documents import workforce_documents
    from reconciler.task.secrets import WITHHELD

    yaml = YAML()
    yaml.default_flow_style = False
    yaml.explicit_start = True
    text = StringIO()
    yaml.dump_all(workforce_documents(experiments), text)
    if WITHHELD in text.getvalue():
        output.say(
            f"Warning: {WITHHELD} stands for what looks like a secret outside of "
            "environment_variables: put it into a variable of its own",
            "warning",
        )
    output.show_raw(text.getvalue())


async def _experiment_of(specs: Specs, job: str) -> Experiment:
    from reconciler.targets.engines import Engines

    async with Engines() as engines:
        for kind in sorted({target.kind for target in specs.targets}):
            targets = [target for target in specs.targets if target.kind == kind]
            found = await engines.of(kind).experiment_of_job(specs.project, targets, job)
            if found is not None:
                return found
    places = ", ".join(target.name for target in specs.targets) or "none"
    raise UserError(f"no target has a job {job!r}; the specs have these targets: {places}")


async def _inventory(specs: Specs) -> list[Experiment]:
    from reconciler.targets.engines import Engines

    found: list[Experiment] = []
    async with Engines() as engines:
        for kind in sorted({target.kind for target in specs.targets}):
            targets = [target for target in specs.targets if target.kind == kind]
            found += await engines.of(kind).inventory(specs.project, targets)
    return found
