"""How jobs proceed as time passes and nodes free up. No HTTP here."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from .errors import user_error
from .world import ENDED, Compute, Job, Workspace, World


@dataclass(slots=True)
class Timings:
    """How long each step takes, in seconds of the world's clock; None is for ever."""

    queueing: float = 0.0
    """NotStarted until Queued."""
    preparing: float = 0.0
    """A node is there until Running."""
    running: float | None = None
    """Running until Completed."""
    cancelling: float = 0.0
    """CancelRequested until Canceled."""


class Lifecycle:
    """Carries out due transitions in order of their time, and what tests and clients ask for.

    `settle` must be called before the world is read or changed; every change then has the time
    at which it was due, not the time at which somebody looked.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.timings = Timings()
        self._due: list[tuple[float, int, Workspace, Job, str, int]] = []
        self._planned = 0
        self._serving: set[int] = set()

    def settle(self) -> float:
        """Carries out all that is due by now, and returns the time."""
        now = self.world.clock.now()
        while self._due and self._due[0][0] <= now:
            at, _, workspace, job, status, epoch = heapq.heappop(self._due)
            if job.epoch == epoch:
                self._enter(workspace, job, status, at)
        return now

    def submit(self, workspace: Workspace, job: Job) -> None:
        """Starts the life of a job that has just been added with status NotStarted."""
        workspace.compute_of(job)
        workspace.changes.append((job.created, job, job.state))
        self._after(self.timings.queueing, workspace, job, "Queued", job.created)

    def adopt(self, workspace: Workspace, job: Job) -> None:
        """Takes in a seeded job in whatever status it is."""
        if job.state.status in ENDED:
            return
        compute = workspace.compute_of(job)
        if job.state.status == "Queued":
            compute.waiting.append(job)
        elif job.state.status not in ("NotStarted", "Paused"):
            self._hold(compute, job)
        if job.state.status == "Running":
            self._after(self.timings.running, workspace, job, "Completed", self.world.clock.now())

    def cancel(self, workspace: Workspace, job: Job, at: float) -> None:
        """Asks a live job to end; one that is ending or has ended stays as it is."""
        if job.state.status in ENDED or job.state.status == "CancelRequested":
            return
        self.set_status(workspace, job, "CancelRequested", at)
        self._after(self.timings.cancelling, workspace, job, "Canceled", at)

    def resume(self, workspace: Workspace, job: Job, at: float) -> None:
        """Queues a paused job again."""
        if job.state.status != "Paused":
            raise user_error(
                f"Run {job.name} is in state {job.state.status} and can't be resumed.",
                "BadArgument",
            )
        self.set_status(workspace, job, "Queued", at)

    def set_status(
        self, workspace: Workspace, job: Job, status: str, at: float, error: str | None = None
    ) -> None:
        """Puts a job into any status, known or not, with what follows from it."""
        if error is not None:
            workspace.change(job, at, error=error)
        self._enter(workspace, job, status, at)

    def serve(self, workspace: Workspace, compute: Compute, at: float) -> None:
        """Gives free nodes to the jobs that wait for them, first come, first served."""
        if id(compute) in self._serving:
            return  # a loop further up goes on with what has just been freed
        self._serving.add(id(compute))
        while compute.waiting:
            job = compute.waiting[0]
            if job.state.status != "Queued" or job.holds_nodes:
                compute.waiting.popleft()
            elif compute.used + job.nodes <= compute.available:
                compute.waiting.popleft()
                self._hold(compute, job)
                self._enter(workspace, job, "Preparing", at)
            else:
                break
        self._serving.discard(id(compute))

    def _enter(self, workspace: Workspace, job: Job, status: str, at: float) -> None:
        compute = workspace.compute_of(job)
        if status == "Running":
            workspace.change(job, at, status=status, started=job.state.started or at)
            self._after(self.timings.running, workspace, job, "Completed", at)
        elif status in ENDED:
            workspace.change(job, at, status=status, ended=at)
        else:
            workspace.change(job, at, status=status)
        if status == "Preparing":
            self._after(self.timings.preparing, workspace, job, "Running", at)
        if status in ENDED or status in ("Queued", "Paused"):
            self._release(compute, job)
        if status == "Queued":
            compute.waiting.append(job)
        self.serve(workspace, compute, at)

    def _after(
        self, seconds: float | None, workspace: Workspace, job: Job, status: str, at: float
    ) -> None:
        """Plans the next status; one that is due by now follows at once."""
        if seconds is None:
            return
        if seconds == 0:
            self._enter(workspace, job, status, at)
            return
        self._planned += 1
        heapq.heappush(self._due, (at + seconds, self._planned, workspace, job, status, job.epoch))

    @staticmethod
    def _hold(compute: Compute, job: Job) -> None:
        if not job.holds_nodes:
            job.holds_nodes = True
            compute.used += job.nodes

    @staticmethod
    def _release(compute: Compute, job: Job) -> None:
        if job.holds_nodes:
            job.holds_nodes = False
            compute.used -= job.nodes
