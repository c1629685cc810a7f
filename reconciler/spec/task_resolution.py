"""From the `task` of a workforce, and what its regions lay over it, to the model's tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reconciler.model.workforce import Task
from reconciler.spec.contents import Contents
from reconciler.spec.documents import task as documents
from reconciler.spec.documents.quantities import FromEnv
from reconciler.spec.issues import SpecIssue
from reconciler.spec.merging import merged
from reconciler.spec.sentences import Place
from reconciler.spec.sources import Sources, is_local_path
from reconciler.spec.tree import FILE_BITS, SourceDocument, SourceMap
from reconciler.spec.validating import check
from reconciler.task.digest import task_digest
from reconciler.values.immutable import FrozenMap, frozen

_MODEL_KEYS = frozenset({"command", "environment_variables", "limits", "tags"})
_NO_OVERRIDE = documents.TaskOverride()
_NOT_IN_JOB = {*documents.EVERYWHERE, *documents.NOT_USED, "type", "schema_"}


@dataclass(slots=True)
class Tasks:
    """Resolves tasks. `issues` grows; folders that tasks name are read once for all of them."""

    sources: Sources
    issues: list[SpecIssue]
    contents: Contents = field(default_factory=Contents)


@dataclass(slots=True)
class TasksOfWorkforce:
    """The task of one workforce, and those of its regions, with their digests.

    `place` is that of the document with everything merged; its task is right by itself.
    """

    tasks: Tasks
    document: documents.Task
    place: Place
    folder: str
    _made: dict[tuple[int, bool], tuple[Task, str]] = field(default_factory=dict)

    def of(
        self, region: str, override: documents.TaskOverride, *, is_remote: bool
    ) -> tuple[Task, str]:
        """The task of a region and its digest.

        `is_remote`: the target takes the keys that only AzureML knows, and the files they name.
        """
        changed = override.model_fields_set
        if not changed:
            key = (0, is_remote)
            if key not in self._made:
                at = Place(self.place.source, (*self.place.path, "task"))
                self._made[key] = _with_digest(self._task(self.document, at, is_remote))
            return self._made[key]
        key = (id(override), is_remote)
        if key not in self._made:
            if changed <= _MODEL_KEYS:
                base, _ = self.of(region, _NO_OVERRIDE, is_remote=is_remote)
                made = _overridden(base, self.document, override)
            else:
                made = self._merged(region, is_remote)
            self._made[key] = _with_digest(made)
        return self._made[key]

    def _merged(self, region: str, is_remote: bool) -> Task:
        below = self.place.value("task")
        above = self.place.value("regions", region, "task")
        assert isinstance(below, SourceMap)
        assert isinstance(above, SourceMap)
        source = self.place.source
        whole = SourceMap(source.start, is_flow=False)
        whole["task"] = merged(below, above, "task")
        whole.marks += [above.start, above.start]
        at = Place(SourceDocument(source.files, whole, source.start), ("task",))
        checked = check(documents.Task, whole["task"], at)
        if isinstance(checked, tuple):
            self.tasks.issues.extend(checked)
            return Task("")
        return self._task(checked, at, is_remote)

    def _task(self, document: documents.Task, place: Place, is_remote: bool) -> Task:
        job = _job(document)
        files: dict[str, str] = {}
        if job and is_remote:
            for way in _paths(job):
                self._put_content(job, way, place, files)
        values, secrets = _split(document.environment_variables)
        return Task(
            command=document.command,
            environment_variables=FrozenMap(values),
            timeout=document.limits.timeout if document.limits else None,
            tags=FrozenMap(document.tags),
            working_directory=self.folder,
            secret_variables=FrozenMap(secrets),
            job=FrozenMap({key: frozen(value) for key, value in job.items()}),
            files=FrozenMap(files),
        )

    def _put_content(
        self, job: dict[str, object], way: tuple[str, ...], place: Place, files: dict[str, str]
    ) -> None:
        """Put the content hash of a local path in its place."""
        holder: dict[str, object] = job
        for step in way[:-1]:
            inner = holder[step]
            assert isinstance(inner, dict)
            holder = inner
        text = str(holder[way[-1]])
        at = place.source.mark_of(*place.path, *way)
        try:
            path = self.tasks.sources.inside(text, at)
            root = self.tasks.sources.files[at >> FILE_BITS].root
            content = self.tasks.contents.of(path, root)
        except ValueError as error:
            self.tasks.issues.append(place.issue(*way, message=str(error)))
            return
        holder[way[-1]] = content
        files[content] = str(path.resolve())


def _with_digest(task: Task) -> tuple[Task, str]:
    return task, task_digest(task)


def _overridden(task: Task, document: documents.Task, override: documents.TaskOverride) -> Task:
    """The workforce's task, of `document`, with a region's keys laid over it."""
    values, secrets = (
        _split({**document.environment_variables, **override.environment_variables})
        if override.environment_variables
        else (task.environment_variables, task.secret_variables)
    )
    timeout = override.limits.timeout if override.limits else None
    return replace(
        task,
        command=task.command if override.command is None else override.command,
        environment_variables=FrozenMap(values),
        secret_variables=FrozenMap(secrets),
        timeout=task.timeout if timeout is None else timeout,
        tags=FrozenMap({**document.tags, **override.tags}) if override.tags else task.tags,
    )


def _split(variables: dict[str, str | FromEnv]) -> tuple[dict[str, str], dict[str, str]]:
    """The variables with a value in the spec, and those with the name of one that holds it."""
    values: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for name, value in variables.items():
        if isinstance(value, FromEnv):
            secrets[name] = value.from_env
        else:
            values[name] = value
    return values, secrets


def _job(document: documents.Task) -> dict[str, object]:
    """The keys that only AzureML knows, as plain values in the form of its YAML."""
    chosen = document.model_fields_set - _NOT_IN_JOB
    if not chosen:
        return {}
    dumped = document.model_dump(include=chosen, exclude_unset=True, by_alias=True)
    environment = dumped.get("environment")
    if isinstance(environment, dict):
        environment.pop("$schema", None)
    outputs = dumped.get("outputs")
    if isinstance(outputs, dict):
        # `out:` alone is an output of which nothing more is said.
        dumped["outputs"] = {name: one or {} for name, one in outputs.items()}
    return {key: _plain(dumped[key]) for key in sorted(chosen) if dumped.get(key) not in (None, {})}


def _plain(value: object) -> object:
    """Maps and lists of the source as plain ones; keys that are set to nothing left out."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _paths(job: dict[str, object]) -> Iterator[tuple[str, ...]]:
    """The ways to the local paths in a job."""
    ways: list[tuple[str, ...]] = [
        ("code",),
        ("environment", "conda_file"),
        ("environment", "build", "path"),
    ]
    inputs = job.get("inputs")
    if isinstance(inputs, dict):
        ways += [("inputs", name, "path") for name in inputs]
    for way in ways:
        here: object = job
        for step in way:
            here = here.get(step) if isinstance(here, dict) else None
        if isinstance(here, str) and is_local_path(here):
            yield way
