"""Single jobs over Resource Manager, with the tasks that they run, and their logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

import msgspec

from reconciler.azure.at_once import at_once
from reconciler.azure.clouds import Cloud
from reconciler.azure.decoding import BAD_JSON
from reconciler.azure.errors import ServiceFailure
from reconciler.azure.pipeline import Connections
from reconciler.model.observation import NO_DIGEST, Experiment
from reconciler.model.workforce import Task
from reconciler.targets.azureml.arm_listing import API_VERSION
from reconciler.targets.azureml.discovery import Discovery
from reconciler.targets.azureml.job_reading import ReadJob, image_of, read_job
from reconciler.targets.azureml.places import Place, place_of

_ENVIRONMENT_API_VERSION = "2024-04-01"
_USER_LOG = "user_logs/std_log.txt"
_USER_LOGS = "user_logs/"


class _Details(msgspec.Struct, rename="camel"):
    log_files: dict[str, str] = {}


class Jobs:
    """Reads single jobs over one set of connections."""

    def __init__(self, connections: Connections, cloud: Cloud, discovery: Discovery) -> None:
        self._connections = connections
        self._cloud = cloud
        self._discovery = discovery

    async def find(self, place: Place, name: str) -> ReadJob | None:
        """The command job of that name; None where there is none. Raises ServiceFailure."""
        url = f"{self._arm(place.id)}/jobs/{quote(name, safe='')}?api-version={API_VERSION}"
        try:
            answer = await self._connections.read("GET", url, scope=self._cloud.management_scope)
        except ServiceFailure as failure:
            # A workspace that is not there has a code of its own, and is an error.
            if failure.status == 404 and failure.code != "ResourceNotFound":
                return None
            raise
        found = read_job(answer.body, place.id)
        if found is not None and found.is_environment_anonymous:
            image = await self._image(found.environment_id or "")
            return found.in_image(image) if image is not None else found
        return found

    async def with_tasks(self, experiments: Sequence[Experiment]) -> list[Experiment]:
        """The experiments with what their workers run: one job is read for each digest.

        The task of workers without a digest is that of the youngest of them, once for each
        experiment. Raises ServiceFailure.
        """
        chosen: dict[tuple[str, ...], tuple[Place, str]] = {}
        for one in experiments:
            for worker in one.workers:
                chosen[_key(one, worker.digest)] = (place_of(one.target), worker.id)
        read = await at_once(*(self.find(place, name) for place, name in chosen.values()))
        tasks = {key: job.task for key, job in zip(chosen, read, strict=True) if job is not None}
        return [replace(one, tasks=_tasks_of(one, tasks)) for one in experiments]

    async def log(self, place: Place, name: str) -> str | None:
        """What a job's command has written so far; None where the service shows no such file.

        Raises ServiceFailure.
        """
        hosts = (await self._discovery.find(place)).hosts
        url = f"{hosts.api}/history/v1.0{place.id}/runs/{quote(name, safe='')}/details"
        answer = await self._connections.read("GET", url, scope=self._cloud.studio_scope)
        try:
            files = msgspec.json.decode(answer.body, type=_Details).log_files
        except BAD_JSON:
            return None
        address = _main_log(files)
        if address is None:
            return None
        # The address carries its own permission, and goes to a storage account: no token.
        content = await self._connections.read("GET", address, scope=None)
        return content.body.decode(errors="replace")

    async def _image(self, environment: str) -> str | None:
        """The image of an environment; None where it has more than one, or can't be read."""
        if not environment.lower().startswith("/subscriptions/"):
            return None
        url = f"{self._arm(environment)}?api-version={_ENVIRONMENT_API_VERSION}"
        try:
            answer = await self._connections.read("GET", url, scope=self._cloud.management_scope)
        except ServiceFailure:
            return None
        return image_of(answer.body)

    def _arm(self, resource: str) -> str:
        return f"{self._cloud.resource_manager}{resource}"


def _key(experiment: Experiment, digest: str | None) -> tuple[str, ...]:
    if digest is not None:
        return (digest,)
    return (NO_DIGEST, experiment.target.workspace, experiment.name.casefold())


def _tasks_of(experiment: Experiment, tasks: Mapping[tuple[str, ...], Task]) -> dict[str, Task]:
    digests = {worker.digest for worker in experiment.workers}
    return {
        digest or NO_DIGEST: tasks[key]
        for digest in digests
        if (key := _key(experiment, digest)) in tasks
    }


def _main_log(files: Mapping[str, str]) -> str | None:
    """The address of the file with the command's output: of several processes, the first's."""
    names = sorted(name for name in files if name.startswith(_USER_LOGS))
    chosen = _USER_LOG if _USER_LOG in files else next(iter(names), None)
    return files[chosen] if chosen is not None else None
