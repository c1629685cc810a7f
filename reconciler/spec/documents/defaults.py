"""`kind: Defaults`: what every workforce of the project inherits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, create_model

from reconciler.spec.documents.base import Document
from reconciler.spec.documents.workforce import Workforce

_NOT_INHERITED = ("kind", "name", "regions")

Defaults = create_model(
    "Defaults",
    __base__=Document,
    __module__=__name__,
    __doc__="Keys of a workforce, for every workforce that doesn't set them. At most one.",
    kind=(Literal["Defaults"], Field(description="What this document declares.")),
    **{  # type: ignore[call-overload]  # the fields come from the other model, none is written here
        name: (field.rebuild_annotation(), field)
        for name, field in Workforce.model_fields.items()
        if name not in _NOT_INHERITED
    },
)
Defaults.not_here = {
    "regions": "regions that workforces share stand in a RegionSet, and `region_set` takes them",
    "azureml": "settings of targets stand under `defaults` of a Targets document",
    "local": "settings of targets stand under `defaults` of a Targets document",
}
