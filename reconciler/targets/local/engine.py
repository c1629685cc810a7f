"""The engine of local targets: the protocol of `reconciler.targets.protocol`, on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.model.findings import Finding
from reconciler.model.observation import NO_DIGEST, Experiment, Worker
from reconciler.model.plan import ActionKind
from reconciler.model.report import Outcome, WorkerOutcome
from reconciler.model.workforce import Region, Target
from reconciler.targets.local import observing, slots
from reconciler.targets.local.checkup import check_up
from reconciler.targets.local.folder import describe
from reconciler.targets.local.hiring import hire
from reconciler.targets.local.laying_off import lay_off
from reconciler.targets.local.reading import Survivors
from reconciler.targets.local.state import folder_of
from reconciler.targets.protocol import Order, Seen, Tell, WorkerLog
from reconciler.values.errors import UserError


class LocalEngine:
    """All local targets of this machine. Reading files is quick enough to be done in line."""

    async def observe(
        self, project: str, regions: Sequence[Region], targets: Sequence[Target]
    ) -> Seen:
        """Read the live workers of `regions`, slots, and strays in any target of the project.

        Raises UserError where it can't be told which folder the state is in.
        """
        return observing.observe(project, regions, targets)

    async def look_closer(self, regions: Sequence[Region]) -> Seen:
        """Nothing: counting slots costs nothing, so `observe` has told them."""
        return Seen(regions={})

    async def carry_out(self, order: Order, tell: Tell) -> None:
        """Do what the order's action says, and tell the outcome of each worker.

        Which folder is meant is told by the order's key.
        """
        folder = folder_of(order.key.workspace)
        match order.action.kind:
            case ActionKind.HIRE:
                await hire(folder, order, observing.slots_of(order.target), tell)
            case ActionKind.CANCEL | ActionKind.DRAIN:
                await lay_off(folder, order, tell)
            case ActionKind.RESUME:
                for worker in order.action.workers:
                    detail = "local workers are never paused, so none can be resumed"
                    tell(WorkerOutcome(ActionKind.RESUME, Outcome.FAILED, worker.id, detail))
            case ActionKind.HOLD:
                return

    async def set_up(self, target: Target) -> None:
        """Put a target's number of slots in force for the workers that wait, where it has any.

        A hire does so too; this is for an apply that has nothing to hire. Raises UserError.
        """
        folder = folder_of(target.workspace)
        if not folder.slots.is_dir():
            return
        try:
            slots.put_limit_in_force(folder, observing.slots_of(target))
        except OSError as error:
            reason = describe(error, folder.path)
            raise UserError(
                f"the slots of target {target.name} can't be changed: {reason}",
                "make room on the disk, or the state folder writable",
            ) from error

    async def inventory(self, project: str, targets: Sequence[Target]) -> Sequence[Experiment]:
        """The live workers in the targets' folders, by experiment. Raises UserError."""
        return observing.inventory(project, targets)

    async def experiment_of_job(
        self, project: str, targets: Sequence[Target], name: str
    ) -> Experiment | None:
        """The live workers in the experiment of the worker `name`, with its task, while it lives.

        Raises UserError.
        """
        for one in observing.inventory(project, targets):
            for worker in one.workers:
                if worker.id == name:
                    digest = worker.digest or NO_DIGEST
                    tasks = {digest: one.tasks[digest]} if digest in one.tasks else {}
                    return replace(one, tasks=tasks)
        return None

    async def history(self, region: Region) -> Sequence[Worker]:
        """All workers of a region that are still on record, oldest first. Raises UserError."""
        look = observing.look_into(region.key.workspace, Survivors())
        if look.unreadable is not None:
            raise UserError(look.unreadable)
        return observing.workers_of(region.key, look)

    async def log(self, region: Region, worker: Worker) -> WorkerLog:
        """The file that has what the worker's command wrote; it may not be there yet."""
        return WorkerLog(worker, path=str(folder_of(region.key.workspace).log(worker.id)))

    async def log_text(self, region: Region, worker: Worker) -> str | None:
        """None: the log is a file."""
        return None

    async def checkup(self, targets: Sequence[Target]) -> Sequence[Finding]:
        """Whether this machine can keep state and run workers."""
        return check_up(targets)

    async def close(self) -> None:
        """Nothing is held open."""
