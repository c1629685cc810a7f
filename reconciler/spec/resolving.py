"""From the documents of all files to the model: names, references, limits over the project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.model.positions import Position
from reconciler.model.workforce import Safety, Specs
from reconciler.spec.documents.project import Project
from reconciler.spec.documents.targets import Targets
from reconciler.spec.documents.workforce import Workforce
from reconciler.spec.issues import SpecIssue
from reconciler.spec.sentences import Place
from reconciler.spec.target_resolution import resolve_targets
from reconciler.spec.tree import SourceDocument
from reconciler.spec.validating import Validated
from reconciler.spec.workforce_resolution import (
    Context,
    ResolvedWorkforce,
    resolve_safety,
    resolve_workforce,
)

DEFAULT_PROJECT = "default"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the documents declare together; `specs` holds all of it only without `issues`."""

    specs: Specs
    issues: tuple[SpecIssue, ...]
    warnings: dict[str, tuple[SpecIssue, ...]]
    """By workforce."""


def resolve(
    documents: Sequence[tuple[Validated, Path]], *, are_targets_known: bool = True
) -> Resolution:
    """Resolve documents, each with the absolute folder of its file.

    `are_targets_known` is false where a document that may declare targets could not be read:
    regions then aren't told that their target is missing.
    """
    issues: list[SpecIssue] = []
    project, safety = _project(documents, issues)
    targets = resolve_targets(
        project,
        [(one.model, one.source) for one, _ in documents if isinstance(one.model, Targets)],
    )
    issues.extend(targets.issues)
    context = Context(targets.targets, are_targets_known and not targets.issues)
    resolved: dict[str, ResolvedWorkforce] = {}
    for one, folder in documents:
        if not isinstance(one.model, Workforce):
            continue
        name = one.model.name
        if name in resolved:
            first = resolved[name].workforce.position
            what = f"there is a workforce '{name}' at {first} already"
            issues.append(Place(one.source).issue("name", message=what))
            continue
        resolved[name] = resolve_workforce(one.model, one.source, folder, context)
        issues.extend(resolved[name].issues)
    specs = Specs(
        project=project,
        workforces=tuple(one.workforce for one in resolved.values()),
        targets=tuple(targets.targets.values()),
        safety=safety,
    )
    warnings = {name: one.warnings for name, one in resolved.items()}
    return Resolution(specs, tuple(issues), warnings)


def _project(
    documents: Sequence[tuple[Validated, Path]], issues: list[SpecIssue]
) -> tuple[str, Safety]:
    """The project's name and limits."""
    first: tuple[Project, SourceDocument] | None = None
    position: Position | None = None
    for one, _ in documents:
        if not isinstance(one.model, Project):
            continue
        if first is None:
            first, position = (one.model, one.source), one.source.locate("name")
        else:
            what = f"the project has its name at {position} already: a folder is one project"
            issues.append(Place(one.source).issue("name", message=what))
    if first is None:
        return DEFAULT_PROJECT, Safety()
    project, source = first
    return project.name, resolve_safety(project.safety, source)
