"""The policy `ladder`: a few steps of workers by the tasks that wait."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

RUNGS = {"10000": 1000, "1000": 400, "100": 50, "20": 15, "10": 5}


def _check_rungs(rungs: dict[str, int]) -> dict[str, int]:
    for above in rungs:
        if not (above.isascii() and above.isdigit() and len(above) <= 9):
            raise ValueError(f"'{above[:40]}' is no rung: write the number above which it counts")
    return rungs


class Settings(BaseModel):
    """Settings of the ladder, as they stand under its `ladder` key."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    rungs: Annotated[
        dict[str, Annotated[int, Field(ge=0, le=1_000_000)]],
        Field(min_length=1, max_length=100),
        AfterValidator(_check_rungs),
    ] = Field(
        default=RUNGS,
        description=(
            "Workers by the tasks that wait: queue length divided by tasks per worker, rounded "
            "down. The highest rung that it is above counts; at or below all of them there is one "
            "worker, and none for an empty queue."
        ),
        examples=[{"1000": 400, "100": 50, "10": 5}],
    )
    growth_factor: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=10,
        description=(
            "One plan hires up to this many times as many workers as run, and one; it never lays "
            "anybody off."
        ),
        examples=[10],
    )
