"""From one Workforce document, with all that it inherits, to the model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.model.channels import (
    BackChannel,
    LocalQueue,
    Mount,
    Queue,
    ServiceBusQueue,
    StorageQueue,
)
from reconciler.model.scale import Auto
from reconciler.model.workforce import Safety, Workforce
from reconciler.policies.registry import POLICIES, policy
from reconciler.spec.documents import back_channel, queue
from reconciler.spec.documents import safety as documents_safety
from reconciler.spec.documents import workforce as documents
from reconciler.spec.documents.quantities import FromEnv
from reconciler.spec.documents.scale import AUTO
from reconciler.spec.issues import SpecIssue, did_you_mean
from reconciler.spec.needs import needs_of
from reconciler.spec.region_resolution import Context, resolve_regions
from reconciler.spec.sentences import Place, in_words
from reconciler.spec.task_resolution import TasksOfWorkforce
from reconciler.spec.tree import SourceDocument
from reconciler.spec.validating import check
from reconciler.spec.workforce_checks import bounds, warnings
from reconciler.values.immutable import FrozenMap, frozen


@dataclass(frozen=True, slots=True)
class ResolvedWorkforce:
    """A workforce as far as it could be resolved; without issues it is all there."""

    workforce: Workforce
    issues: tuple[SpecIssue, ...]
    warnings: tuple[SpecIssue, ...]


def resolve_workforce(
    document: documents.Workforce, source: SourceDocument, folder: Path, context: Context
) -> ResolvedWorkforce:
    """Fill in the workforce's defaults and references. `folder`: where its spec file lies."""
    place = Place(source)
    issues = list(bounds(document, place))
    tasks = TasksOfWorkforce(context.tasks, document.task, place, str(folder))
    before = len(context.tasks.issues)
    regions = resolve_regions(document, place, tasks, context, issues)
    issues += context.tasks.issues[before:]
    scale = document.scale
    auto = _auto(document, place, issues)
    workforce = Workforce(
        name=document.name,
        desired=0 if isinstance(scale.desired, str) else scale.desired,
        regions=regions,
        tasks_per_worker=scale.tasks_per_worker,
        placement=document.placement,
        layoffs=document.layoffs,
        priority=document.priority,
        adopt=document.adopt,
        safety=resolve_safety(document.safety, source),
        desired_position=source.locate("scale", "desired"),
        position=source.locate("name"),
        min=scale.min,
        max=scale.max,
        auto=auto,
        when_queue_empty=scale.when_queue_empty,
        queue=_queue(document.queue) if document.queue else None,
        back_channel=_channel(document.back_channel) if document.back_channel else None,
        mounts=tuple(
            Mount(name, mount.account, mount.container, mount.link)
            for name, mount in document.mounts.items()
        ),
        needs=needs_of(document, regions, place),
    )
    return ResolvedWorkforce(workforce, tuple(issues), tuple(warnings(document, regions, place)))


def resolve_safety(
    document: documents_safety.Safety | documents_safety.ProjectSafety, source: SourceDocument
) -> Safety:
    """The limits, with the places of those that the spec sets."""
    return Safety(
        max_hires=document.max_hires,
        max_running_cancels=document.max_running_cancels,
        positions={key: source.locate("safety", key) for key in sorted(document.model_fields_set)},
    )


def _auto(document: documents.Workforce, place: Place, issues: list[SpecIssue]) -> Auto | None:
    """The policy, checked also where desired is a number: it is there to be switched to."""
    scale = document.scale
    ((name, settings),) = scale.policy.items()
    if name not in POLICIES:
        known = in_words(list(POLICIES)).replace(" or ", " and ")
        what = f"is no policy: there is {known}{did_you_mean(name, POLICIES)}"
        issues.append(place.issue("scale", "policy", name, message=what, key=True))
        return None
    at = Place(place.source, ("scale", "policy", name))
    checked = check(policy(name).Settings, settings, at)
    if isinstance(checked, tuple):
        issues.extend(checked)
        return None
    if scale.desired != AUTO:
        return None
    if document.queue is None:
        what = "is auto, which follows the length of a queue: set `queue`, or a number here"
        issues.append(place.issue("scale", "desired", message=what))
    plain = {key: frozen(value) for key, value in checked.model_dump().items()}
    return Auto(name, FrozenMap(plain), scale.fallback)


def _queue(document: queue.Queue) -> Queue:
    if document.storage:
        storage = document.storage
        return StorageQueue(storage.account, storage.name, _variable(storage.connection_string))
    if document.service_bus:
        bus = document.service_bus
        return ServiceBusQueue(
            bus.namespace,
            bus.queue,
            bus.subscription_id,
            bus.resource_group,
            _variable(bus.connection_string),
        )
    assert document.local is not None
    return LocalQueue(document.local.name)


def _channel(document: back_channel.BackChannel) -> BackChannel:
    return BackChannel(
        namespace=document.service_bus.namespace,
        speaks=document.speaks,
        operation=document.operation,
        drain_timeout=document.drain_timeout,
        on_drain_timeout=document.on_drain_timeout,
        connection_from=_variable(document.service_bus.connection_string),
    )


def _variable(secret: FromEnv | None) -> str | None:
    return secret.from_env if secret else None
