"""What a spec says about a target of kind `local`: this machine."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Settings of a local target, as they stand under its `local` key."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    slots: Annotated[int, Field(ge=1, le=1024)] | None = Field(
        default=None,
        description=(
            "How many workers run on this machine at once; further ones wait as Queued. Left out, "
            "it is the number of the machine's CPUs, counted whenever the target is looked at."
        ),
        examples=[4],
    )
