"""The parts of a task that only AzureML knows, in the keys and words of its command job YAML.

After the schema that azure.ai.ml's `load_job` checks a command job against (version 1.35).
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from reconciler.spec.documents.alternatives import AnyMap, AnyValue, Word, by_type, text_or
from reconciler.spec.documents.base import Document, MapText, Text, texts_of_map
from reconciler.spec.documents.quantities import SizeValue

Instances = Annotated[int, Field(ge=1, le=1_000_000)]
Port = Annotated[int, Field(ge=1, le=65_535)]
Texts = Annotated[dict[str, MapText], BeforeValidator(texts_of_map)]


def _check_uri_or_path(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: write a path from the folder of this file, or a URI")
    return text


def _text_or_map(value: Any) -> Any:
    if not isinstance(value, (str, dict)):
        raise ValueError("should be the path of a conda file, or a map of what it would hold")
    return value


def _text_or_texts(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return list(value)
    raise ValueError("should be text, or a list of texts")


UriOrPath = Annotated[Text, AfterValidator(_check_uri_or_path)]
"""A path from the folder of the file that holds it, or a URI such as `azureml:code:1`."""


_ONE_SOURCE: Final = "an environment needs either an `image` or a `build`"


class Build(Document):
    """How an environment's image is built."""

    path: UriOrPath = Field(description="The folder with the Dockerfile.", examples=["docker"])
    dockerfile_path: Text | None = Field(
        default=None,
        description="The Dockerfile, from that folder. Left out, it is `Dockerfile`.",
        examples=["Dockerfile.gpu"],
    )


class Environment(Document):
    """What a worker runs in: an image, with conda packages on it where wanted, or a build."""

    image: Text | None = Field(
        default=None,
        description="The Docker image.",
        examples=["myregistry.azurecr.io/dft:2026-11"],
    )
    conda_file: Annotated[Any, BeforeValidator(_text_or_map)] = Field(
        default=None,
        description="Conda packages on top of the image: a file, or what it would hold.",
        examples=["conda.yml"],
        json_schema_extra={"type": ["string", "object"]},
    )
    build: Build | None = Field(
        default=None,
        description="Builds the image instead of naming one.",
        examples=[{"path": "docker"}],
    )
    os_type: Annotated[Literal["linux", "windows"], Word] | None = Field(
        default=None, description="The image's operating system.", examples=["linux"]
    )
    inference_config: AnyMap | None = Field(
        default=None, description="Routes of a server; a worker uses none.", examples=[{}]
    )
    name: Text | None = Field(
        default=None,
        description="Accepted and not used: an inline environment is anonymous.",
        examples=["dft"],
    )
    version: Text | None = Field(
        default=None,
        description="Accepted and not used: an inline environment is anonymous.",
        examples=["7"],
    )
    description: Text | None = Field(
        default=None, description="For people.", examples=["Relaxation with DFT"]
    )
    tags: Texts = Field(
        default_factory=dict,
        description="Tags of the environment.",
        examples=[{"team": "materials"}],
    )
    properties: Texts = Field(
        default_factory=dict,
        description="Properties of the environment.",
        examples=[{"origin": "conda"}],
    )
    datastore: Text | None = Field(
        default=None,
        description="The datastore that a build's folder is uploaded to.",
        examples=["workspaceblobstore"],
    )
    schema_: Text | None = Field(
        default=None,
        alias="$schema",
        description="For editors; not used.",
        examples=["https://azuremlschemas.azureedge.net/latest/environment.schema.json"],
    )

    @model_validator(mode="after")
    def _one_source(self) -> Environment:
        if self.image is not None and self.build is not None:
            raise ValueError(_ONE_SOURCE)
        if self.image is None and self.build is None:
            raise PydanticCustomError("incomplete", _ONE_SOURCE)
        if self.conda_file is not None and self.image is None:
            raise PydanticCustomError("incomplete", "a `conda_file` needs an `image` to stand on")
        return self


EnvironmentValue = text_or(Environment)
"""A registered environment by its name, or an inline one."""


class Resources(Document):
    """The machines of one worker."""

    instance_count: Instances | None = Field(
        default=None, description="Machines per worker. Left out, it is 1.", examples=[1]
    )
    instance_type: Text | None = Field(
        default=None,
        description="The kind of machine, where the compute has several.",
        examples=["Standard_E32s_v5"],
    )
    shm_size: SizeValue | None = Field(
        default=None,
        description="Shared memory of the container, with a unit (b, k, m or g).",
        examples=["256m"],
    )
    docker_args: Annotated[Any, BeforeValidator(_text_or_texts)] = Field(
        default=None,
        description="Further arguments of `docker run`: a text, or a list of texts.",
        examples=["--cpus 8"],
        json_schema_extra={"type": ["string", "array"], "items": {"type": "string"}},
    )
    properties: AnyMap | None = Field(
        default=None,
        description="What further settings the compute takes, by name.",
        examples=[{"AISuperComputer": {"slaTier": "Basic"}}],
    )
    locations: list[str] | None = Field(
        default=None, description="Locations that the job may run in.", examples=[["westus2"]]
    )
    max_instance_count: Instances | None = Field(
        default=None,
        description="The most machines per worker, where the job is elastic.",
        examples=[4],
    )


class ManagedIdentity(Document):
    """A managed identity of the compute."""

    type: Annotated[Literal["managed", "managed_identity"], Word] = Field(
        description="The kind of identity."
    )
    client_id: Text | None = Field(
        default=None,
        description="The identity, by client id.",
        examples=["22222222-2222-2222-2222-222222222222"],
    )
    object_id: Text | None = Field(
        default=None,
        description="The identity, by object id.",
        examples=["33333333-3333-3333-3333-333333333333"],
    )
    msi_resource_id: Text | None = Field(
        default=None,
        description="The identity, by ARM id.",
        examples=[
            "/subscriptions/S/resourceGroups/RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/I"
        ],
    )


class UserIdentity(Document):
    """The person who applies."""

    type: Annotated[Literal["user_identity"], Word] = Field(description="The kind of identity.")


class AmlToken(Document):
    """The workspace's own token."""

    type: Annotated[Literal["aml_token"], Word] = Field(description="The kind of identity.")


Identity = by_type(
    {
        "managed": ManagedIdentity,
        "managed_identity": ManagedIdentity,
        "user_identity": UserIdentity,
        "aml_token": AmlToken,
    }
)


class PyTorch(Document):
    """Distributed PyTorch."""

    type: Annotated[Literal["pytorch"], Word] = Field(description="The kind of distribution.")
    process_count_per_instance: Instances | None = Field(
        default=None, description="Processes on each machine.", examples=[8]
    )


class Mpi(Document):
    """MPI."""

    type: Annotated[Literal["mpi"], Word] = Field(description="The kind of distribution.")
    process_count_per_instance: Instances | None = Field(
        default=None, description="Processes on each machine.", examples=[8]
    )


class TensorFlow(Document):
    """Distributed TensorFlow."""

    type: Annotated[Literal["tensorflow"], Word] = Field(description="The kind of distribution.")
    parameter_server_count: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="Parameter servers.", examples=[1]
    )
    worker_count: Instances | None = Field(
        default=None, description="TensorFlow workers.", examples=[4]
    )


class Ray(Document):
    """A Ray cluster."""

    type: Annotated[Literal["ray"], Word] = Field(description="The kind of distribution.")
    port: Port | None = Field(default=None, description="The head node's port.", examples=[6379])
    address: Text | None = Field(
        default=None, description="The head node's address.", examples=["10.0.0.4"]
    )
    include_dashboard: bool | None = Field(
        default=None, description="Whether the dashboard is started.", examples=[True]
    )
    dashboard_port: Port | None = Field(
        default=None, description="The dashboard's port.", examples=[8265]
    )
    head_node_additional_args: Text | None = Field(
        default=None, description="Further arguments of the head node.", examples=["--num-cpus=4"]
    )
    worker_node_additional_args: Text | None = Field(
        default=None, description="Further arguments of the other nodes.", examples=["--num-cpus=8"]
    )


Distribution = by_type({"pytorch": PyTorch, "mpi": Mpi, "tensorflow": TensorFlow, "ray": Ray})

_ASSETS = Literal[
    "uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model", "triton_model"
]


class Input(Document):
    """Data that the command reads."""

    type: Annotated[_ASSETS, Word] | None = Field(
        default=None,
        description="What it is. Left out, it is `uri_folder`.",
        examples=["uri_folder"],
    )
    path: UriOrPath | None = Field(
        default=None,
        description="Where it is: a path from the folder of this file, or a URI.",
        examples=["azureml://datastores/workspaceblobstore/paths/molecules"],
    )
    mode: (
        Annotated[Literal["ro_mount", "download", "direct", "eval_mount", "eval_download"], Word]
        | None
    ) = Field(default=None, description="How the command gets at it.", examples=["ro_mount"])
    path_on_compute: Text | None = Field(
        default=None, description="Where it is mounted or downloaded to.", examples=["/data"]
    )
    datastore: Text | None = Field(
        default=None,
        description="The datastore that local data is uploaded to.",
        examples=["workspaceblobstore"],
    )
    value: AnyValue = Field(
        default=None, description="A literal value, instead of data.", examples=[0.1]
    )


class Output(Document):
    """Data that the command writes."""

    type: Annotated[_ASSETS, Word] | None = Field(
        default=None,
        description="What it is. Left out, it is `uri_folder`.",
        examples=["uri_folder"],
    )
    path: Text | None = Field(
        default=None,
        description="Where it goes: a datastore's URI.",
        examples=["azureml://datastores/workspaceblobstore/paths/results"],
    )
    mode: Annotated[Literal["rw_mount", "mount", "upload", "direct"], Word] | None = Field(
        default=None, description="How it gets there.", examples=["rw_mount"]
    )
    name: Text | None = Field(
        default=None, description="The name that it is registered under.", examples=["results"]
    )
    version: Text | None = Field(
        default=None, description="The version that it is registered as.", examples=["1"]
    )


class Service(Document):
    """Something that runs beside the command and can be reached."""

    type: Text | None = Field(
        default=None,
        description="What it is: ssh, jupyter_lab, tensor_board or vs_code.",
        examples=["ssh"],
    )
    port: Port | None = Field(default=None, description="Its port.", examples=[8080])
    nodes: Text | None = Field(
        default=None, description="The machines that it runs on.", examples=["all"]
    )
    ssh_public_keys: Text | None = Field(
        default=None, description="For ssh: who may log in.", examples=["ssh-rsa AAAA..."]
    )
    log_dir: Text | None = Field(
        default=None,
        description="For tensor_board: what it shows.",
        examples=["outputs/tensorboard"],
    )
    properties: AnyMap | None = Field(
        default=None,
        description="Further settings.",
        examples=[{"sshPublicKeys": "ssh-rsa AAAA..."}],
    )


class QueueSettings(Document):
    """How a job waits for a machine."""

    job_tier: Annotated[Literal["spot", "basic", "standard", "premium", "null"], Word] | None = (
        Field(
            default=None,
            description="The tier, on serverless and Singularity computes.",
            examples=["standard"],
        )
    )
    priority: Annotated[Literal["low", "medium", "high"], Word] | None = Field(
        default=None, description="Its priority among waiting jobs.", examples=["low"]
    )
