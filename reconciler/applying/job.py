"""What every hired job carries besides its task: tags and environment variables. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.workforce import Region, Workforce

TAG_FORMAT = "1"
"""The version of the tags' meaning. Later versions of this tool read earlier ones."""


def tags(project: str, workforce: Workforce, region: Region) -> Mapping[str, str]:
    """The task's own tags, and those by which a job is found again and counted."""
    return {
        **region.task.tags,
        "reconciler.format": TAG_FORMAT,
        "reconciler.project": project,
        "reconciler.workforce": workforce.name,
        "reconciler.region": region.name,
        "reconciler.digest": region.digest,
        "reconciler.layoffs": workforce.layoffs.value,
    }


def environment(workforce: Workforce, region: Region) -> Mapping[str, str]:
    """The task's own variables, and those that tell a worker whose it is."""
    return {
        **region.task.environment_variables,
        "RECONCILER_WORKFORCE": workforce.name,
        "RECONCILER_REGION": region.name,
        "RECONCILER_TASKS_PER_WORKER": str(workforce.tasks_per_worker),
    }
