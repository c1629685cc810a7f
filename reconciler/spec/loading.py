"""The way in: from the paths that a user gives to the resolved specs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from reconciler.model.workforce import Specs
from reconciler.spec import folder
from reconciler.spec.building import MOST_ISSUES
from reconciler.spec.issues import SpecErrors, SpecIssue, did_you_mean
from reconciler.spec.parsing import parse
from reconciler.spec.resolving import Resolution, resolve
from reconciler.spec.validating import Invalid, Validated, validate
from reconciler.values.errors import UserError

_MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """Specs that are right, and what is doubtful about them, by file and line."""

    specs: Specs
    warnings: tuple[SpecIssue, ...] = ()


def load(paths: Sequence[str], *, only: Sequence[str] = ()) -> Loaded:
    """Load the spec files in `paths`, files and folders, as one project.

    `only` are patterns of workforces (`dft-*`): others are checked too, and then left out. Nothing
    of the specs is carried out, and nothing outside the given folders is read.

    Raises SpecErrors with all that is wrong in the files, and UserError where there are no files
    or a pattern fits no workforce.
    """
    found = folder.find(paths)
    issues = list(found.issues)
    documents: list[tuple[Validated, Path]] = []
    are_targets_known = not issues
    for file in found.files:
        data = folder.read(file)
        if isinstance(data, SpecIssue):
            issues.append(data)
            are_targets_known = False
            continue
        parsed = parse(file.name, data)
        issues.extend(parsed.issues)
        are_targets_known = are_targets_known and not parsed.issues
        parent = file.path.parent.resolve()
        for source in parsed.documents:
            if source.root is None:
                continue
            if len(issues) > MOST_ISSUES:
                break
            checked = validate(source)
            if isinstance(checked, Invalid):
                # What couldn't be read is told once, not again as the wrong value that is left.
                told = {issue.position for issue in parsed.issues}
                issues.extend(issue for issue in checked.issues if issue.position not in told)
                are_targets_known = are_targets_known and checked.kind in ("Project", "Workforce")
            else:
                documents.append((checked, parent))
    if not documents and not issues:
        files = ", ".join(file.name for file in found.files[:_MOST_NAMES])
        raise UserError(f"no spec documents in {files}", "`reconciler init` writes a first one")
    resolution = resolve(documents, are_targets_known=are_targets_known)
    issues.extend(resolution.issues)
    if issues:
        raise SpecErrors(issues)
    return _selected(resolution, only, is_whole=found.is_whole)


def _selected(resolution: Resolution, only: Sequence[str], *, is_whole: bool) -> Loaded:
    """The workforces that fit a pattern, or all of them where there is none."""
    specs = resolution.specs
    names = [workforce.name for workforce in specs.workforces]
    for pattern in only:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UserError(
                f"no workforce fits --only '{pattern}'{did_you_mean(pattern, names)}",
                _known(names),
            )
    kept = [
        workforce
        for workforce in specs.workforces
        if not only or any(fnmatchcase(workforce.name, pattern) for pattern in only)
    ]
    warnings = sorted(issue for one in kept for issue in resolution.warnings[one.name])
    is_partial = not is_whole or len(kept) < len(names)
    return Loaded(replace(specs, workforces=tuple(kept), is_partial=is_partial), tuple(warnings))


def _known(names: Iterable[str]) -> str:
    known = sorted(names)
    shown = ", ".join(known[:_MOST_NAMES])
    if len(known) > _MOST_NAMES:
        shown += f" and {len(known) - _MOST_NAMES} more"
    return f"the workforces are {shown}" if known else "the specs declare no workforces"
