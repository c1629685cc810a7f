"""The checks of one workspace: that it can be read, what may be done in it, index and computes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from reconciler.azure.at_once import at_once
from reconciler.azure.decoding import BAD_JSON
from reconciler.azure.errors import ServiceFailure, malformed
from reconciler.model.findings import Finding, Verdict
from reconciler.model.workforce import Target
from reconciler.targets.azureml import arm_listing, capacity, discovery
from reconciler.targets.azureml.checkup import remedies
from reconciler.targets.azureml.checkup.asking import Asking, bounded
from reconciler.targets.azureml.checkup.compute import state_of
from reconciler.targets.azureml.checkup.permissions import (
    API_VERSION,
    DATA_SCIENTIST,
    READER,
    RIGHTS,
    Page,
    Permission,
    may,
)
from reconciler.targets.azureml.host_cache import HostCache
from reconciler.targets.azureml.index import Dialect, Index
from reconciler.targets.azureml.places import Place, is_virtual_cluster

_MOST_PAGES = 10
_RIGHTS = tuple(right.check for right in RIGHTS)
_UNREAD = "the workspace can't be read"


class WorkspaceChecks:
    """The checks of one workspace and of the computes that `targets` name."""

    def __init__(self, asking: Asking, place: Place, targets: Sequence[Target]) -> None:
        self._asking = asking
        self._place = place
        self._subject = f"workspace {place.name}"
        self._names = tuple(sorted({target.name for target in targets}))
        self._computes = _computes(targets)

    async def run(self) -> list[Finding]:
        """Every finding on the workspace."""
        workspace, status = await self._workspace()
        if workspace.verdict is Verdict.FAILED and status != 403:
            return [workspace, *self._skip_all(_UNREAD)]
        if workspace.verdict is Verdict.FAILED:
            # Whoever lacks one role may lack the other: one request to the owner is enough.
            return [workspace, *await self._rights(), *self._skip_rest(_UNREAD)]
        rights, index = await at_once(self._rights(), self._index())
        if any(one.check == "read-computes" and one.verdict is Verdict.FAILED for one in rights):
            return [workspace, *rights, index, *self._skip_computes("computes may not be read")]
        computes = await at_once(
            *(self._compute(name, whole) for whole, name in self._computes.items())
        )
        return [workspace, *rights, index, *computes]

    def skip(self, reason: str) -> list[Finding]:
        """All checks, none of them made."""
        return [self._skipped("workspace", reason), *self._skip_all(reason)]

    async def _workspace(self) -> tuple[Finding, int | None]:
        """Whether the workspace can be read, and the status of the answer where it can't."""
        answer = await self._asking.read(f"{self._place.id}?api-version={discovery.API_VERSION}")
        if not isinstance(answer, ServiceFailure):
            location = _location(answer.body)
            where = f", in {location}" if location else ""
            return self._finding("workspace", Verdict.OK, f"it can be read{where}"), None
        remedy, command = self._mend_workspace(answer)
        return (
            self._finding("workspace", Verdict.FAILED, answer.cause, remedy, command),
            answer.status,
        )

    def _mend_workspace(self, failure: ServiceFailure) -> tuple[str, str | None]:
        place = self._place
        match failure.status, failure.code:
            case 403, _:
                return self._ask_for(READER)
            case 404, "SubscriptionNotFound":
                return "check subscription_id in the spec", remedies.list_subscriptions()
            case 404, "ResourceGroupNotFound":
                return "check resource_group in the spec", remedies.list_groups(place)
            case 404, _:
                return "check workspace in the spec", remedies.list_workspaces(place)
            case 401, _:
                return failure.remedy, "az login"
        return failure.remedy, None

    async def _rights(self) -> list[Finding]:
        """Whether jobs may be read, submitted and cancelled, and computes be read."""
        held = await self._permissions()
        if isinstance(held, ServiceFailure):
            return [self._unknown_rights(held), *self._skip(_RIGHTS, "permissions are not known")]
        findings = []
        for right in RIGHTS:
            if may(held, right.action):
                findings.append(self._finding(right.check, Verdict.OK, "allowed"))
            else:
                findings.append(
                    self._finding(
                        right.check,
                        Verdict.FAILED,
                        f"no permission for {right.action}",
                        *self._ask_for(right.role),
                    )
                )
        return findings

    def _unknown_rights(self, failure: ServiceFailure) -> Finding:
        if failure.status != 403:
            return self._finding("permissions", Verdict.FAILED, failure.cause, failure.remedy)
        # By the documentation this takes Microsoft.Authorization/permissions/read, which Reader
        # has and AzureML Data Scientist has not: whoever may do everything may not see that.
        return self._finding(
            "permissions",
            Verdict.WARNING,
            f"you may not see what you may do: {failure.cause}",
            f"{READER} beside {DATA_SCIENTIST} shows it; without, trying will tell",
            remedies.grant(READER, self._place, self._asking.caller.object_id),
        )

    async def _permissions(self) -> list[Permission] | ServiceFailure:
        path = (
            f"{self._place.id}/providers/Microsoft.Authorization/permissions"
            f"?api-version={API_VERSION}"
        )
        manager = self._asking.cloud.resource_manager
        held: list[Permission] = []
        for _ in range(_MOST_PAGES):
            answer = await self._asking.read(path)
            if isinstance(answer, ServiceFailure):
                return answer
            try:
                page = msgspec.json.decode(answer.body, type=Page)
            except BAD_JSON as error:
                return malformed("Resource Manager", f"no permissions: {error}")
            held += page.value
            if not page.next_link:
                return held
            if not page.next_link.startswith(f"{manager}/"):
                break
            path = page.next_link.removeprefix(manager)
        return malformed("Resource Manager", "permissions without an end")

    async def _index(self) -> Finding:
        """Whether the index answers; failing that, the list that serves in its place."""
        why = await self._ask_index()
        if why is None:
            return self._finding("index", Verdict.OK, "it answers")
        listing = await self._asking.read(
            f"{self._place.id}/jobs?api-version={arm_listing.API_VERSION}&listViewType=All"
        )
        if isinstance(listing, ServiceFailure):
            found = (
                f"neither the index nor Resource Manager's list of jobs can be read: {why.cause}"
            )
            return self._finding("index", Verdict.FAILED, found, *self._mend_reading(why))
        found = f"Resource Manager's list of jobs serves in its place, more slowly: {why.cause}"
        return self._finding("index", Verdict.WARNING, found, *self._mend_reading(why))

    async def _ask_index(self) -> ServiceFailure | None:
        """Why the index can't be read; None where it can."""
        asking = self._asking
        # Hosts that an earlier command kept would tell nothing of whether they can be found.
        finder = discovery.Discovery(
            asking.connections, asking.cloud, HostCache(None, asking.cloud)
        )
        found = await bounded(finder.find(self._place))
        if isinstance(found, ServiceFailure):
            return found
        index = Index(
            asking.connections, asking.cloud.studio_scope, found.hosts.api, self._place, Dialect()
        )
        page = await bounded(index.page((), size=1))
        return page if isinstance(page, ServiceFailure) else None

    def _mend_reading(self, failure: ServiceFailure) -> tuple[str, str | None]:
        return self._ask_for(READER) if failure.status == 403 else (failure.remedy, None)

    async def _compute(self, name: str, whole: str) -> Finding:
        """Whether the compute is there, and its state."""
        if is_virtual_cluster(whole):
            return self._skipped("compute", "a virtual cluster does not tell its state", name)
        answer = await self._asking.read(f"{whole}?api-version={capacity.API_VERSION}")
        # By a full id a compute may lie in another workspace than its jobs.
        holder = Place(whole.rpartition("/computes/")[0])
        place = self._place if holder.key == self._place.key else holder
        if isinstance(answer, ServiceFailure):
            return self._no_compute(name, place, answer)
        try:
            state = state_of(answer.body)
        except ServiceFailure as failure:
            return self._no_compute(name, place, failure)
        command = None
        if state.needs_nodes:
            command = remedies.raise_maximum(place, name)
        elif state.verdict is not Verdict.OK:
            command = remedies.show_compute(place, name)
        return self._finding("compute", state.verdict, state.found, state.remedy, command, name)

    def _no_compute(self, name: str, place: Place, failure: ServiceFailure) -> Finding:
        remedy, command = failure.remedy, remedies.show_compute(place, name)
        if failure.status == 404:
            remedy, command = "check compute in the spec", remedies.list_computes(place)
        elif failure.status == 403:
            remedy, command = self._ask_for(READER, place)
        return self._finding("compute", Verdict.FAILED, failure.cause, remedy, command, name)

    def _ask_for(self, role: str, place: Place | None = None) -> tuple[str, str]:
        scope = place or self._place
        remedy = f"ask an owner of workspace {scope.name} for the role {role} on it"
        return remedy, remedies.grant(role, scope, self._asking.caller.object_id)

    def _skip_all(self, reason: str) -> list[Finding]:
        return [*self._skip(_RIGHTS, reason), *self._skip_rest(reason)]

    def _skip_rest(self, reason: str) -> list[Finding]:
        return [self._skipped("index", reason), *self._skip_computes(reason)]

    def _skip_computes(self, reason: str) -> list[Finding]:
        return [self._skipped("compute", reason, name) for name in self._computes.values()]

    def _skip(self, checks: Iterable[str], reason: str) -> list[Finding]:
        return [self._skipped(check, reason) for check in checks]

    def _skipped(self, check: str, reason: str, item: str | None = None) -> Finding:
        return self._finding(check, Verdict.SKIPPED, reason, item=item)

    def _finding(
        self,
        check: str,
        verdict: Verdict,
        found: str,
        remedy: str | None = None,
        command: str | None = None,
        item: str | None = None,
    ) -> Finding:
        return Finding(
            self._subject, check, verdict, found, remedy, command, item, targets=self._names
        )


def _computes(targets: Sequence[Target]) -> dict[str, str]:
    """The computes that targets name: by their full ids, each as the spec spells its name."""
    found = {}
    for target in targets:
        if target.compute:
            spelled = str(target.settings.get("compute") or target.compute)
            found[target.compute] = spelled.rsplit("/", 1)[-1]
    return dict(sorted(found.items()))


def _location(body: bytes) -> str | None:
    try:
        location = msgspec.json.decode(body)["location"]
    except (*BAD_JSON, KeyError, TypeError):
        return None
    return location if isinstance(location, str) else None
