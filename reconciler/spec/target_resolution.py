"""From the Targets documents to the model's targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.model.positions import Position
from reconciler.model.workforce import Target
from reconciler.spec.documents.targets import Targets
from reconciler.spec.issues import SpecIssue, did_you_mean, shorten
from reconciler.spec.merging import merged
from reconciler.spec.placeholders import fill
from reconciler.spec.sentences import Place, in_words
from reconciler.spec.tree import SourceDocument, SourceMap, with_values
from reconciler.spec.validating import check, check_part
from reconciler.targets.registry import KINDS, Kind, kind

_ANY_NAMES = ("a", "target")
"""Names of targets to try defaults with: what some name makes right is told of the target that
has another."""


@dataclass(frozen=True, slots=True)
class ResolvedTargets:
    """The targets by name, the place of each one's settings, and what is wrong with others."""

    targets: Mapping[str, Target]
    places: Mapping[str, Place]
    issues: tuple[SpecIssue, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """A target, and the place of its settings with the defaults under them."""

    target: Target
    settings: Place


def resolve_targets(
    project: str, documents: Sequence[tuple[Targets, SourceDocument]]
) -> ResolvedTargets:
    """All targets of the project. Their names are known over all of its files."""
    targets: dict[str, Target] = {}
    places: dict[str, Place] = {}
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
            if isinstance(resolved, Resolved):
                targets[name] = resolved.target
                places[name] = resolved.settings
            else:
                issues.extend(resolved)
    return ResolvedTargets(targets, places, tuple(issues))


def _defaults_issues(document: Targets, source: SourceDocument) -> Iterator[SpecIssue]:
    for name, settings in document.defaults.items():
        place = Place(source, ("defaults", name))
        unknown = _unknown_kind(name, place)
        if unknown:
            yield unknown
        else:
            given = place.value()
            if isinstance(given, SourceMap):
                yield from _part_issues(kind(name), given, place)
            else:
                yield from check_part(kind(name).Settings, settings, place)


def _resolve(
    project: str, name: str, document: Targets, source: SourceDocument
) -> Resolved | tuple[SpecIssue, ...]:
    place = Place(source, ("targets", name))
    own = document.targets[name]
    chosen = list(own) or list(document.defaults)
    if len(chosen) != 1:
        kinds = in_words(list(KINDS))
        if not chosen:
            what = f"needs one key that says what kind of target it is: {kinds}"
        elif not own:
            what = f"needs one key, for the defaults have several kinds: {in_words(chosen)}"
        else:
            what = f"can be of one kind only, not {in_words(chosen).replace(' or ', ' and ')}"
        return (place.issue(message=what, key=True),)
    kind_name = chosen[0]
    unknown = _unknown_kind(kind_name, Place(source, (*place.path, kind_name)))
    if unknown:
        return (unknown,) if own else ()
    chosen_kind = kind(kind_name)
    defaults = Place(source, ("defaults", kind_name)).value()
    if isinstance(defaults, SourceMap):
        if tuple(_part_issues(chosen_kind, defaults, Place(source, ("defaults", kind_name)))):
            return ()  # told once, at the defaults
    else:
        defaults = SourceMap(source.start, is_flow=False)
    settings = own.get(kind_name, {})
    if isinstance(place.value(kind_name), SourceMap):
        settings = merged(defaults, place.value(kind_name))  # type: ignore[arg-type]  # just checked
    elif not own:
        settings = defaults
    whole = Place(_document_of(name, kind_name, settings, source), (*place.path, kind_name))
    if isinstance(settings, SourceMap):
        issues = tuple(_placeholder_issues(settings, name, chosen_kind, whole))
        if issues:
            return issues
        settings = _filled(settings, name, chosen_kind)
    checked = check(chosen_kind.Settings, settings, whole)
    if isinstance(checked, tuple):
        return checked
    return Resolved(chosen_kind.resolve(project, name, checked), whole)


def _document_of(
    name: str, kind_name: str, settings: object, source: SourceDocument
) -> SourceDocument:
    """The document with one target's settings written out, for their places."""
    root = source.root
    assert isinstance(root, SourceMap)
    targets = root["targets"]
    assert isinstance(targets, SourceMap)
    kinds = SourceMap(source.start, is_flow=False)
    kinds[kind_name] = settings
    own = targets[name]
    if isinstance(own, SourceMap) and kind_name in own:
        kinds.marks += own.marks_of(kind_name)
    else:
        kinds.marks += targets.marks_of(name)
    return SourceDocument(
        source.files,
        with_values(root, {"targets": with_values(targets, {name: kinds})}),
        source.start,
    )


def _part_issues(chosen_kind: Kind, settings: SourceMap, place: Place) -> Iterator[SpecIssue]:
    """What is wrong with defaults, whichever target takes them."""
    found = tuple(_placeholder_issues(settings, _ANY_NAMES[0], chosen_kind, place))
    yield from found
    if found:
        return
    for name in _ANY_NAMES:
        filled = _filled(settings, name, chosen_kind)
        found = check_part(chosen_kind.Settings, filled, place)
        if not found:
            return
    for issue in found:
        key = issue.path.rpartition(".")[2]
        if isinstance(filled.get(key), str):
            was, said = (f"'{shorten(str(one[key]))}'" for one in (filled, settings))
            issue = replace(issue, message=issue.message.replace(was, said))
        yield issue


def _placeholder_issues(
    settings: SourceMap, name: str, chosen_kind: Kind, place: Place
) -> Iterator[SpecIssue]:
    for key in chosen_kind.PLACEHOLDERS:
        value = settings.get(key)
        if isinstance(value, str):
            try:
                fill(value, {"target": name})
            except ValueError as error:
                yield place.issue(key, message=str(error))


def _filled(settings: SourceMap, name: str, chosen_kind: Kind) -> SourceMap:
    values = {
        key: fill(value, {"target": name})
        for key in chosen_kind.PLACEHOLDERS
        if isinstance(value := settings.get(key), str)
    }
    return with_values(settings, values) if values else settings


def _unknown_kind(name: str, place: Place) -> SpecIssue | None:
    if name in KINDS:
        return None
    what = f"is no kind of target: there is {in_words(list(KINDS)).replace(' or ', ' and ')}"
    return place.issue(message=what + did_you_mean(name, KINDS), key=True)
