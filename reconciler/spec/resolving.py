"""From the documents of all files to the model: names, references, limits over the project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from reconciler.model.positions import Position
from reconciler.model.workforce import Safety, Specs
from reconciler.spec.documents.base import Document
from reconciler.spec.documents.project import Project
from reconciler.spec.documents.targets import Targets
from reconciler.spec.documents.workforce import Workforce
from reconciler.spec.issues import SpecIssue
from reconciler.spec.layers import Inherited, default_compute, layered
from reconciler.spec.region_resolution import Context, unknown_targets
from reconciler.spec.sentences import Place
from reconciler.spec.sources import Sources
from reconciler.spec.target_resolution import ResolvedTargets, resolve_targets
from reconciler.spec.task_resolution import Tasks
from reconciler.spec.tree import SourceDocument, SourceMap
from reconciler.spec.validating import Invalid, check, check_part
from reconciler.spec.workforce_resolution import (
    ResolvedWorkforce,
    resolve_safety,
    resolve_workforce,
)

DEFAULT_PROJECT = "default"

MOST_REGIONS = 200_000
"""Of all workforces together: with region sets, a file of few lines could ask for millions."""

D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True)
class Checked:
    """The documents of all files, each right or wrong by itself.

    `unreadable`: a document could not be read that may be of any kind. `told` are the places of
    values that could not be read: the wrong value that is left there isn't told again.
    """

    models: Sequence[tuple[Document, SourceDocument]]
    workforces: Sequence[SourceDocument]
    invalid: Sequence[Invalid] = ()
    unreadable: bool = False
    told: frozenset[Position] = frozenset()

    def of(self, model: type[D]) -> Iterator[tuple[D, SourceDocument]]:
        for one, source in self.models:
            if isinstance(one, model):
                yield one, source

    def knows_all(self, kind: str) -> bool:
        """Whether every document of a kind is known, so that a missing one can be told."""
        may_be = (None, kind)
        return not self.unreadable and not any(one.kind in may_be for one in self.invalid)


@dataclass(frozen=True, slots=True)
class ShownWorkforce:
    """A workforce with the document that it came from, everything merged: for `show`."""

    document: Workforce
    place: Place
    resolved: ResolvedWorkforce


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the documents declare together; `specs` holds all of it only without `issues`."""

    specs: Specs
    issues: tuple[SpecIssue, ...]
    warnings: Mapping[str, tuple[SpecIssue, ...]]
    """By workforce."""
    has_project: bool
    targets: ResolvedTargets
    sources: Sources
    default_compute: Position | None
    """Where Defaults give a compute to regions whose target has none."""
    shown: Mapping[str, ShownWorkforce] = field(default_factory=dict)
    """By workforce; empty unless it was asked for."""


def resolve(checked: Checked, sources: Sources, *, keep: bool = False) -> Resolution:
    """Resolve documents. `keep`: keep what `show` needs."""
    issues: list[SpecIssue] = []
    project, safety, has_project = _project(checked, issues)
    targets = resolve_targets(project, list(checked.of(Targets)))
    issues.extend(targets.issues)
    inherited = _inherited(checked, sources, issues)
    context = Context(
        targets.targets,
        checked.knows_all("Targets") and not targets.issues,
        Tasks(sources, []),
        default_compute(inherited),
    )
    resolved: dict[str, ResolvedWorkforce] = {}
    shown: dict[str, ShownWorkforce] = {}
    regions = 0
    for source in checked.workforces:
        found = layered(source, inherited, issues)
        whole = found.document
        place = Place(whole)
        held = place.value("regions")
        regions += len(held) if isinstance(held, SourceMap) else 0
        if regions > MOST_REGIONS:
            what = f"the workforces up to this one have over {MOST_REGIONS:,} regions together"
            issues.append(place.issue("kind", key=True, message=what))
            break
        if not found.is_complete:
            part = check_part(Workforce, whole.root, place)
            issues.extend(_not_told_before(part, whole, checked.told))
            issues.extend(unknown_targets(place, context))
            continue
        model = check(Workforce, whole.root, place)
        if isinstance(model, tuple):
            issues.extend(_not_told_before(model, whole, checked.told))
            issues.extend(unknown_targets(place, context))
            continue
        if model.name in resolved:
            first = resolved[model.name].workforce.position
            what = f"there is a workforce '{model.name}' at {first} already"
            issues.append(place.issue("name", message=what))
            continue
        folder = sources.folder_of(source.start).resolve()
        one = resolve_workforce(model, whole, folder, context)
        resolved[model.name] = one
        issues.extend(one.issues)
        if keep:
            shown[model.name] = ShownWorkforce(model, place, one)
    specs = Specs(
        project=project,
        workforces=tuple(one.workforce for one in resolved.values()),
        targets=tuple(targets.targets.values()),
        safety=safety,
    )
    warnings = {name: one.warnings for name, one in resolved.items()}
    compute = None
    if inherited.defaults is not None:
        compute = inherited.defaults.locate("region_defaults", "compute")
    return Resolution(specs, tuple(issues), warnings, has_project, targets, sources, compute, shown)


def _not_told_before(
    issues: Sequence[SpecIssue], source: SourceDocument, told: frozenset[Position]
) -> Iterator[SpecIssue]:
    """The issues but for values that couldn't be read, and the command that a file would have."""
    is_referring = Place(source).value("task", "file") is not None
    for issue in issues:
        is_from_file = issue.path == "task.command" and issue.message == "is missing"
        if issue.position not in told and not (is_referring and is_from_file):
            yield issue


def _inherited(checked: Checked, sources: Sources, issues: list[SpecIssue]) -> Inherited:
    """What workforces can inherit from. Two of a kind where one may be are an issue."""
    defaults: SourceDocument | None = None
    sets: dict[str, SourceDocument] = {}
    for model, source in checked.models:
        kind = type(model).__name__
        if kind == "Defaults":
            if defaults is None:
                defaults = source
                continue
            first = defaults.locate("kind", key=True)
            what = f"the project has its Defaults at {first} already: put both into one document"
            issues.append(Place(source).issue("kind", key=True, message=what))
        elif kind == "RegionSet":
            root = source.root
            assert isinstance(root, SourceMap)
            name = str(getattr(model, "name", ""))
            if name in sets:
                first = sets[name].locate("name")
                what = f"there is a region set '{name}' at {first} already"
                issues.append(Place(source).issue("name", message=what))
            else:
                sets[name] = source
    # What workforces miss is told beside a broken file, unless that may be where they have it from.
    may_hide = sources.may_hide_defaults or any(
        one.kind in (None, "Defaults") for one in checked.invalid
    )
    return Inherited(defaults, sets, checked.knows_all("RegionSet"), not may_hide)


def _project(checked: Checked, issues: list[SpecIssue]) -> tuple[str, Safety, bool]:
    """The project's name and limits, and whether a document says so."""
    first: tuple[Project, SourceDocument] | None = None
    position: Position | None = None
    for project, source in checked.of(Project):
        if first is None:
            first, position = (project, source), source.locate("name")
        else:
            what = f"the project has its name at {position} already: a folder is one project"
            issues.append(Place(source).issue("name", message=what))
    if first is None:
        return DEFAULT_PROJECT, Safety(), False
    project, source = first
    return project.name, resolve_safety(project.safety, source), True
