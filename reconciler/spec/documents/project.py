"""`kind: Project`: the name of the folder of specs, and limits over all of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reconciler.spec.documents.base import Document, Name
from reconciler.spec.documents.safety import ProjectSafety


class Project(Document):
    """One folder of spec files. At most one such document; without it the name is `default`."""

    kind: Literal["Project"] = Field(description="What this document declares.")
    name: Name = Field(
        description=(
            "The project's name. Every worker carries it, and orphans are looked for by it: "
            "renaming a project leaves its live workers behind."
        ),
        examples=["science"],
    )
    safety: ProjectSafety = Field(
        default_factory=ProjectSafety,
        description="Limits that stop a plan, per apply over all workforces.",
        examples=[{"max_hires": 5000}],
    )
