"""Close authentication: the API key as the Basic user name, with an empty password."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from leadline.dialects.wire.operation import Operation, Services
from leadline.kernel.errors import ForbiddenError, UnauthenticatedError
from leadline.kernel.scope import Scope


async def authenticate(
    headers: Mapping[str, str], services: Services, operation: Operation
) -> Scope:
    """The scope of the API key in ``Authorization: Basic``; a Bearer key is taken as well."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    key = ""
    if kind.lower() == "basic":
        # A browser that was once given the key sends it along by itself, whoever's page asks.
        if operation.writes and headers.get("sec-fetch-site") == "cross-site":
            raise ForbiddenError("Pages of other sites cannot write with this browser's API key.")
        try:
            key = base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    elif kind.lower() == "bearer":
        key = value.strip()
    if not key:
        raise UnauthenticatedError("Unauthorized")
    try:
        return await services.authentication.scope_of_key(key)
    except UnauthenticatedError as error:
        raise UnauthenticatedError("Unauthorized") from error
