"""`reconciler init`: a first project, for this machine or for an AzureML workspace."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import output
from reconciler.cli.help import described
from reconciler.outcomes import Exit
from reconciler.values.errors import UserError
from reconciler.values.names import is_name

HELP = described(
    "Write a first project. One workforce of three workers, on this machine. With --azureml, one "
    "worker in an AzureML workspace: what no flag gives is asked for on a terminal.",
    examples=[
        "reconciler init",
        "reconciler init my-project",
        "reconciler init --azureml",
        "reconciler init --azureml --workspace science --compute cpu",
    ],
    exit_1="there are specs already, or the folder can't be written",
)

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NO_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that some version of YAML reads as something else."""

_PROJECT = """\
# The project: one folder of spec files. Its name is part of what identifies its workers.
kind: Project
name: {name}
---
# Places that run workers. This one is your machine.
kind: Targets
targets:
  laptop:
    local: {{slots: 4}} # workers that run at once; further ones wait as Queued
"""

_WORKFORCE = """\
# A workforce: interchangeable workers that run the same task.
kind: Workforce
name: hello
task:
  # Runs until it is asked to leave: a drain sends SIGINT, and the worker ends in its own time.
  command: >-
    trap 'echo "asked to leave: goodbye"; exit 0' INT;
    echo "hello from $RECONCILER_WORKER";
    while true; do date; sleep 1; done
scale:
  desired: 3 # change it and run `reconciler plan`
regions:
  laptop: {}
"""

_AZUREML_PROJECT = """\
# The project: one folder of spec files. Its name is part of what identifies its workers.
kind: Project
name: {name}
---
# Places that run workers. This one is a compute of an AzureML workspace.
kind: Targets
targets:
  {target}:
    azureml:
      subscription_id: {subscription}
      resource_group: {group}
      workspace: {workspace}
      compute: {compute}
"""

_AZUREML_WORKFORCE = """\
# A workforce: interchangeable workers that run the same task. Each is one job.
kind: Workforce
name: hello
task:
  # Sleeps for ten minutes and ends.
  command: >-
    echo "hello from $RECONCILER_WORKER";
    sleep 600
  environment: {environment}
  limits: {{timeout: 1h}}
scale:
  desired: 1 # change it and run `reconciler plan`
regions:
  {target}: {{}}
"""


def init(
    folder: Annotated[
        str, typer.Argument(metavar="[DIR]", help="Where; made if it is missing.")
    ] = ".",
    azureml: Annotated[bool, typer.Option("--azureml", help="For an AzureML workspace.")] = False,
    subscription: Annotated[
        str | None, typer.Option("--subscription", metavar="GUID", help="Its subscription.")
    ] = None,
    resource_group: Annotated[
        str | None, typer.Option("--resource-group", metavar="NAME", help="Its resource group.")
    ] = None,
    workspace: Annotated[
        str | None, typer.Option("--workspace", metavar="NAME", help="The workspace.")
    ] = None,
    compute: Annotated[
        str | None,
        typer.Option("--compute", metavar="NAME", help="The compute; or its full ARM id."),
    ] = None,
    image: Annotated[
        str | None,
        typer.Option("--image", metavar="IMAGE", help="What workers run in; or azureml:NAME:7."),
    ] = None,
) -> int:
    given = {
        "--subscription": subscription,
        "--resource-group": resource_group,
        "--workspace": workspace,
        "--compute": compute,
        "--image": image,
    }
    alone = next((flag for flag, value in given.items() if value is not None), None)
    if alone is not None and not azureml:
        raise UserError(f"{alone} is for --azureml", f"add --azureml, or leave {alone} out")
    root = Path(folder)
    specs = root / "specs"
    if specs.exists():
        raise UserError(
            f"{specs} is there already",
            "`reconciler plan` shows what it would do; nothing was written",
        )
    project, workforce = _for_azureml(root, given) if azureml else _for_this_machine(root)
    files = {specs / "project.yaml": project, specs / "hello.yaml": workforce}
    try:
        specs.mkdir(parents=True)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{error.filename or specs} can't be written: {error.strerror}") from error
    for path in files:
        output.show_text(f"Wrote {path}")
    inside = "" if folder == "." else f"`cd {shlex.quote(f'./{root}')}`, then "
    check = "`reconciler doctor` to check the way there, " if azureml else ""
    then = "" if azureml else ", and `reconciler apply` to hire the workers"
    output.show_text(f"Next: {inside}{check}`reconciler plan`{then}.")
    return Exit.DONE


def _for_this_machine(root: Path) -> tuple[str, str]:
    return _PROJECT.format(name=_name_from(root.resolve().name)), _WORKFORCE


def _for_azureml(root: Path, given: Mapping[str, str | None]) -> tuple[str, str]:
    """The two files. Raises UserError, before anything is written, for answers that won't do."""
    from reconciler.cli.azureml_answers import answers

    found = answers(given)
    target, image = _name_from(found["--workspace"]), found["--image"]
    project = _AZUREML_PROJECT.format(
        name=_name_from(root.resolve().name),
        target=_quoted(target),
        subscription=_quoted(found["--subscription"]),
        group=_quoted(found["--resource-group"]),
        workspace=_quoted(found["--workspace"]),
        compute=_quoted(found["--compute"]),
    )
    is_registered = image.startswith("azureml:")
    environment = _quoted(image) if is_registered else f"{{image: {_quoted(image)}}}"
    return project, _AZUREML_WORKFORCE.format(target=_quoted(target), environment=environment)


def _quoted(text: str) -> str:
    """A YAML scalar that every reader takes for this text: plain where that is sure.

    JSON's strings are YAML's too.
    """
    is_sure = _WORD.fullmatch(text) and text.lower() not in _NO_TEXT
    return text if is_sure else json.dumps(text, ensure_ascii=False)


def _name_from(text: str) -> str:
    """A project's or target's name from another name, so that different ones mostly differ."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    return name if is_name(name) else "default"
