"""Close authentication: an API key as the Basic user name, or the Bearer token of an OAuth app."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import urlsplit

from leadline.kernel.errors import ForbiddenError, UnauthenticatedError
from leadline.kernel.scope import Scope
from leadline.wire.operation import Operation
from leadline.wire.services import Services


async def authenticate(
    headers: Mapping[str, str], services: Services, operation: Operation
) -> Scope:
    """The scope of the API key, or of the token.

    An API key as Bearer is taken as well, and so is the access token of a login.
    """
    kind, _, value = headers.get("authorization", "").partition(" ")
    key = ""
    if kind.lower() == "basic":
        # A browser that was once given the key sends it along by itself, whoever's page asks.
        if operation.writes and not _is_own_page(headers, services):
            raise ForbiddenError("Pages of other sites cannot write with this browser's API key.")
        try:
            key = base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
        except ValueError:  # no base64, or no text in it
            key = ""
    elif kind.lower() == "bearer":
        key = value.strip()
    if not key:
        raise UnauthenticatedError("Unauthorized")
    is_bearer = kind.lower() == "bearer"
    known = services.authentication
    try:
        if is_bearer and key.startswith("oat_"):
            return await known.scope_of_oauth_token(key)
        if is_bearer and key.count(".") == 2:  # a JWT
            return await known.scope_of_token(key)
        return await known.scope_of_key(key)
    except UnauthenticatedError as error:
        raise UnauthenticatedError("Unauthorized") from error


def _is_own_page(headers: Mapping[str, str], services: Services) -> bool:
    """Whether a request comes from no page at all, or from one of this server."""
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    origin = headers.get("origin")
    if origin is None:  # no browser, or one that asks for itself
        return True
    own = services.settings.base_url or f"//{headers.get('host', '')}"
    return urlsplit(origin).netloc.lower() == urlsplit(own).netloc.lower() != ""
