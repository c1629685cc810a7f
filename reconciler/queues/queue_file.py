"""The SQLite file of a local queue: its tables, one write transaction at a time, its errors.

SQLite's own words for what went wrong are turned into a sentence with the file and a remedy here,
so that nobody else handles them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from reconciler.values.errors import UserError

BUSY_SECONDS = 15.0
"""How long a transaction waits for those of other processes, which take milliseconds each."""

_APPLICATION_ID = 0x52435131
"""Marks the file as a queue of ours in SQLite's header: `RCQ1` in ASCII."""
_FORMAT = 1
_SCHEMA = (
    # The checks keep what was changed by hand from being read as something else.
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        command TEXT NOT NULL CHECK (typeof(command) = 'text'),
        attempts INTEGER NOT NULL DEFAULT 0 CHECK (typeof(attempts) = 'integer'),
        deaths INTEGER NOT NULL DEFAULT 0 CHECK (typeof(deaths) = 'integer'),
        claim TEXT UNIQUE,
        owner TEXT,
        deadline REAL,
        CHECK (claim IS NULL OR (typeof(owner) = 'text' AND typeof(deadline) = 'real'))
    )""",
    """CREATE TABLE dead_letters (
        id INTEGER PRIMARY KEY,
        command TEXT NOT NULL CHECK (typeof(command) = 'text'),
        attempts INTEGER NOT NULL CHECK (typeof(attempts) = 'integer')
    )""",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_FORMAT}",
)

_MOVE_AWAY = "move the file away; the next push makes a new one"
_ALLOW = "give yourself the right to read and write it and its folder, or set RECONCILER_STATE_DIR"
_MAKE_ROOM = "make room on its disk, then try again; no message was changed"
_LOOK_AT_DISK = "check its disk for room, quotas and errors, then try again"

# https://www.sqlite.org/rescode.html: what can be wrong with a file, and what a user does then.
_REMEDIES = {
    sqlite3.SQLITE_NOTADB: ("is not a queue", _MOVE_AWAY),
    sqlite3.SQLITE_CORRUPT: ("is damaged", _MOVE_AWAY),
    sqlite3.SQLITE_CANTOPEN: ("can't be opened", _ALLOW),
    sqlite3.SQLITE_PERM: ("can't be opened", _ALLOW),
    sqlite3.SQLITE_READONLY: ("can't be written", _ALLOW),
    sqlite3.SQLITE_FULL: ("can't be written: the disk is full", _MAKE_ROOM),
    sqlite3.SQLITE_IOERR: ("can't be read or written", _LOOK_AT_DISK),
    sqlite3.SQLITE_BUSY: (
        f"has been held by another program for {BUSY_SECONDS:.0f}s",
        "find it with `fuser`, or try again",
    ),
}


def exists(path: Path) -> bool:
    """Whether there is anything at `path`. Raises UserError where that can't be told."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UserError(f"queue file {path} can't be opened: {error.strerror}", _ALLOW) from error
    return True


def make_folder(path: Path) -> None:
    """Make the folder of the queue file `path`, for its owner alone: commands may be private.

    Raises UserError where that can't be done.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"folder {path.parent} for queues can't be made: {error.strerror}",
            "remove what is in the way, or set RECONCILER_STATE_DIR to a folder you can write to",
        ) from error


def damaged(path: Path, what: str) -> UserError:
    """The error for a queue file whose tables hold something that was never written there."""
    return UserError(f"queue file {path} is damaged: {what}", _MOVE_AWAY)


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """One write transaction on the queue file `path`, which is made where it is missing.

    Committed at the end of the block, rolled back where an exception leaves it. Nobody else
    changes or reads the queue meanwhile. Raises UserError for whatever SQLite finds wrong.
    """
    try:
        with closing(_connect(path)) as connection:
            # EXTRA also syncs the folder, without which a loss of power just after a commit
            # can bring the journal back and undo it.
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("BEGIN IMMEDIATE")
            try:
                _prepare(path, connection)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
    except sqlite3.Error as error:
        raise _explained(path, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    """Make the tables of a new file; raise UserError for a file that is not ours to use."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (application, version) == (_APPLICATION_ID, _FORMAT):
        return
    if application == _APPLICATION_ID:
        raise UserError(
            f"queue file {path} has format {version}, this version reads {_FORMAT}",
            "use the version of reconciler that made it",
        )
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application or version or tables:
        raise UserError(f"queue file {path} is another program's database", _MOVE_AWAY)
    for statement in _SCHEMA:
        connection.execute(statement)


def _explained(path: Path, error: sqlite3.Error) -> UserError:
    with suppress(OSError):
        if path.is_dir():
            return UserError(f"queue file {path} is a folder", "remove it, or use another name")
    # The low byte is the kind of the error, the rest its detail.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    what, remedy = _REMEDIES.get(code, ("can't be used", _MOVE_AWAY))
    return UserError(f"queue file {path} {what} (SQLite: {error})", remedy)
