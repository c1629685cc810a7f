"""Bearer tokens: the managed identity's endpoint, and the check that every service makes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from .errors import CLIENT, ServiceError, unauthenticated
from .world import TENANT

IDENTITY_SECRET = "standin-identity"
"""The value of IDENTITY_HEADER."""

_KEY = b"the stand-in's tokens are signed with this"
ML_AUDIENCE = "https://ml.azure.com"


class Identity:
    """Issues and checks tokens; both can be made to refuse."""

    def __init__(self, management: str) -> None:
        self.management_audiences = frozenset(
            {management, "https://management.azure.com", "https://management.core.windows.net"}
        )
        self.lifetime = 3600.0
        """Seconds that new tokens are good for."""
        self.refuse: str | None = None
        """Where set, no token is issued, and this is the service's message."""
        self.revoked_before = 0.0
        """Tokens issued before this time are taken for expired."""
        self._known: dict[str, dict[str, Any]] = {}

    def issue(self, resource: str, now: float | None = None) -> dict[str, Any]:
        """The answer of the endpoint for `resource`; raises `ServiceError` where it refuses."""
        if self.refuse is not None:
            raise ServiceError(400, "identity_not_found", self.refuse)
        issued = time.time() if now is None else now
        claims = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{TENANT}/",
            "iat": issued,
            "nbf": int(issued),
            "exp": int(issued + self.lifetime),
            "tid": TENANT,
            "oid": CLIENT,
            "appid": CLIENT,
            "sub": CLIENT,
        }
        head = _encoded({"typ": "JWT", "alg": "HS256"})
        content = f"{head}.{_encoded(claims)}"
        return {
            "access_token": f"{content}.{_signature(content)}",
            "expires_on": str(claims["exp"]),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": CLIENT,
        }

    def check(self, authorization: str | None, kind: str) -> None:
        """Raises `ServiceError` 401 unless the header holds a token of ours for that service."""
        if authorization is None or not authorization.startswith("Bearer "):
            raise unauthenticated(
                "Authentication failed. The 'Authorization' header is missing or invalid."
            )
        claims = self._claims(authorization[7:])
        if claims["exp"] < time.time() or claims["iat"] < self.revoked_before:
            raise unauthenticated("The access token expiry is in the past: it has expired.")
        audience = str(claims["aud"]).rstrip("/")
        regional = kind.startswith(("index.", "run."))
        accepted = {ML_AUDIENCE} if regional else self.management_audiences
        if kind in ("run.patch", "run.get", "run.details"):
            # Run history takes both, as the SDK sends either.
            accepted = {ML_AUDIENCE, *self.management_audiences}
        if audience not in accepted:
            raise unauthenticated(
                f"The access token has been obtained for wrong audience or resource '{audience}'. "
                f"It should exactly match one of the allowed audiences {sorted(accepted)}."
            )

    def _claims(self, token: str) -> dict[str, Any]:
        """The claims of a token whose signature is ours; kept, as each is sent many times."""
        claims = self._known.get(token)
        if claims is None:
            content, _, signature = token.rpartition(".")
            if not hmac.compare_digest(signature.encode(), _signature(content).encode()):
                raise unauthenticated("The access token is invalid: its signature doesn't match.")
            encoded = content.partition(".")[2]
            padded = encoded + "=" * (-len(encoded) % 4)
            claims = json.loads(base64.urlsafe_b64decode(padded))
            self._known[token] = claims
        return claims


def _encoded(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def _signature(content: str) -> str:
    digest = hmac.new(_KEY, content.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
