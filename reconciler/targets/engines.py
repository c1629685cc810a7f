"""The engines that one command uses: one for each kind of target, made when first asked for."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from reconciler.targets import registry
from reconciler.targets.protocol import Engine


class Engines:
    """Use as `async with Engines() as engines`, so that connections are closed at the end."""

    def __init__(self) -> None:
        self._engines: dict[str, Engine] = {}

    def of(self, kind: str) -> Engine:
        """The engine for targets of `kind`."""
        if kind not in self._engines:
            self._engines[kind] = registry.kind(kind).new_engine()
        return self._engines[kind]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for engine in self._engines.values():
            await engine.close()
