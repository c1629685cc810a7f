"""From the Targets documents to the model's targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.model.positions import Position
from reconciler.model.workforce import Target
from reconciler.spec.documents.targets import Targets
from reconciler.spec.issues import SpecIssue, did_you_mean
from reconciler.spec.sentences import Place, in_words
from reconciler.spec.tree import SourceDocument, SourceMap, laid_over
from reconciler.spec.validating import check, check_part
from reconciler.targets.registry import KINDS, kind


@dataclass(frozen=True, slots=True)
class ResolvedTargets:
    """The targets by name, and what is wrong with others."""

    targets: Mapping[str, Target]
    issues: tuple[SpecIssue, ...] = ()


def resolve_targets(
    project: str, documents: Sequence[tuple[Targets, SourceDocument]]
) -> ResolvedTargets:
    """All targets of the project. Their names are known over all of its files."""
    targets: dict[str, Target] = {}
    positions: dict[str, Position] = {}
    issues: list[SpecIssue] = []
    for document, source in documents:
        issues.extend(_defaults_issues(document, source))
        for name in document.targets:
            place = Place(source, ("targets", name))
            here = source.locate("targets", name, key=True)
            if name in positions:
                what = f"there is a target of this name at {positions[name]} already"
                issues.append(place.issue(message=what, key=True))
                continue
            positions[name] = here
            resolved = _resolve(project, name, document, source)
            if isinstance(resolved, Target):
                targets[name] = resolved
            else:
                issues.extend(resolved)
    return ResolvedTargets(targets, tuple(issues))


def _defaults_issues(document: Targets, source: SourceDocument) -> Iterator[SpecIssue]:
    for name, settings in document.defaults.items():
        place = Place(source, ("defaults", name))
        unknown = _unknown_kind(name, place)
        if unknown:
            yield unknown
        else:
            yield from check_part(kind(name).Settings, settings, place)


def _resolve(
    project: str, name: str, document: Targets, source: SourceDocument
) -> Target | tuple[SpecIssue, ...]:
    place = Place(source, ("targets", name))
    own = document.targets[name]
    chosen = list(own) or list(document.defaults)
    if len(chosen) != 1:
        kinds = in_words(list(KINDS))
        what = (
            f"needs one key that says what kind of target it is: {kinds}"
            if not chosen
            else f"can be of one kind only, not {in_words(chosen).replace(' or ', ' and ')}"
        )
        return (place.issue(message=what, key=True),)
    kind_name = chosen[0]
    unknown = _unknown_kind(kind_name, Place(source, (*place.path, kind_name)))
    if unknown:
        return (unknown,) if own else ()
    defaults = Place(source, ("defaults", kind_name)).value()
    settings = place.value(kind_name)
    if isinstance(defaults, SourceMap):
        if check_part(kind(kind_name).Settings, defaults, Place(source, ("defaults", kind_name))):
            return ()  # told once, at the defaults
        start = source.root.start if isinstance(source.root, SourceMap) else 0
        above = settings if isinstance(settings, SourceMap) else SourceMap(start, is_flow=False)
        settings = laid_over(defaults, above)
    chosen_kind = kind(kind_name)
    checked = check(chosen_kind.Settings, settings, Place(source, (*place.path, kind_name)))
    if isinstance(checked, tuple):
        return checked
    return chosen_kind.resolve(project, name, checked)


def _unknown_kind(name: str, place: Place) -> SpecIssue | None:
    if name in KINDS:
        return None
    what = f"is no kind of target: there is {in_words(list(KINDS)).replace(' or ', ' and ')}"
    return place.issue(message=what + did_you_mean(name, KINDS), key=True)
