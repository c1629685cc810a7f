"""The `task` key: what each worker runs, in the keys of AzureML's command job."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from reconciler.spec.documents import job
from reconciler.spec.documents.alternatives import MAP, TEXT, AnyMap, AnyValue, Word
from reconciler.spec.documents.base import Document, MapText, Text, texts_of_map
from reconciler.spec.documents.quantities import FromEnv, Timeout

OUR_VARIABLES = "RECONCILER_"
OUR_TAGS = "reconciler."
_VARIABLE = re.compile(r"[^=\s]+")

EVERYWHERE = ("file", "command", "environment_variables", "limits", "tags")
"""The keys that local targets use too."""

NOT_USED = {
    "display_name": "jobs are named by their number",
    "name": "jobs are named by their number",
    "experiment_name": "the region's `experiment` holds its jobs",
    "compute": "the region's target says where workers run",
}
"""Keys of a job that this tool sets itself, with the reason. They are accepted, since a job's own
file has them, and a warning says that they do nothing."""


def _check_command(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: write what a worker runs")
    return text


def _check_variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
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


def _value_or_reference(value: Any) -> str:
    is_reference = isinstance(value, FromEnv) or (isinstance(value, dict) and "from_env" in value)
    return MAP if is_reference else TEXT


Command = Annotated[
    Text,
    AfterValidator(_check_command),
    WithJsonSchema({"type": ["string", "number", "boolean"], "pattern": "\\S"}),
]
VariableName = Annotated[
    str,
    AfterValidator(_check_variable),
    WithJsonSchema({"type": "string", "pattern": f"^(?!{OUR_VARIABLES})[^=\\s]+$"}),
]
TagName = Annotated[
    str,
    AfterValidator(_check_tag),
    WithJsonSchema({"type": "string", "pattern": f"^(?!{re.escape(OUR_TAGS)})."}),
]
Value = Annotated[
    Annotated[MapText, Tag(TEXT)] | Annotated[FromEnv, Tag(MAP)], Discriminator(_value_or_reference)
]
Variables = Annotated[dict[VariableName, Value], BeforeValidator(texts_of_map)]
Tags = Annotated[dict[TagName, MapText], BeforeValidator(texts_of_map)]
Inputs = Annotated[
    dict[
        str,
        Annotated[
            Annotated[AnyValue, Tag(TEXT)] | Annotated[job.Input, Tag(MAP)],
            Discriminator(lambda value: MAP if isinstance(value, (dict, job.Input)) else TEXT),
        ],
    ],
    Field(max_length=1_000),
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


class TaskOverride(Document):
    """The `task` key of a region: laid over the workforce's task, key by key."""

    file: Text | None = Field(
        default=None,
        description=(
            "An AzureML command job's YAML file, from the folder of this file, whose keys are "
            "taken where they don't stand here. It must lie in the project's folder."
        ),
        examples=["job.yml"],
    )
    command: Command | None = Field(
        default=None,
        description=(
            "The shell command that a worker runs. It is handed on as it is written: braces and "
            "dollar signs in it are the shell's, or AzureML's (${{inputs.data}})."
        ),
        examples=["python -m work --workers $RECONCILER_TASKS_PER_WORKER"],
    )
    code: job.UriOrPath | None = Field(
        default=None,
        description=(
            "The folder that the command runs in, which is uploaded: a path from the folder of "
            "this file, within the project's; or a URI such as `azureml:code:1`."
        ),
        examples=["src"],
    )
    environment: job.EnvironmentValue | None = Field(
        default=None,
        description=(
            "What the command runs in: a registered environment (azureml:dft@latest, "
            "azureml:dft:7), or a map with the image."
        ),
        examples=[{"image": "myregistry.azurecr.io/dft:2026-11"}, "azureml:dft:7"],
    )
    environment_variables: Variables = Field(
        default_factory=dict,
        description=(
            "Variables of the command, as texts: an unquoted 0123 or true is passed as written. "
            "{from_env: NAME} takes the value of a variable of whoever applies. Names that begin "
            f"with {OUR_VARIABLES} are taken."
        ),
        examples=[{"OMP_NUM_THREADS": "32"}],
    )
    inputs: Inputs | None = Field(
        default=None,
        description="Data and values that the command reads as ${{inputs.NAME}}.",
        examples=[{"rate": 0.1}],
    )
    outputs: Annotated[dict[str, job.Output | None], Field(max_length=1_000)] | None = Field(
        default=None,
        description="Data that the command writes to ${{outputs.NAME}}.",
        examples=[{"results": {"type": "uri_folder", "mode": "rw_mount"}}],
    )
    distribution: job.Distribution | None = Field(
        default=None,
        description="How one worker is spread over processes and machines.",
        examples=[{"type": "pytorch", "process_count_per_instance": 8}],
    )
    resources: job.Resources | None = Field(
        default=None, description="The machines of one worker.", examples=[{"shm_size": "256m"}]
    )
    limits: Limits | None = Field(
        default=None, description="Limits of each worker.", examples=[{"timeout": "14d"}]
    )
    identity: job.Identity | None = Field(
        default=None,
        description="The identity that the command has: managed, user_identity or aml_token.",
        examples=[{"type": "managed", "client_id": "22222222-2222-2222-2222-222222222222"}],
    )
    queue_settings: job.QueueSettings | None = Field(
        default=None,
        description="How a job waits for a machine.",
        examples=[{"job_tier": "standard", "priority": "low"}],
    )
    services: Annotated[dict[str, job.Service], Field(max_length=1_000)] | None = Field(
        default=None,
        description="What runs beside the command and can be reached.",
        examples=[{"shell": {"type": "ssh", "ssh_public_keys": "ssh-rsa AAAA"}}],
    )
    tags: Tags = Field(
        default_factory=dict,
        description=(
            "Tags of each worker's job, as texts, for people and bills. Names that begin with "
            f"{OUR_TAGS} are taken."
        ),
        examples=[{"ProjectID": "0123"}],
    )
    properties: job.Texts | None = Field(
        default=None,
        description="Properties of each worker's job, as texts.",
        examples=[{"origin": "sweep-7"}],
    )
    description: Text | None = Field(
        default=None,
        description="A description of each worker's job, for people.",
        examples=["Relaxes molecules"],
    )
    display_name: Text | None = Field(
        default=None, description="Not used: jobs are named by their number.", examples=["relax"]
    )
    name: Text | None = Field(
        default=None, description="Not used: jobs are named by their number.", examples=["relax-1"]
    )
    experiment_name: Text | None = Field(
        default=None,
        description="Not used: the region's `experiment` holds its jobs.",
        examples=["relax"],
    )
    compute: Text | None = Field(
        default=None,
        description="Not used: the region's target says where workers run.",
        examples=["azureml:cpu-cluster"],
    )
    type: Annotated[Literal["command"], Word] | None = Field(
        default=None, description="The kind of job: workers are command jobs.", examples=["command"]
    )
    schema_: Text | None = Field(
        default=None,
        alias="$schema",
        description="For editors; not used.",
        examples=["https://azuremlschemas.azureedge.net/latest/commandJob.schema.json"],
    )
    extra: AnyMap | None = Field(
        default=None,
        description=(
            "Merged into the job's body unread: for keys of AzureML that are newer than this tool."
        ),
        examples=[{"parentJobName": "sweep"}],
    )


class Task(TaskOverride):
    """The `task` key of a workforce: an AzureML command job in the keys of its own YAML."""

    command: Command = Field(
        description=TaskOverride.model_fields["command"].description,
        examples=["python -m work --workers $RECONCILER_TASKS_PER_WORKER"],
    )
