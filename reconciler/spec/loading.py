"""The way in: from the paths that a user gives to the resolved specs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from os.path import normpath, realpath

from reconciler.model.workforce import Specs
from reconciler.spec import folder
from reconciler.spec.building import MOST_ISSUES
from reconciler.spec.documents.base import Document
from reconciler.spec.folder import DEFAULT_FOLDER
from reconciler.spec.issues import SpecErrors, SpecIssue, did_you_mean
from reconciler.spec.resolving import Checked, Resolution, resolve
from reconciler.spec.sources import Sources, is_spec_document
from reconciler.spec.task_files import TaskFiles
from reconciler.spec.tree import SourceDocument, SourceMap
from reconciler.spec.validating import Invalid, kind_of, validate
from reconciler.values.errors import UserError

_MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """Specs that are right, and what is doubtful about them, by file and line."""

    specs: Specs
    warnings: tuple[SpecIssue, ...] = ()
    resolution: Resolution | None = field(default=None, compare=False, repr=False)
    """Where every value came from, if that was to be kept."""


def load(
    paths: Sequence[str],
    *,
    only: Sequence[str] = (),
    keep: bool = False,
    instead: Mapping[str, bytes] | None = None,
) -> Loaded:
    """Load the spec files in `paths`, files and folders, as one project.

    `only` are patterns of workforces (`dft-*`): others are checked too, and then left out. Nothing
    of the specs is carried out, and nothing outside the given folders is read. `keep` keeps where
    every value came from. `instead` has bytes to read in place of files, by real path: what a
    change would come to.

    Raises SpecErrors with all that is wrong in the files, and UserError where there are no files
    or a pattern fits no workforce.
    """
    found = folder.find(paths)
    sources = Sources(instead or {})
    issues = list(found.issues)
    checked = _checked(found, sources, issues)
    if not checked.models and not checked.workforces and not issues:
        files = ", ".join(file.name for file in found.files[:_MOST_NAMES])
        raise UserError(f"no spec documents in {files}", "`reconciler init` writes a first one")
    resolution = resolve(checked, sources, keep=keep)
    issues.extend(resolution.issues)
    if issues:
        raise SpecErrors(_once(issues))
    is_project = resolution.has_project or list(map(normpath, paths)) == [DEFAULT_FOLDER]
    loaded = _selected(resolution, only, is_whole=found.is_whole and is_project)
    return replace(loaded, resolution=resolution) if keep else loaded


def _checked(found: folder.Found, sources: Sources, issues: list[SpecIssue]) -> Checked:
    """Read and check all documents by themselves; `issues` grows by what is wrong with them."""
    documents: list[tuple[str, SourceDocument]] = []
    unreadable = bool(issues)
    for file in found.files:
        parsed = sources.read(file)
        unreadable = unreadable or bool(parsed.issues)
        documents.extend(
            (realpath(file.path), source) for source in parsed.documents if source.root is not None
        )
    files = TaskFiles(sources)
    documents = [(path, files.filled(source)) for path, source in documents]
    for path in map(realpath, (file.path for file in found.files)):
        if path in sources.parsed and not sources.is_referred(path):
            issues.extend(sources.parsed[path].issues)
    issues.extend(files.issues)
    # What couldn't be read is told once, not again as the wrong value that is left.
    told = frozenset(issue.position for issue in issues)
    models: list[tuple[Document, SourceDocument]] = []
    workforces: list[SourceDocument] = []
    invalid: list[Invalid] = []
    for path, source in documents:
        if len(issues) > MOST_ISSUES:
            continue
        if sources.is_referred(path) and not is_spec_document(source):
            continue
        if unreadable and _may_be_no_spec(source):
            continue
        kind = kind_of(source)
        if kind == "Workforce":
            workforces.append(source)
            continue
        model = kind if isinstance(kind, Invalid) else validate(source, kind)
        if isinstance(model, Invalid):
            invalid.append(model)
            issues.extend(issue for issue in model.issues if issue.position not in told)
        else:
            models.append((model, source))
    return Checked(models, workforces, invalid, unreadable, told)


def _may_be_no_spec(source: SourceDocument) -> bool:
    """Whether a document may belong to a task of a file that can't be read: a job, code, conda."""
    return isinstance(source.root, SourceMap) and not get_close_matches(
        "kind", list(source.root)[:100], n=1
    )


def _once(issues: Iterable[SpecIssue]) -> list[SpecIssue]:
    """The issues, each told once: a value that many regions inherit is one mistake."""
    first: dict[tuple[object, ...], SpecIssue] = {}
    for issue in issues:
        key = (issue.position, issue.message, issue.path.rpartition(".")[2])
        first.setdefault(key, issue)
    return list(first.values())


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
    warnings = sorted({issue for one in kept for issue in resolution.warnings[one.name]})
    is_partial = not is_whole or len(kept) < len(names)
    return Loaded(replace(specs, workforces=tuple(kept), is_partial=is_partial), tuple(warnings))


def _known(names: Iterable[str]) -> str:
    known = sorted(names)
    shown = ", ".join(known[:_MOST_NAMES])
    if len(known) > _MOST_NAMES:
        shown += f" and {len(known) - _MOST_NAMES} more"
    return f"the workforces are {shown}" if known else "the specs declare no workforces"
