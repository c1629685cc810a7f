"""What `init --azureml` needs to know: from flags, from the environment, or asked for."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.cli import output
from reconciler.values.errors import UserError

DEFAULT_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest"
"""A small public image of AzureML's own."""

_IMAGE = re.compile(r"[A-Za-z0-9][\w./:@-]{0,499}", re.ASCII)
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to know. `key` is the settings' name for it, None for the image."""

    flag: str
    text: str
    key: str | None
    variables: tuple[str, ...] = ()
    """Where the environment may have it: az's own default first, then what AzureML sets."""
    shown_by: str | None = None
    """The command that shows what to answer."""
    default: str | None = None


QUESTIONS = (
    Question(
        "--subscription",
        "Subscription id",
        "subscription_id",
        ("AZURE_SUBSCRIPTION_ID", "AZUREML_ARM_SUBSCRIPTION"),
        "az account show --query id --output tsv",
    ),
    Question(
        "--resource-group",
        "Resource group",
        "resource_group",
        ("AZURE_DEFAULTS_GROUP", "AZUREML_ARM_RESOURCEGROUP"),
        "az group list --output table",
    ),
    Question(
        "--workspace",
        "AzureML workspace",
        "workspace",
        ("AZURE_DEFAULTS_WORKSPACE", "AZUREML_ARM_WORKSPACE_NAME"),
        "az ml workspace list --output table",
    ),
    Question("--compute", "Compute", "compute", shown_by="az ml compute list --output table"),
    Question("--image", "Docker image, or azureml:NAME:VERSION", None, default=DEFAULT_IMAGE),
)


def answers(given: Mapping[str, str | None]) -> dict[str, str]:
    """An answer to each question, by its flag. Raises UserError for everything wrong at once.

    What no flag gives is taken from the environment or asked for; on a terminal the environment
    only suggests.
    """
    if sys.stdin.isatty():
        return {one.flag: _asked(one, given.get(one.flag)) for one in QUESTIONS}
    found: dict[str, str] = {}
    missing: list[Question] = []
    for question in QUESTIONS:
        value = given.get(question.flag)
        if value is None:
            value, variable = _suggested(question)
            if value is not None and variable is not None:
                output.say(f"{question.flag} {value} is taken from {variable}.")
        if value is None:
            missing.append(question)
        else:
            found[question.flag] = value
    _require(found, missing)
    return found


def _require(found: Mapping[str, str], missing: list[Question]) -> None:
    by_flag = {question.flag: question for question in QUESTIONS}
    wrong = [
        f"{flag} {value!r} {complaint}"
        for flag, value in found.items()
        if (complaint := _complaint(by_flag[flag], value)) is not None
    ]
    if missing:
        flags = ", ".join(question.flag for question in missing)
        wrong.append(f"there is no terminal to ask on: give {flags}")
    if wrong:
        commands = [f"`{one.shown_by}`" for one in missing if one.shown_by]
        raise UserError(
            "\n".join(wrong), f"{', '.join(commands)} show what to give" if commands else None
        )


def _asked(question: Question, given: str | None) -> str:
    """The flag's value, or an answer at the terminal. Raises UserError after some wrong ones."""
    if given is not None:
        complaint = _complaint(question, given)
        if complaint is not None:
            raise UserError(f"{question.flag} {given!r} {complaint}", _hint(question))
        return given
    suggested, _ = _suggested(question)
    for _ in range(_ATTEMPTS):
        sys.stderr.write(f"{question.text}{f' [{suggested}]' if suggested else ''}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise UserError(f"there was no answer for {question.flag}", _hint(question))
        answer = line.strip() or suggested or ""
        complaint = _complaint(question, answer)
        if complaint is None:
            return answer
        output.say(f"{answer!r} {complaint}", "warning")
        if question.shown_by:
            output.say(f"`{question.shown_by}` shows it.")
    raise UserError(f"there was no valid answer for {question.flag}", _hint(question))


def _hint(question: Question) -> str | None:
    return f"`{question.shown_by}` shows it" if question.shown_by else None


def _suggested(question: Question) -> tuple[str | None, str | None]:
    """A value without being asked, and the variable that has it."""
    for variable in question.variables:
        if os.environ.get(variable):
            return os.environ[variable], variable
    return question.default, None


def _complaint(question: Question, value: str) -> str | None:
    """What is wrong with an answer, as the specs' own check says it; None where nothing is."""
    if question.key is None:
        valid = _IMAGE.fullmatch(value) is not None
        return None if valid else "is no image: such as registry.azurecr.io/name:tag"
    from pydantic import ValidationError

    from reconciler.targets.azureml.settings import Settings

    try:
        Settings.model_validate({**_VALID, question.key: value})
    except ValidationError as error:
        return str(error.errors()[0]["msg"]).removeprefix("Value error, ")
    return None


_VALID = {
    "subscription_id": "00000000-0000-0000-0000-000000000000",
    "resource_group": "group",
    "workspace": "workspace",
}
"""Settings that pass, so that one answer is checked at a time."""
