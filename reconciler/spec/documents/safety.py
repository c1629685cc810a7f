"""Limits that stop a plan, for a workforce or the whole project."""

from __future__ import annotations

from pydantic import Field

from reconciler.spec.documents.base import CountValue, Document, WorkerNumber
from reconciler.values.count import Count


class Safety(Document):
    """The `safety` key of a workforce."""

    max_hires: WorkerNumber = Field(
        default=1000,
        description="The most workers that one apply may hire. A plan above it is stopped.",
        examples=[1000],
    )
    max_running_cancels: CountValue = Field(
        default=Count(30, is_percent=True),
        description=(
            "The most running workers that one apply may cancel rather than drain: a number, or "
            "a share of the workforce's live workers, which counts from 10 of them up."
        ),
        examples=["30%", 5],
    )


class ProjectSafety(Document):
    """The `safety` key of a project: limits per apply over all of its workforces."""

    max_hires: WorkerNumber | None = Field(
        default=None,
        description=(
            "The most workers that one apply may hire over all workforces together. Left out, "
            "only the limits of the workforces hold; the stricter one wins."
        ),
        examples=[5000],
    )
    max_running_cancels: CountValue | None = Field(
        default=None,
        description=(
            "The most running workers that one apply may cancel rather than drain over all "
            "workforces together: a number, or a share of the project's live workers."
        ),
        examples=["10%"],
    )
