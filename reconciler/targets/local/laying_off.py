"""Cancels and drains: a request to the worker's supervisor, and its answer from the record.

No pid is signalled from here, but those of processes that outlived their supervisor, and only
after checking that they are the worker's own.
"""

from __future__ import annotations

import asyncio
import signal
import time
import uuid
from collections.abc import Callable

from reconciler.model.observation import Worker
from reconciler.model.phases import Phase
from reconciler.model.plan import ActionKind
from reconciler.model.report import Outcome, WorkerOutcome
from reconciler.processes import signals, table
from reconciler.targets.local import records, requests
from reconciler.targets.local.folder import TargetFolder, describe
from reconciler.targets.local.reading import Survivors, Truth, damage, truth_of
from reconciler.targets.local.records import Record, RecordDamagedError
from reconciler.targets.local.requests import Request, Wish
from reconciler.targets.protocol import Order, Tell

_AT_ONCE = 16
_ANSWER_WITHIN_SECONDS = 10.0
_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.2
_SURVIVORS_GRACE_SECONDS = 2.0

Judge = Callable[[Record, Truth, str], "tuple[Outcome, str] | None"]
"""What a record, the truth and the id of our request say of the outcome; None: nothing yet."""


async def lay_off(folder: TargetFolder, order: Order, tell: Tell) -> None:
    """Cancel or drain the workers that the order's action names."""
    kind = order.action.kind
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(worker: Worker) -> None:
        async with places:
            if order.stopping():
                outcome, detail = Outcome.SKIPPED, "the apply was stopped"
            elif kind is ActionKind.CANCEL:
                outcome, detail = await _cancel(folder, worker)
            else:
                outcome, detail = await _ask(folder, worker, Wish.DRAIN, _judge_drain)
        tell(WorkerOutcome(kind, outcome, worker.id, detail))

    await asyncio.gather(*(one(worker) for worker in order.action.workers))


async def _cancel(folder: TargetFolder, worker: Worker) -> tuple[Outcome, str]:
    if worker.phase is Phase.PENDING:
        return await _ask(folder, worker, Wish.CANCEL_WHILE_QUEUED, _judge_cancel_while_queued)
    return await _ask(folder, worker, Wish.CANCEL, _judge_cancel)


async def _ask(
    folder: TargetFolder, worker: Worker, wish: Wish, judge: Judge
) -> tuple[Outcome, str]:
    """Put a wish before a worker's supervisor, and wait until its record answers."""
    request = Request(wish, uuid.uuid4().hex)
    give_up_at = time.monotonic() + _ANSWER_WITHIN_SECONDS
    pause = _FIRST_PAUSE_SECONDS
    was_sent = False
    while time.monotonic() < give_up_at:
        try:
            record = records.read(folder.record(worker.id))
            survivors = Survivors()
            truth = truth_of(folder, record, survivors)
            answer = judge(record, truth, request.id)
            if answer is not None:
                return answer
            left = survivors.of(record) if truth.phase is Phase.UNKNOWN else []
            if left:
                return await _lay_off_survivors(wish, left)
            if truth.phase is Phase.UNKNOWN:
                return Outcome.FAILED, truth.note or "it is out of sight"
            # A supervisor that is just ending doesn't listen any more: its record is about to say.
            was_sent = was_sent or requests.send(folder.requests_of(record.hire), request)
        except FileNotFoundError:
            return Outcome.ALREADY, "it has no record any more"
        except RecordDamagedError as error:
            return Outcome.FAILED, damage(folder, worker.id, str(error))
        except OSError as error:
            return Outcome.FAILED, describe(error, folder.path)
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
    return Outcome.FAILED, (
        f"its supervisor has not answered for {_ANSWER_WITHIN_SECONDS:.0f} s; "
        f"{folder.supervisors_log} may say why"
    )


def _judge_cancel(record: Record, truth: Truth, request: str) -> tuple[Outcome, str] | None:
    if record.cancel_request == request:
        return Outcome.DONE, ""
    if truth.phase is Phase.ENDING:
        return Outcome.ALREADY, "it was being cancelled"
    return _judge_ended(truth)


def _judge_cancel_while_queued(
    record: Record, truth: Truth, request: str
) -> tuple[Outcome, str] | None:
    if truth.status == "Running":
        return Outcome.SKIPPED, "it has started since the plan"
    return _judge_cancel(record, truth, request)


def _judge_drain(record: Record, truth: Truth, request: str) -> tuple[Outcome, str] | None:
    if record.drain_request == request:
        return Outcome.DONE, ""
    if record.draining_since is not None:
        return Outcome.ALREADY, "it was draining"
    if truth.phase is Phase.ENDING:
        return Outcome.ALREADY, "it was being cancelled"
    if truth.phase is Phase.PENDING:
        return Outcome.SKIPPED, "it waits for a slot, and has no task to finish"
    return _judge_ended(truth)


def _judge_ended(truth: Truth) -> tuple[Outcome, str] | None:
    if truth.phase is not Phase.ENDED:
        return None
    detail = f"it had ended: {truth.status}"
    return Outcome.ALREADY, f"{detail}, {truth.note}" if truth.note else detail


async def _lay_off_survivors(wish: Wish, left: list[table.Process]) -> tuple[Outcome, str]:
    if wish is not Wish.CANCEL:
        return (
            Outcome.FAILED,
            "its supervisor died and can't be asked; a cancel ends what is left of it",
        )
    give_up_at = time.monotonic() + _SURVIVORS_GRACE_SECONDS
    for process in left:
        signals.send_to(process, signal.SIGTERM)
    while time.monotonic() < give_up_at:
        if not any(_lives(process) for process in left):
            break
        await asyncio.sleep(_FIRST_PAUSE_SECONDS)
    for process in left:
        signals.send_to(process, signal.SIGKILL)
    return Outcome.DONE, "its supervisor had died; its processes were ended"


def _lives(process: table.Process) -> bool:
    found = table.find(process.pid)
    return found is not None and found.start == process.start and not found.is_zombie
