"""The `back_channel` key: how running workers are told to finish and leave."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from reconciler.model.channels import DRAIN_TIMEOUT, OnDrainTimeout, Speaks
from reconciler.spec.documents.base import Document, Text
from reconciler.spec.documents.quantities import DurationValue, Secret
from reconciler.spec.documents.queue import CONNECTION, Namespace


class ServiceBusTopic(Document):
    """Topics of Service Bus, one for each region."""

    namespace: Namespace = Field(description="The Service Bus namespace.", examples=["mybus-eu"])
    topic: Text = Field(
        default="{experiment}",
        description=(
            "The topic of each region. {experiment}, {workforce}, {region} and {target} stand for "
            "those names."
        ),
        examples=["{experiment}"],
    )
    connection_string: Secret | None = Field(
        default=None, description=CONNECTION, examples=[{"from_env": "BUS_CONNECTION"}]
    )


class BackChannel(Document):
    """Drain messages, and what is to become of them."""

    service_bus: ServiceBusTopic = Field(
        description="Topics of Service Bus.",
        examples=[{"namespace": "mybus-eu", "topic": "{experiment}"}],
    )
    speaks: Annotated[Speaks, Field(strict=False)] = Field(
        default=Speaks.AI4S_JOBQ_3,
        description=(
            "What listens inside the job: the worker of ai4s-jobq 3 or 2, or `reconciler agent`. "
            "It decides the message that means: finish your task and leave."
        ),
        examples=["agent"],
    )
    operation: Text | None = Field(
        default=None,
        description="The message itself, in place of the one that `speaks` decides.",
        examples=["graceful-downscale"],
    )
    drain_timeout: DurationValue = Field(
        default=DRAIN_TIMEOUT,
        description=(
            "How long a drained worker may take, with a unit. It must be longer than the longest "
            "task."
        ),
        examples=["2h"],
    )
    on_drain_timeout: Annotated[OnDrainTimeout, Field(strict=False)] = Field(
        default=OnDrainTimeout.REPORT,
        description="What becomes of a worker that takes longer: report it, or cancel it.",
        examples=["cancel"],
    )
