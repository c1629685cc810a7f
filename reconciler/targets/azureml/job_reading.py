"""From a command job's document in Resource Manager to the task that it runs. Pure.

A document is read leniently: fields that are not known and parts of other shapes are passed over.
What the service or this tool adds to each job is left out, and what looks like a secret does not
come along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from reconciler.azure.decoding import BAD_JSON
from reconciler.azure.errors import malformed
from reconciler.model.workforce import Task
from reconciler.targets.azureml import job_parts as parts
from reconciler.targets.azureml.job_parts import Json, part, text
from reconciler.task.secrets import is_secret, withheld, without_secrets
from reconciler.values.duration import Duration
from reconciler.values.immutable import FrozenMap, frozen

_OWN_VARIABLES = ("RECONCILER_", "WORKFORCE_")
_OWN_VARIABLE_NAMES = frozenset({"JOBQ_PID_DIR"})
_OWN_TAG = "reconciler."
_SERVICE_PROPERTIES = (
    "_aml",
    "_azureml",
    "azureml.",
    "mlflow.",
    "contentsnapshotid",
    "processinfofile",
    "processstatusfile",
    "reconciler.",
)
"""How the names begin that the service, its SDK and this tool give to properties."""

_VARIABLE = re.compile(r"[^=\s]+")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]")
_TIME = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.0*)?S)?)?",
    re.ASCII,
)
_UNIT_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_LONGEST_SECONDS = 100 * 365 * 86_400
_ANONYMOUS = "CliV2AnonymousEnvironment"
"""The name under which the SDK keeps inline environments."""


@dataclass(frozen=True, slots=True)
class ReadJob:
    """A command job, as Resource Manager shows it.

    `compute` and `environment_id` are ids as the service spells them; `digest` is the tag.
    """

    name: str
    experiment: str
    task: Task
    compute: str | None = None
    digest: str | None = None
    environment_id: str | None = None

    @property
    def is_environment_anonymous(self) -> bool:
        """Whether the environment was inline in the spec: its name says nothing then."""
        found = (self.environment_id or "").lower()
        return f"/environments/{_ANONYMOUS.lower()}/versions/" in found

    def in_image(self, image: str) -> ReadJob:
        """The same with an inline environment of an image."""
        job = {**self.task.job, "environment": FrozenMap({"image": image})}
        return replace(self, task=replace(self.task, job=FrozenMap(job)))


def read_job(body: bytes, workspace: str) -> ReadJob | None:
    """The job of a document; None where it is no command job, such as a pipeline.

    `workspace` is the full id of the one that holds it. Raises ServiceFailure for what is no
    document of a job.
    """
    try:
        document = msgspec.json.decode(body)
    except BAD_JSON as error:
        raise malformed("Resource Manager", f"no job: {error}") from error
    if not isinstance(document, Mapping):
        raise malformed("Resource Manager", "no job")
    name, properties = text(document.get("name")), part(document, "properties")
    if name is None or not properties:
        raise malformed("Resource Manager", "no job")
    task = task_of(properties, name, workspace)
    if task is None:
        return None
    return ReadJob(
        name,
        text(properties.get("experimentName")) or "Default",
        task,
        compute=text(properties.get("computeId")),
        digest=text(part(properties, "tags").get(f"{_OWN_TAG}digest")),
        environment_id=text(properties.get("environmentId")),
    )


def task_of(properties: Json, name: str, workspace: str) -> Task | None:
    """The task in the properties of the job `name`; None where it is no command job."""
    command = text(properties.get("command"))
    if command is None or not command.strip():
        return None
    values, secrets = _variables(part(properties, "environmentVariables"))
    job = {
        "code": parts.asset(properties.get("codeId"), workspace),
        "description": text(properties.get("description")),
        "distribution": parts.distribution(part(properties, "distribution")),
        "environment": parts.asset(properties.get("environmentId"), workspace),
        "identity": parts.identity(part(properties, "identity")),
        "inputs": parts.inputs(part(properties, "inputs"), workspace),
        "outputs": parts.outputs(part(properties, "outputs"), name),
        "properties": _own_properties(part(properties, "properties")),
        "queue_settings": parts.queue_settings(part(properties, "queueSettings")),
        "resources": parts.resources(part(properties, "resources")),
        "services": parts.services(part(properties, "services")),
    }
    return Task(
        command=without_secrets(command),
        environment_variables=FrozenMap(values),
        timeout=timeout_of(part(properties, "limits").get("timeout")),
        tags=FrozenMap(_tags(part(properties, "tags"))),
        secret_variables=FrozenMap(secrets),
        job=FrozenMap(
            {key: frozen(withheld(value)) for key, value in job.items() if value not in (None, {})}
        ),
    )


def image_of(body: bytes) -> str | None:
    """The image in an environment's document, where that is all that the environment is."""
    try:
        document = msgspec.json.decode(body)
    except BAD_JSON:
        return None
    properties = part(document, "properties") if isinstance(document, Mapping) else parts.NOTHING
    if properties.get("condaFile") or properties.get("build"):
        return None
    return text(properties.get("image"))


def timeout_of(value: object) -> Duration | None:
    """A timeout from its ISO 8601 form, `P1DT2H3M4S`.

    None where there is none, or it is no whole number of seconds, or years and months of unknown
    length are in it, or it is longer than a spec takes.
    """
    match = _TIME.fullmatch(value) if isinstance(value, str) and len(value) < 100 else None
    if match is None:
        return None
    seconds = sum(int(match[unit] or 0) * size for unit, size in _UNIT_SECONDS.items())
    return Duration(seconds) if 1 <= seconds <= _LONGEST_SECONDS else None


def _variables(found: Json) -> tuple[dict[str, str], dict[str, str]]:
    """The variables to write down, and those whose value stays out, each as its own holder."""
    values: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for name, value in found.items():
        if name.startswith(_OWN_VARIABLES) or name in _OWN_VARIABLE_NAMES:
            continue
        if not isinstance(value, str) or not _VARIABLE.fullmatch(name):
            continue
        if is_secret(name, value):
            secrets[name] = _holder(name)
        else:
            values[name] = value
    return values, secrets


def _holder(name: str) -> str:
    plain = _NOT_IN_NAMES.sub("_", name)[:250]
    return f"_{plain}" if plain[:1].isdigit() else plain


def _tags(found: Json) -> dict[str, str]:
    return {
        name: without_secrets(value)
        for name, value in found.items()
        if name and not name.startswith(_OWN_TAG) and isinstance(value, str)
    }


def _own_properties(found: Json) -> dict[str, str]:
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, str) and not name.lower().startswith(_SERVICE_PROPERTIES)
    }
