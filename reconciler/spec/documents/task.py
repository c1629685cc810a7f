"""The `task` key: what each worker runs, in the keys of AzureML's command job."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from reconciler.spec.documents.base import Document, Text, Timeout, texts_of_map

OUR_VARIABLES = "RECONCILER_"
OUR_TAGS = "reconciler."


def _check_command(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: write what a worker runs")
    return text


def _check_variable(name: str) -> str:
    if not name or "=" in name or any(character.isspace() for character in name):
        raise ValueError("is not the name of a variable: it is empty, or holds '=' or a space")
    if name.startswith(OUR_VARIABLES):
        raise ValueError(f"begins with {OUR_VARIABLES}: those variables are set for each worker")
    return name


def _check_tag(name: str) -> str:
    if not name:
        raise ValueError("is empty: a tag needs a name")
    if name.startswith(OUR_TAGS):
        raise ValueError(f"begins with {OUR_TAGS}: those tags are set for each worker")
    return name


Command = Annotated[Text, AfterValidator(_check_command)]
Variables = Annotated[
    dict[Annotated[str, AfterValidator(_check_variable)], str], BeforeValidator(texts_of_map)
]
Tags = Annotated[
    dict[Annotated[str, AfterValidator(_check_tag)], str], BeforeValidator(texts_of_map)
]


class Limits(Document):
    """The `limits` key of a task."""

    timeout: Timeout | None = Field(
        default=None,
        description=(
            "How long a worker may run before it is ended: 90s, 2h, 14d. A bare whole number is "
            "seconds. Left out, there is no limit."
        ),
        examples=["14d", 3600],
    )


class Task(Document):
    """The `task` key of a workforce."""

    command: Command = Field(
        description=(
            "The shell command that a worker runs. It is handed on as it is written: braces and "
            "dollar signs in it are the shell's."
        ),
        examples=["python -m work --workers $RECONCILER_TASKS_PER_WORKER"],
    )
    environment_variables: Variables = Field(
        default_factory=dict,
        description=(
            "Variables of the command, as texts: an unquoted 0123 or true is passed as written. "
            f"Names that begin with {OUR_VARIABLES} are taken."
        ),
        examples=[{"OMP_NUM_THREADS": "32"}],
    )
    limits: Limits = Field(default_factory=Limits, description="Limits of each worker.")
    tags: Tags = Field(
        default_factory=dict,
        description=(
            "Tags of each worker's job, as texts, for people and bills. Names that begin with "
            f"{OUR_TAGS} are taken."
        ),
        examples=[{"ProjectID": "0123"}],
    )


class TaskOverride(Document):
    """The `task` key of a region: laid over the workforce's task, key by key."""

    command: Command | None = Field(
        default=None,
        description="Takes the place of the workforce's command in this region.",
        examples=["python -m work --half"],
    )
    environment_variables: Variables = Field(
        default_factory=dict,
        description="Added to the workforce's variables; one of the same name takes its place.",
        examples=[{"OMP_NUM_THREADS": "32"}],
    )
    limits: Limits = Field(
        default_factory=Limits, description="Takes the place of the workforce's limits, key by key."
    )
    tags: Tags = Field(
        default_factory=dict,
        description="Added to the workforce's tags; one of the same name takes its place.",
        examples=[{"ProjectID": "0123"}],
    )
