"""The files of a project while it is loaded, and the files that its tasks refer to."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.spec import folder
from reconciler.spec.documents import KINDS
from reconciler.spec.folder import SpecFile
from reconciler.spec.issues import SpecIssue, shorten
from reconciler.spec.parsing import ParsedFile, parse
from reconciler.spec.tree import FILE_BITS, Mark, SourceDocument, SourceMap

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def is_local_path(text: str) -> bool:
    """Whether a place that AzureML takes is a local path: `src`, not `azureml:code:1`."""
    return _URI.match(text) is None


def is_spec_document(document: SourceDocument) -> bool:
    """Whether a document says that it is one of ours: no task may make such a one disappear."""
    root = document.root
    kind = root.get("kind") if isinstance(root, SourceMap) else None
    return isinstance(kind, str) and kind in KINDS


@dataclass(slots=True)
class Sources:
    """The files that were read. Marks of all their documents count in `names`."""

    instead: Mapping[str, bytes] = field(default_factory=dict)
    """What is read in place of files, by real path."""
    names: list[str] = field(default_factory=list)
    files: list[SpecFile] = field(default_factory=list)
    parsed: dict[str, ParsedFile] = field(default_factory=dict)
    """By real path."""
    referred: set[str] = field(default_factory=set)
    """Real paths of the files and folders that tasks refer to: what they hold are spec documents
    only where they say so."""
    may_hide_defaults: bool = False
    """Whether a file could not be read, or not to its end, that may hold the Defaults."""

    def read(self, file: SpecFile) -> ParsedFile:
        """The documents of a file. It is read once."""
        real = os.path.realpath(file.path)
        if real not in self.parsed:
            data = self.instead[real] if real in self.instead else folder.read(file)
            if isinstance(data, SpecIssue):
                self.parsed[real] = ParsedFile((), (data,))
                self.may_hide_defaults = True
            else:
                self.files.append(file)
                self.parsed[real] = parse(file.name, data, self.names)
                if self.parsed[real].issues and b"Defaults" in data:
                    self.may_hide_defaults = True
        return self.parsed[real]

    def refer(self, text: str, at: Mark) -> None:
        """Take note of a local path that a task at `at` names, whether it is there or not."""
        holder = self.files[at >> FILE_BITS]
        real = os.path.realpath(holder.path.parent / text) if text.isprintable() else ""
        # Code beside the specs (`code: .`) doesn't make them code.
        if real and not folder.is_inside(os.path.realpath(holder.path), real):
            self.referred.add(real)

    def is_referred(self, real: str) -> bool:
        """Whether a file is one that a task refers to, or in such a folder."""
        if not self.referred:
            return False
        return any(folder.is_inside(real, one) for one in self.referred)

    def folder_of(self, at: Mark) -> Path:
        """The folder of the file in which a mark lies: relative paths there begin at it."""
        return self.files[at >> FILE_BITS].path.parent

    def inside(self, text: str, at: Mark) -> Path:
        """Where a path leads that is written at `at`.

        Raises ValueError, with a sentence for the user, where it leads out of the folder that was
        given, by its parts or by a link: a spec from someone else must not choose what is read.
        """
        holder = self.files[at >> FILE_BITS]
        if not text.strip() or not text.isprintable():
            raise ValueError("should be the path of a file, from the folder of this one")
        path = holder.path.parent / text
        if not folder.is_inside(os.path.realpath(path), holder.root):
            root = folder.display(Path(holder.root))
            raise ValueError(
                f"'{shorten(text)}' leads out of {shorten(root)}, the folder that was given: "
                "only what lies in it is read"
            )
        return path

    def job(self, text: str, at: Mark) -> SourceDocument | tuple[SpecIssue, ...]:
        """The document of the file that a task names. Raises ValueError as `inside` does."""
        if not is_local_path(text):
            raise ValueError(f"'{shorten(text)}' is no path of a file, from the folder of this one")
        path = self.inside(text, at)
        real = os.path.realpath(path)
        name = shorten(folder.display(path))
        if not os.path.exists(path):  # noqa: PTH110  # Path.exists raises what is no answer here
            raise ValueError(f"there is no file {name}")
        if not os.path.isfile(path):  # noqa: PTH113  # as above
            raise ValueError(f"{name} is no regular file")
        self.referred.add(real)
        parsed = self.read(SpecFile(folder.display(path), path, self.files[at >> FILE_BITS].root))
        if parsed.issues:
            return parsed.issues
        if any(map(is_spec_document, parsed.documents)):
            raise ValueError(f"{name} holds spec documents: name a file that holds one job alone")
        documents = [document for document in parsed.documents if document.root is not None]
        if len(documents) != 1:
            raise ValueError(f"the file should hold one job, not {len(documents)} documents")
        return documents[0]
