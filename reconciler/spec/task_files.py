"""Tasks that are `{file: job.yml}`: what the file says, with the task's other keys laid over it."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.spec.issues import SpecIssue
from reconciler.spec.merging import merged
from reconciler.spec.sentences import Place, describe
from reconciler.spec.sources import Sources, is_local_path
from reconciler.spec.tree import SourceDocument, SourceMap, with_values, without

_WITH_PATHS = frozenset({"code", "environment", "inputs"})


@dataclass(slots=True)
class TaskFiles:
    """Fills in what tasks refer to. `issues` grows by what is wrong with the references."""

    sources: Sources
    issues: list[SpecIssue] = field(default_factory=list)

    def filled(self, document: SourceDocument) -> SourceDocument:
        """The document, with every task in it written out."""
        root = document.root
        if not isinstance(root, SourceMap):
            return document
        values: dict[str, object] = {}
        whole = Place(document)
        task = self._task(root.get("task"), whole, "task")
        if task is not None:
            values["task"] = task
        shared = self._of_region(root.get("region_defaults"), whole, "region_defaults")
        if shared is not None:
            values["region_defaults"] = shared
        regions = root.get("regions")
        if isinstance(regions, SourceMap):
            changed: dict[str, object] = {}
            for name, region in regions.items():
                one = self._of_region(region, whole, "regions", name)
                if one is not None:
                    changed[name] = one
            if changed:
                values["regions"] = with_values(regions, changed)
        if not values:
            return document
        return SourceDocument(document.files, with_values(root, values), document.start)

    def _of_region(self, region: object, whole: Place, *way: str) -> SourceMap | None:
        if not isinstance(region, SourceMap) or "task" not in region:
            return None
        task = self._task(region["task"], whole, *way, "task")
        return None if task is None else with_values(region, {"task": task})

    def _task(self, task: object, whole: Place, *way: str) -> SourceMap | None:
        """The task written out, or None where it refers to no job."""
        if not isinstance(task, SourceMap):
            return None
        self._refer(task)
        if not isinstance(task.get("file"), str):
            return None
        own = without(task, "file")
        try:
            job = self.sources.job(str(task["file"]), task.value_mark("file"))
        except ValueError as error:
            self.issues.append(whole.issue(*way, "file", message=str(error)))
            return None
        if isinstance(job, tuple):
            self.issues.extend(job)
            return None
        if not isinstance(job.root, SourceMap):
            what = f"a job's file should be a map, not {describe(job.root)}"
            self.issues.append(Place(job).issue(message=what))
            return None
        if "file" in job.root:
            self.issues.append(
                Place(job).issue(
                    "file", key=True, message="a job's file can't refer to another one"
                )
            )
            return None
        self._refer(job.root)
        return merged(job.root, own, "task")

    def _refer(self, task: SourceMap) -> None:
        """Take note of the files and folders that a task names."""
        if not task.keys() & _WITH_PATHS:
            return
        named = [(task, "code")]
        environment, inputs = task.get("environment"), task.get("inputs")
        if isinstance(environment, SourceMap):
            named.append((environment, "conda_file"))
            build = environment.get("build")
            if isinstance(build, SourceMap):
                named.append((build, "path"))
        if isinstance(inputs, SourceMap):
            named += [(one, "path") for one in inputs.values() if isinstance(one, SourceMap)]
        for holder, key in named:
            path = holder.get(key)
            if isinstance(path, str) and is_local_path(path):
                self.sources.refer(path, holder.value_mark(key))
