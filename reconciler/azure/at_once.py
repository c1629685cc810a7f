"""Several requests at the same time, of which none goes on alone after another has failed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")


@overload
async def at_once(
    first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B], /
) -> tuple[A, B]: ...


@overload
async def at_once(*work: Coroutine[Any, Any, A]) -> tuple[A, ...]: ...


async def at_once(*work: Coroutine[Any, Any, Any]) -> tuple[Any, ...]:
    """The results in the order of the arguments.

    Raises what the first one to fail raised, itself and not in a group; the others are cancelled
    and have ended by then.
    """
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return tuple(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
