"""One token per scope is kept, replaced ahead of its end, and asked for once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from azure.core.credentials import AccessTokenInfo, TokenRequestOptions
from azure.core.exceptions import ClientAuthenticationError

from reconciler.azure.credentials import Credentials

HOUR = 3600


class Clock:
    now = 1_000_000.0


class Source:
    """Gives tokens that are good for an hour, after a moment; or refuses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.asked: list[str] = []
        self.refuses = False
        self.refresh_on: int | None = None
        self.closed = False

    async def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        self.asked.append(" ".join(scopes))
        await asyncio.sleep(0.01)
        if self.refuses:
            raise ClientAuthenticationError("no")
        ends = int(self._clock.now) + HOUR
        return AccessTokenInfo(f"token-{len(self.asked)}", ends, refresh_on=self.refresh_on)

    async def close(self) -> None:
        self.closed = True


class Bench:
    """A source, a clock, and the credentials under test."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.source = Source(self.clock)
        self.made = 0
        self.credentials = Credentials(self._make, lambda: self.clock.now)

    def _make(self) -> Source:
        self.made += 1
        return self.source

    async def token(self, scope: str = "arm") -> str:
        return (await self.credentials.get_token_info(scope)).token


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_requests_that_come_together_share_one_call() -> None:
    async def work() -> None:
        bench = Bench()
        assert set(await asyncio.gather(*(bench.token() for _ in range(50)))) == {"token-1"}
        assert bench.source.asked == ["arm"]

    run(work())


def test_each_scope_has_its_token() -> None:
    async def work() -> None:
        bench = Bench()
        assert [await bench.token(scope) for scope in ("arm", "ml", "arm", "ml")] == [
            "token-1",
            "token-2",
            "token-1",
            "token-2",
        ]

    run(work())


def test_a_token_is_replaced_before_it_ends() -> None:
    async def work() -> None:
        bench = Bench()
        await bench.token()
        bench.clock.now += HOUR - 301
        assert await bench.token() == "token-1"
        bench.clock.now += 2
        assert await bench.token() == "token-2"

    run(work())


def test_a_token_is_replaced_when_its_service_wants_it() -> None:
    async def work() -> None:
        bench = Bench()
        bench.source.refresh_on = int(bench.clock.now) + 60
        await bench.token()
        bench.clock.now += 61
        assert await bench.token() == "token-2"

    run(work())


def test_where_no_new_token_is_to_be_had_the_old_one_serves_to_its_end() -> None:
    async def work() -> None:
        bench = Bench()
        await bench.token()
        bench.source.refuses = True
        bench.clock.now += HOUR - 60
        assert await bench.token() == "token-1"
        bench.clock.now += 60
        with pytest.raises(ClientAuthenticationError):
            await bench.token()

    run(work())


def test_a_refused_token_is_forgotten_and_a_newer_one_is_not() -> None:
    async def work() -> None:
        bench = Bench()
        first = await bench.token()
        bench.credentials.forget(first)
        assert await bench.token() == "token-2"
        bench.credentials.forget(first)
        assert await bench.token() == "token-2"

    run(work())


def test_whoever_stops_waiting_does_not_take_the_token_from_others() -> None:
    async def work() -> None:
        bench = Bench()
        impatient = asyncio.create_task(bench.token())
        patient = asyncio.create_task(bench.token())
        await asyncio.sleep(0)
        impatient.cancel()
        assert await patient == "token-1"

    run(work())


def test_a_failure_is_not_kept() -> None:
    async def work() -> None:
        bench = Bench()
        bench.source.refuses = True
        with pytest.raises(ClientAuthenticationError):
            await bench.token()
        bench.source.refuses = False
        assert await bench.token() == "token-2"

    run(work())


def test_the_source_is_made_when_it_is_needed_and_closed_at_the_end() -> None:
    async def work() -> None:
        bench = Bench()
        async with bench.credentials:
            assert (bench.made, bench.credentials.used) == (0, None)
            await bench.token()
            assert (bench.made, bench.credentials.used) == (1, "Source")
        assert bench.source.closed

    run(work())
