"""The `scale` key: how many workers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from reconciler.model.scale import Fallback, WhenQueueEmpty
from reconciler.policies.registry import DEFAULT, POLICIES
from reconciler.spec.documents.base import MOST_WORKERS, Document, WorkerNumber

AUTO = "auto"


def _read_desired(value: Any) -> Any:
    return _number_or(value, (AUTO,), "number_or_auto", "")


def _read_fallback(value: Any) -> Any:
    words = tuple(Fallback)
    read = _number_or(value, words, "number_or_word", "hold, min or a whole number")
    return Fallback(read) if isinstance(read, str) else read


def _number_or(value: Any, words: tuple[str, ...], kind: str, wanted: str) -> Any:
    if isinstance(value, str) and value in words:
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError(kind, "another kind of value", {"wanted": wanted})
    if value < 0:
        raise PydanticCustomError("greater_than_equal", "too small", {"ge": 0})
    if value > MOST_WORKERS:
        raise PydanticCustomError("less_than_equal", "too large", {"le": MOST_WORKERS})
    return value


_WORKERS = {"type": "integer", "minimum": 0, "maximum": MOST_WORKERS}

Desired = Annotated[
    int | str,
    BeforeValidator(_read_desired),
    WithJsonSchema({"anyOf": [_WORKERS, {"const": AUTO}]}),
]
FallbackValue = Annotated[
    Fallback | int,
    BeforeValidator(_read_fallback),
    WithJsonSchema({"anyOf": [{"enum": list(Fallback)}, _WORKERS]}),
]


class Scale(Document):
    """The `scale` key: how many workers."""

    desired: Desired = Field(
        description=(
            "How many live workers the workforce should have: a number, or `auto` from the length "
            "of its queue."
        ),
        examples=[10, AUTO],
    )
    tasks_per_worker: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description=(
            "How many tasks a worker runs at a time. The command finds it in "
            "RECONCILER_TASKS_PER_WORKER."
        ),
        examples=[4],
    )
    min: WorkerNumber = Field(
        default=0,
        description="The least workers that there may be, whatever the queue says.",
        examples=[2],
    )
    max: WorkerNumber | None = Field(
        default=None,
        description=(
            "The most workers that there may be, whatever the queue says. Left out, only the "
            "regions' own limits hold."
        ),
        examples=[1000],
    )
    policy: dict[str, dict[str, Any]] = Field(
        default={DEFAULT: {}},
        description=(
            "How many workers the queue's length asks for under `desired: auto`: one key, the "
            "policy, with its settings."
        ),
        examples=[{DEFAULT: {}}],
    )
    when_queue_empty: Annotated[WhenQueueEmpty, Field(strict=False)] = Field(
        default=WhenQueueEmpty.STOP,
        description=(
            "With a number and a queue: hire nothing while the queue is empty (stop), or hire "
            "whatever it says (keep)."
        ),
        examples=["keep"],
    )
    fallback: FallbackValue = Field(
        default=Fallback.HOLD,
        description=(
            "What `desired: auto` does where the queue can't be read: nothing (hold), `scale.min` "
            "workers (min), or a number of workers."
        ),
        examples=["hold", 10],
    )

    @field_validator("policy", mode="before")
    @classmethod
    def _one_policy(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) != 1:
            raise ValueError(f"needs one key, the policy: {', '.join(POLICIES)}")
        return value
