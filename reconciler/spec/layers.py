"""A workforce with all that it inherits: Defaults, region set, region_defaults, its own regions.

Precedence, value by value, the later one over the earlier: Defaults, Targets, RegionSet,
region_defaults, regions. What targets say comes in where regions are resolved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.spec.documents.base import MOST_ENTRIES
from reconciler.spec.issues import SpecIssue, did_you_mean
from reconciler.spec.merging import merged
from reconciler.spec.sentences import Place
from reconciler.spec.tree import Mark, SourceDocument, SourceMap, without
from reconciler.values.names import is_name

_OF_REGIONS = ("region_set", "region_defaults", "regions")


@dataclass(frozen=True, slots=True)
class Inherited:
    """What workforces of the project can inherit from. `sets` are the region sets by name."""

    defaults: SourceDocument | None = None
    sets: Mapping[str, SourceDocument] = field(default_factory=dict)
    are_sets_known: bool = True
    """False where a document that may be a region set could not be read."""
    are_defaults_known: bool = True
    """False where a document that may be the Defaults could not be read."""


@dataclass(frozen=True, slots=True)
class Layered:
    """The document of a workforce with everything that it inherits written out.

    `is_complete`: everything that it inherits is known. Where it isn't, keys and regions may be
    missing for that reason, and the document serves to look for what is wrong besides.
    """

    document: SourceDocument
    is_complete: bool


def default_compute(inherited: Inherited) -> str | None:
    """The compute that Defaults give to every region. It stands below what the targets say."""
    if inherited.defaults is None:
        return None
    found = Place(inherited.defaults).value("region_defaults", "compute")
    return found if isinstance(found, str) else None


def layered(source: SourceDocument, inherited: Inherited, issues: list[SpecIssue]) -> Layered:
    """A workforce with all its layers.

    `issues` grows by what is wrong with how it refers to them; what is wrong with a layer itself
    is told elsewhere.
    """
    root = source.root
    assert isinstance(root, SourceMap)
    if inherited.defaults is not None:
        defaults = inherited.defaults.root
        assert isinstance(defaults, SourceMap)
        whole = merged(without(defaults, "kind"), root)
    else:
        defaults, whole = None, root
    if not _inherits_regions(whole):
        document = source if whole is root else SourceDocument(source.files, whole, source.start)
        return Layered(document, inherited.are_defaults_known)
    place = Place(source)
    base, is_known = _base(defaults, root, place, inherited, issues)
    regions = _regions(defaults, root, place, base, issues, is_known=is_known)
    result = without(whole, *_OF_REGIONS)
    for key in _OF_REGIONS[:2]:
        if key in whole:
            result[key] = whole[key]
            result.marks += whole.marks_of(key)
    result["regions"] = regions
    result.marks += whole.marks_of("regions" if "regions" in whole else "region_set")
    document = SourceDocument(source.files, result, source.start)
    return Layered(document, is_known and inherited.are_defaults_known)


def _inherits_regions(whole: SourceMap) -> bool:
    regions = whole.get("regions")
    if regions is not None and not (
        isinstance(regions, SourceMap) and len(regions) <= MOST_ENTRIES
    ):
        return False  # the model says what is wrong
    if whole.get("region_set") is not None:
        return True
    return "region_defaults" in whole and regions is not None


def _base(
    defaults: SourceMap | None,
    root: SourceMap,
    place: Place,
    inherited: Inherited,
    issues: list[SpecIssue],
) -> tuple[SourceMap | None, bool]:
    """The regions of the set that the workforce takes, and whether that set is known."""
    name = root.get("region_set", defaults.get("region_set") if defaults else None)
    if name is None:
        return None, True
    found = inherited.sets.get(name) if isinstance(name, str) else None
    if found is not None and isinstance(found.root, SourceMap):
        regions = found.root.get("regions")
        if isinstance(regions, SourceMap):
            return regions, True
    elif inherited.are_sets_known and isinstance(name, str) and is_name(name):
        issues.append(_unknown_set(name, defaults, root, place, inherited))
    return None, False


def _regions(
    defaults: SourceMap | None,
    root: SourceMap,
    place: Place,
    base: SourceMap | None,
    issues: list[SpecIssue],
    *,
    is_known: bool,
) -> SourceMap:
    own = root.get("regions")
    if not isinstance(own, SourceMap):
        own = SourceMap(root.start, is_flow=False)
    lowest = defaults.get("region_defaults") if defaults else None
    if isinstance(lowest, SourceMap) and "compute" in lowest:
        lowest = without(lowest, "compute")  # targets come over it: see default_compute
    shared = root.get("region_defaults")
    result = SourceMap(own.start, is_flow=False)
    for region in (*(base or ()), *(one for one in own if one not in (base or ()))):
        mine = own.get(region)
        if mine is None and region in own and (base is not None or not is_known):
            if base is not None and region not in base:
                what = "null removes a region of the region set, which has no such region"
                message = what + did_you_mean(region, base)
                issues.append(place.issue("regions", region, message=message))
            continue
        layers = [lowest, base.get(region) if base else None, shared, mine]
        result[region] = _folded(layers, own.start, is_own=region in own)
        result.marks += _marks(region, base, own)
    return result


def _folded(layers: list[object], start: Mark, *, is_own: bool) -> object:
    """The layers of one region, laid over each other; one alone is taken as it is.

    `is_own`: the last of them is there, though it may be no map.
    """
    maps = [layer for layer in layers if isinstance(layer, SourceMap) and layer]
    own = layers[-1]
    if is_own and not isinstance(own, SourceMap):
        return own  # the model says what is wrong, at its place
    if not maps:
        return own if is_own else SourceMap(start, is_flow=False)
    result = maps[0]
    for above in maps[1:]:
        result = merged(result, above)
    return result


def _marks(region: str, base: SourceMap | None, own: SourceMap) -> list[Mark]:
    if region in own:
        return own.marks_of(region)
    assert base is not None
    return base.marks_of(region)


def _unknown_set(
    name: str,
    defaults: SourceMap | None,
    root: SourceMap,
    place: Place,
    inherited: Inherited,
) -> SpecIssue:
    known = list(inherited.sets)
    guess = did_you_mean(name, known)
    if not guess:
        shown = ", ".join(known[:10]) + (", ..." if len(known) > 10 else "")
        guess = f": there are {shown}" if known else ": the specs declare none"
    message = f"there is no region set '{name}'{guess}"
    if "region_set" in root:
        return place.issue("region_set", message=message)
    assert inherited.defaults is not None
    return Place(inherited.defaults).issue("region_set", message=message)
