"""Requests to supervisors, over a named pipe for each worker.

A pipe needs no room on a full disk, can't be read by a process that took over a dead supervisor's
pid, and forgets what nobody read: no request lies about to be found and carried out much later.
The answer is what the supervisor writes into its record. Standard library only.
"""

from __future__ import annotations

import errno
import os
import select
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Wish(StrEnum):
    """What a supervisor can be asked for."""

    CANCEL = "cancel"
    CANCEL_WHILE_QUEUED = "cancel-while-queued"
    """Cancel the worker unless its command has been started: the supervisor decides, so that
    nothing can happen between looking and acting."""
    DRAIN = "drain"


@dataclass(frozen=True, slots=True)
class Request:
    """A wish, and a random id by which the record tells whose request was acted on."""

    wish: Wish
    id: str


def send(path: Path, request: Request) -> bool:
    """Put a request before a supervisor; False where none listens. Raises OSError."""
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENOENT):  # nobody reads; cleaned up
            return False
        raise
    try:
        # So few bytes arrive whole or not at all.
        os.write(pipe, f"{request.wish} {request.id}\n".encode())
    except BrokenPipeError:
        return False
    finally:
        os.close(pipe)
    return True


def has_listener(path: Path) -> bool:
    """Whether a supervisor listens, also where its pid means nothing here. Raises OSError."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENOENT):
            return False
        raise
    return True


class Inbox:
    """The supervisor's end of its pipe. Raises OSError where the pipe can't be made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path, 0o600)
        try:
            self._reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            # With a writer of its own the pipe isn't at its end between two requests.
            self._writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        self._rest = b""

    def fileno(self) -> int:
        return self._reader

    def take(self) -> list[Request]:
        """The requests that have come. What is no request is passed over."""
        try:
            self._rest += os.read(self._reader, select.PIPE_BUF)
        except BlockingIOError:
            return []
        *lines, self._rest = self._rest.split(b"\n")
        words = [line.decode(errors="replace").split() for line in lines]
        return [
            Request(Wish(found[0]), found[1])
            for found in words
            if len(found) == 2 and found[0] in set(Wish)
        ]

    def close(self) -> None:
        """Stop listening. Safe to call in a forked process too: the other one keeps its ends."""
        os.close(self._reader)
        os.close(self._writer)

    def remove(self) -> None:
        """Stop listening, and leave no pipe behind."""
        self.path.unlink(missing_ok=True)
        self.close()
