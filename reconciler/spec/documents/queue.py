"""The `queue` key: where the workers pull their work from."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from reconciler.spec.documents.base import Document, Name, Text
from reconciler.spec.documents.quantities import Secret

_ACCOUNT = re.compile(r"[a-z0-9]{1,24}")
_STORAGE_QUEUE = re.compile(r"(?=.{1,63}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
_NAMESPACE = re.compile(r"[A-Za-z](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?(?:\.[A-Za-z0-9.-]+)?")
_ENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/~-]{0,258}")


def _check_account(text: str) -> str:
    if not _ACCOUNT.fullmatch(text):
        raise ValueError("is no storage account: at most 24 lower-case letters and digits")
    return text


def _check_storage_queue(text: str) -> str:
    if not _STORAGE_QUEUE.fullmatch(text):
        raise ValueError(
            "is no storage queue's name: at most 63 lower-case letters, digits and single hyphens"
        )
    return text


def _check_namespace(text: str) -> str:
    if not _NAMESPACE.fullmatch(text):
        raise ValueError(
            "is no Service Bus namespace: its name (at most 50 letters, digits and hyphens), "
            "or its full host name"
        )
    return text


def _check_entity(text: str) -> str:
    if not _ENTITY.fullmatch(text):
        raise ValueError("is no Service Bus queue's name: letters, digits, '.', '-', '_' and '/'")
    return text


_ONE_KIND: Final = "a queue needs one key: storage, service_bus or local"

Account = Annotated[Text, AfterValidator(_check_account)]
Namespace = Annotated[Text, AfterValidator(_check_namespace)]

CONNECTION = (
    "A connection string in place of the credential of whoever applies: for emulators and shared "
    "keys. It names the variable that holds it."
)


class StorageQueue(Document):
    """A queue of Azure Storage."""

    account: Account = Field(description="The storage account.", examples=["mystorage"])
    name: Annotated[Text, AfterValidator(_check_storage_queue)] = Field(
        description="The queue.", examples=["dft-tasks"]
    )
    connection_string: Secret | None = Field(
        default=None, description=CONNECTION, examples=[{"from_env": "QUEUE_CONNECTION"}]
    )


class ServiceBusQueue(Document):
    """A queue of Service Bus."""

    namespace: Namespace = Field(description="The Service Bus namespace.", examples=["mybus-eu"])
    queue: Annotated[Text, AfterValidator(_check_entity)] = Field(
        description="The queue.", examples=["dft-tasks"]
    )
    subscription_id: Text | None = Field(
        default=None,
        description=(
            "The namespace's Azure subscription. With it and `resource_group`, the length is read "
            "with the rights of a Reader; without, that takes the rights to manage the queue."
        ),
        examples=["00000000-0000-0000-0000-000000000000"],
    )
    resource_group: Text | None = Field(
        default=None, description="The namespace's resource group.", examples=["science-rg"]
    )
    connection_string: Secret | None = Field(
        default=None, description=CONNECTION, examples=[{"from_env": "BUS_CONNECTION"}]
    )


class LocalQueue(Document):
    """A queue on this machine, as `reconciler queue` keeps them."""

    name: Name = Field(description="The queue.", examples=["tasks"])


class Queue(Document):
    """One key: the kind of queue."""

    storage: StorageQueue | None = Field(
        default=None,
        description="A queue of Azure Storage.",
        examples=[{"account": "mystorage", "name": "dft-tasks"}],
    )
    service_bus: ServiceBusQueue | None = Field(
        default=None,
        description="A queue of Service Bus.",
        examples=[{"namespace": "mybus", "queue": "dft-tasks"}],
    )
    local: LocalQueue | None = Field(
        default=None, description="A queue on this machine.", examples=[{"name": "tasks"}]
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Queue:
        kinds = sum(one is not None for one in (self.storage, self.service_bus, self.local))
        if kinds == 0:
            raise PydanticCustomError("incomplete", _ONE_KIND)
        if kinds > 1:
            raise ValueError(_ONE_KIND)
        return self
