"""What Linux offers to keep hold of a tree of processes: prctl(2). Nothing happens elsewhere."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> bool:
    """Become the parent of every descendant that loses its own. False where that can't be."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Have the calling process killed as soon as its parent ends; at once where it has."""
    if _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def set_title(title: str) -> None:
    """Show `title`, cut to 15 bytes, as the name of the process in ps, top and pgrep."""
    _prctl(_PR_SET_NAME, ctypes.create_string_buffer(title.encode()[:15]))


def _prctl(option: int, argument: int | ctypes.Array[ctypes.c_char]) -> bool:
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None)
    value = ctypes.c_ulong(argument) if isinstance(argument, int) else argument
    return bool(library.prctl(option, value, 0, 0, 0) == 0)
