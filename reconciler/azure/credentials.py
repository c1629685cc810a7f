"""Tokens from azure-identity: which credential is used is chosen by its own variables.

`DefaultAzureCredential` may start a process for each token (`az`), and asks a server for others:
one token per scope is kept while it is good, and requests that come meanwhile share one call.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions

_AHEAD = 300.0
"""Seconds before its end from which a token is replaced, as azure-core does it."""

_STILL_GOOD = 30.0
"""Seconds that a token must have left to be used where a new one can't be had."""


class Source(Protocol):
    """What gives tokens: a credential of azure-identity."""

    async def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo: ...

    async def close(self) -> None: ...


class Credentials:
    """One source of tokens, with its tokens kept. An asynchronous credential of azure-core.

    `make` is called when the first token is asked for: importing azure-identity takes a while.
    """

    def __init__(self, make: Callable[[], Source], now: Callable[[], float] = time.time) -> None:
        self._make = make
        self._now = now
        self._source: Source | None = None
        self._tokens: dict[str, AccessTokenInfo] = {}
        self._asked: dict[str, asyncio.Task[AccessTokenInfo]] = {}

    @property
    def used(self) -> str | None:
        """The credential that gave the last token, by its class; None before there was one."""
        if not self._tokens:
            return None
        # azure-identity tells it in its log and in this attribute alone.
        chosen = getattr(self._source, "_successful_credential", None)
        return type(self._source if chosen is None else chosen).__name__

    async def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        """A token for `scopes`. Raises azure-core's ClientAuthenticationError."""
        if options and options.get("claims"):
            # The service wants other claims than those of the token that it was shown.
            return await self._new(" ".join(scopes), scopes, options)
        key = " ".join(scopes)
        kept = self._tokens.get(key)
        if kept is not None and not self._is_due(kept):
            return kept
        try:
            return await self._shared(key, scopes)
        except Exception:
            if kept is not None and kept.expires_on - self._now() > _STILL_GOOD:
                return kept
            raise

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """The same in azure-core's older form."""
        from azure.core.credentials import AccessToken

        info = await self.get_token_info(*scopes)
        return AccessToken(info.token, info.expires_on)

    def forget(self, token: str) -> None:
        """Drop a token that a service refused; one that replaced it meanwhile stays."""
        for key, kept in list(self._tokens.items()):
            if kept.token == token:
                del self._tokens[key]

    async def close(self) -> None:
        """Let go of the source's connections."""
        for task in self._asked.values():
            task.cancel()
        if self._source is not None:
            await self._source.close()

    async def __aenter__(self) -> Credentials:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()

    def _is_due(self, token: AccessTokenInfo) -> bool:
        now = self._now()
        refresh_on = token.refresh_on
        return token.expires_on - now < _AHEAD or (refresh_on is not None and refresh_on <= now)

    async def _shared(self, key: str, scopes: tuple[str, ...]) -> AccessTokenInfo:
        task = self._asked.get(key)
        if task is None:
            task = asyncio.create_task(self._new(key, scopes, None))
            self._asked[key] = task
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        # Whoever gives up waiting must not take the token away from the others.
        return await asyncio.shield(task)

    async def _new(
        self, key: str, scopes: tuple[str, ...], options: TokenRequestOptions | None
    ) -> AccessTokenInfo:
        if self._source is None:
            self._source = self._make()
        token = await self._source.get_token_info(*scopes, options=options)
        self._tokens[key] = token
        return token
