"""The local queue: shell commands in one SQLite file for each queue, for workers of this machine.

Why the standard library's sqlite3 and no queue library: of those that keep messages in SQLite,
persist-queue's acknowledgements don't record who holds a message, so that the messages of a dead
worker can't be told from those in work, and litequeue needs a later Python than this project.

What it promises:

- Oldest first. A message that comes back keeps its place.
- At least once. A message is in one worker's hands at a time, and is gone only when that worker
  says so. It becomes visible again as soon as someone claims or asks for the size after its
  worker died; a live worker keeps its messages however long it takes.
- A claim also has a deadline that its worker moves on while the task runs. It decides only where
  nobody can see whether the worker lives: from another container or machine with the same home.
- A message whose worker died MOST_DEATHS times is taken for the cause and set apart as a dead
  letter: counted in the size, given to nobody, put back by a push with `revive`.
- A push is whole or not at all, and what was committed outlasts a loss of power.

Each operation opens the file, does one write transaction and closes it, so that nothing is shared
between threads or inherited over fork. The journal is SQLite's rollback journal rather than its
write-ahead log, whose shared memory does not work on network file systems, where homes often lie.
"""

from __future__ import annotations

import json
import math
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.processes.identity import Life, Machine, ProcessIdentity, life_of, own_identity
from reconciler.queues.queue_file import damaged, exists, make_folder, transaction
from reconciler.state_directory import state_directory
from reconciler.values.errors import UserError
from reconciler.values.names import NAME_RULE, is_name

LONGEST_COMMAND_BYTES = 128 * 1024 - 1
"""In UTF-8. Linux gives a program no single argument of 32 pages or more (execve(2))."""

MOST_DEATHS = 10
"""As Service Bus does by default: a command may be unlucky a few times, hardly ten times."""

CLAIM_SECONDS = 120.0
"""How long a claim holds, unless extended, where nobody can see whether its worker lives."""

_GIVE_BACK = "UPDATE messages SET claim = NULL, owner = NULL, deadline = NULL"


@dataclass(frozen=True, slots=True)
class QueueSize:
    """How many messages a queue held at one time, all counted in one transaction."""

    visible: int
    """Waiting for a worker."""
    in_flight: int
    """In the hands of workers."""
    dead_lettered: int
    """Set apart, because their workers died too often."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """One message in the hands of one worker. `attempt` counts from 1."""

    id: str
    message: int
    command: str
    attempt: int


def local_queue(name: str) -> LocalQueue:
    """The queue `name` of this machine, in the state directory; nothing is made yet.

    Raises UserError for a name that breaks the rule for names, and as `state_directory` does.
    """
    if not is_name(name):
        raise UserError(f"{name!r} can't name a queue", f"a name is {NAME_RULE}")
    return LocalQueue(state_directory() / "queues" / f"{name}.sqlite")


class LocalQueue:
    """A queue in the file `path`; the first push makes it.

    A queue that nobody has pushed to is empty. Every operation raises UserError, with the file
    and a remedy, where the file can't be used: damaged, not a queue, not to be read or written,
    disk full, or held by another program.

    `identify`, `judge` and `clock` (seconds since 1970) are there to be replaced in tests.
    """

    def __init__(
        self,
        path: Path,
        *,
        identify: Callable[[], ProcessIdentity] = own_identity,
        judge: Callable[[ProcessIdentity], Life] = life_of,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self._identify = identify
        self._judge = judge
        self._clock = clock

    def push(self, commands: Sequence[str], *, revive: bool = False) -> QueueSize:
        """Add `commands` at the end, in their order, all or none; the size with them.

        With `revive`, dead letters become visible again as well, each at its old place.

        Raises UserError for a command that can't be handed to a shell: empty, not UTF-8, with a
        NUL character, or longer than LONGEST_COMMAND_BYTES.
        """
        for place, command in enumerate(commands, start=1):
            _check(place, command)
        make_folder(self.path)
        with transaction(self.path) as connection:
            connection.executemany(
                "INSERT INTO messages (command) VALUES (?)", ((command,) for command in commands)
            )
            if revive:
                connection.execute(
                    "INSERT INTO messages (id, command, attempts)"
                    " SELECT id, command, attempts FROM dead_letters"
                )
                connection.execute("DELETE FROM dead_letters")
            return self._count(connection)

    def claim(self) -> Claim | None:
        """Take the oldest visible message; None where there is none.

        Claims of dead workers are given back first.
        """
        if not exists(self.path):
            return None
        with transaction(self.path) as connection:
            self._give_back_claims_of_the_dead(connection)
            row = connection.execute(
                "SELECT id, command, attempts FROM messages WHERE claim IS NULL ORDER BY id LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            message, command, attempts = row
            claim = Claim(secrets.token_hex(16), message, command, attempts + 1)
            connection.execute(
                "UPDATE messages SET claim = ?, attempts = ?, owner = ?, deadline = ? WHERE id = ?",
                (claim.id, claim.attempt, _written(self._identify()), self._deadline(), message),
            )
            return claim

    def extend(self, claim: Claim) -> bool:
        """Move the deadline of `claim` on; False where the message is no longer held by it."""
        return self._change(
            "UPDATE messages SET deadline = ? WHERE claim = ?", self._deadline(), claim.id
        )

    def complete(self, claim: Claim) -> bool:
        """Remove the message for good; False where the message is no longer held by `claim`."""
        return self._change("DELETE FROM messages WHERE claim = ?", claim.id)

    def release(self, claim: Claim) -> bool:
        """Make the message visible again, at its place; False as for `complete`."""
        return self._change(f"{_GIVE_BACK} WHERE claim = ?", claim.id)

    def size(self) -> QueueSize:
        """How many messages there are, after claims of dead workers were given back."""
        if not exists(self.path):
            return QueueSize(0, 0, 0, self._now())
        with transaction(self.path) as connection:
            return self._count(connection)

    def _count(self, connection: sqlite3.Connection) -> QueueSize:
        self._give_back_claims_of_the_dead(connection)
        every, in_flight, dead_lettered = connection.execute(
            "SELECT (SELECT count(*) FROM messages), (SELECT count(claim) FROM messages),"
            " (SELECT count(*) FROM dead_letters)"
        ).fetchone()
        return QueueSize(every - in_flight, in_flight, dead_lettered, self._now())

    def _give_back_claims_of_the_dead(self, connection: sqlite3.Connection) -> None:
        """Make messages visible whose worker has died, or set them apart at MOST_DEATHS."""
        owners = connection.execute(
            "SELECT DISTINCT owner FROM messages WHERE claim IS NOT NULL"
        ).fetchall()
        given_back = 0
        for (owner,) in owners:
            life = self._judge(self._read(owner))
            if life is Life.ALIVE:
                continue
            latest_deadline = self._clock() if life is Life.OUT_OF_SIGHT else math.inf
            given_back += connection.execute(
                f"{_GIVE_BACK}, deaths = deaths + 1 WHERE owner = ? AND deadline <= ?",
                (owner, latest_deadline),
            ).rowcount
        if given_back:
            connection.execute(
                "INSERT INTO dead_letters (id, command, attempts)"
                " SELECT id, command, attempts FROM messages WHERE deaths >= ? AND claim IS NULL",
                (MOST_DEATHS,),
            )
            connection.execute(
                "DELETE FROM messages WHERE deaths >= ? AND claim IS NULL", (MOST_DEATHS,)
            )

    def _change(self, statement: str, *values: object) -> bool:
        if not exists(self.path):
            return False
        with transaction(self.path) as connection:
            return connection.execute(statement, values).rowcount == 1

    def _read(self, owner: str) -> ProcessIdentity:
        """The reverse of `_written`. Raises UserError where it was changed by hand."""
        try:
            pid, start, *machine = json.loads(owner)
            return ProcessIdentity(int(pid), start, Machine(*machine))
        except (ValueError, TypeError) as error:
            raise damaged(self.path, f"{owner!r} is no owner of a message") from error

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _deadline(self) -> float:
        return self._clock() + CLAIM_SECONDS


def _written(owner: ProcessIdentity) -> str:
    machine = owner.machine
    return json.dumps(
        [owner.pid, owner.start, machine.id, machine.host, machine.boot, machine.pid_namespace]
    )


def _check(place: int, command: str) -> None:
    """Raise UserError where `command`, the one at `place`, can't be handed to a shell."""
    try:
        length = len(command.encode())
    except UnicodeEncodeError:
        raise UserError(f"command {place} is not valid UTF-8", "write it in UTF-8") from None
    if not command.strip():
        raise UserError(f"command {place} is empty", "leave it out, or push `true`")
    if "\0" in command:
        raise UserError(f"command {place} has a NUL character in it", "take it out")
    if length > LONGEST_COMMAND_BYTES:
        raise UserError(
            f"command {place} has {length} bytes, more than the {LONGEST_COMMAND_BYTES} that a"
            " shell can be given",
            "put it into a script and push the script's name",
        )
