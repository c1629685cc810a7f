"""Random histories of a queue and its workers, beside a model that is simple enough to believe."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reconciler.processes.identity import Life, own_identity
from reconciler.queues.local import CLAIM_SECONDS, MOST_DEATHS, Claim, LocalQueue

MEMORY = Path("/dev/shm")
"""Where syncing costs nothing: it's not what is tested here."""

WORKERS = st.integers(1, 4)
"""Few, so that they get in each other's way. A worker that died starts again as another one."""


@dataclass
class Message:
    command: str
    holder: int | None = None
    claim: Claim | None = None
    deadline: float = 0.0
    attempts: int = 0
    deaths: int = 0

    @property
    def is_dead_letter(self) -> bool:
        return self.holder is None and self.deaths >= MOST_DEATHS


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.path = Path(self.folder.name) / "queue.sqlite"
        self.now = 1000.0
        self.life = dict.fromkeys(range(1, 5), Life.ALIVE)
        self.messages: list[Message] = []
        self.lost: list[tuple[int, Claim]] = []
        self.pushed = 0

    def queue(self, worker: int) -> LocalQueue:
        return LocalQueue(
            self.path,
            identify=lambda: replace(own_identity(), pid=worker),
            judge=lambda owner: self.life[owner.pid],
            clock=lambda: self.now,
        )

    def settle(self) -> None:
        """What every claim and every count does first."""
        for message in self.messages:
            if message.holder is None:
                continue
            life = self.life[message.holder]
            late = life is Life.OUT_OF_SIGHT and message.deadline <= self.now
            if life is Life.ENDED or late:
                self.lost.append((message.holder, message.claim))
                message.holder = message.claim = None
                message.deaths += 1

    @rule(count=st.integers(0, 4))
    def push(self, count: int) -> None:
        commands = [f"command {self.pushed + number}" for number in range(count)]
        self.pushed += count
        self.queue(1).push(commands)
        self.messages.extend(map(Message, commands))
        self.settle()

    @rule(worker=WORKERS)
    def claim(self, worker: int) -> None:
        claim = self.queue(worker).claim()
        self.settle()
        waiting = [m for m in self.messages if m.holder is None and not m.is_dead_letter]
        if not waiting:
            assert claim is None
            return
        oldest = waiting[0]
        oldest.attempts += 1
        assert claim is not None
        assert (claim.command, claim.attempt) == (oldest.command, oldest.attempts)
        oldest.holder, oldest.claim = worker, claim
        oldest.deadline = self.now + CLAIM_SECONDS

    def held(self, data: st.DataObject) -> Message:
        return data.draw(st.sampled_from([m for m in self.messages if m.holder]))

    @precondition(lambda self: any(m.holder for m in self.messages))
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        message = self.held(data)
        assert self.queue(message.holder).complete(message.claim)
        self.messages.remove(message)

    @precondition(lambda self: any(m.holder for m in self.messages))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        message = self.held(data)
        assert self.queue(message.holder).release(message.claim)
        message.holder = message.claim = None

    @precondition(lambda self: any(m.holder for m in self.messages))
    @rule(data=st.data())
    def extend(self, data: st.DataObject) -> None:
        message = self.held(data)
        assert self.queue(message.holder).extend(message.claim)
        message.deadline = self.now + CLAIM_SECONDS

    @precondition(lambda self: self.lost)
    @rule(data=st.data())
    def use_a_claim_that_was_lost(self, data: st.DataObject) -> None:
        worker, claim = data.draw(st.sampled_from(self.lost))
        queue = self.queue(worker)
        assert not queue.complete(claim)
        assert not queue.release(claim)
        assert not queue.extend(claim)

    @rule(worker=WORKERS, life=st.sampled_from(Life))
    def become(self, worker: int, life: Life) -> None:
        self.life[worker] = life

    @rule(seconds=st.sampled_from([1.0, CLAIM_SECONDS / 2, CLAIM_SECONDS]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def revive(self) -> None:
        # A dead letter is made by a claim or a count, and only then can it be put back.
        settled = [m for m in self.messages if m.is_dead_letter]
        self.queue(1).push([], revive=True)
        for message in settled:
            message.deaths = 0
        self.settle()

    @invariant()
    def nothing_is_lost_and_nothing_is_double(self) -> None:
        size = self.queue(1).size()
        self.settle()
        held = sum(1 for m in self.messages if m.holder is not None)
        dead = sum(1 for m in self.messages if m.is_dead_letter)
        assert size.in_flight == held
        assert size.dead_lettered == dead
        assert size.visible == len(self.messages) - held - dead

    def teardown(self) -> None:
        self.folder.cleanup()


Histories.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, derandomize=True
)
TestHistories = Histories.TestCase
