"""Tether authentication: a Bearer that is a session's access token or a user's API key."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.kernel.errors import UnauthenticatedError
from leadline.kernel.scope import Scope
from leadline.wire.operation import Operation
from leadline.wire.services import Services


async def authenticate(
    headers: Mapping[str, str], services: Services, operation: Operation
) -> Scope:
    """The scope of the Bearer. Operations with ``needs_key`` take API keys only."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    token = value.strip()
    if kind.lower() != "bearer" or not token:
        wanted = "API key" if operation.needs_key else "Access token"
        raise UnauthenticatedError(f"{wanted} required")
    if token.count(".") == 2:
        if operation.needs_key:
            raise UnauthenticatedError("Invalid API key")
        return await services.authentication.scope_of_token(token)
    try:
        return await services.authentication.scope_of_key(token)
    except UnauthenticatedError as error:
        if operation.needs_key:
            raise UnauthenticatedError("Invalid API key") from error
        raise
