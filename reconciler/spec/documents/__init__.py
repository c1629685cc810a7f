"""The kinds of spec documents: one pydantic model each, with the meaning of every key.

The order of a model's fields is the order in which a document is best written.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from reconciler.spec.documents.base import Document

KINDS: Mapping[str, str] = {
    "Project": "reconciler.spec.documents.project",
    "Targets": "reconciler.spec.documents.targets",
    "RegionSet": "reconciler.spec.documents.region_set",
    "Defaults": "reconciler.spec.documents.defaults",
    "Workforce": "reconciler.spec.documents.workforce",
}
"""Where the model of each kind is; it bears the kind's name. Loaded when a file first uses it."""


def model_of(kind: str) -> type[Document]:
    """The model of a kind of document. Raises KeyError where there is none."""
    model: type[Document] = getattr(import_module(KINDS[kind]), kind)
    return model
