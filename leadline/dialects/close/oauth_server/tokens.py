"""``POST /oauth2/token/`` and ``/oauth2/revoke/``: codes and tokens for apps."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from leadline.dialects.close.oauth_server.apps import CLIENT_PREFIX
from leadline.dialects.close.oauth_server.requests import (
    PRIVATE,
    OAuthError,
    read_form,
)
from leadline.dialects.close.protocol.spelling import spell_id
from leadline.features.oauth_apps.actions import prove_app
from leadline.features.oauth_apps.queries import KnownApp
from leadline.features.oauth_grants.actions import (
    Tokens,
    end_grant,
    exchange_code,
    exchange_refresh_token,
)
from leadline.features.oauth_grants.queries import Presented, find_by_code, find_by_token
from leadline.kernel.errors import RefusedError
from leadline.kernel.ids import parse_prefixed
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope
from leadline.platform.authentication import secret_hash
from leadline.wire.replies import client_of
from leadline.wire.services import Services

# What a verifier of PKCE looks like (RFC 7636, 4.1).
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_NOT_GOOD = "The code or token is unknown, expired, used or another client's."

Grant = Callable[[Services, KnownApp, dict[str, str]], Awaitable[Tokens | None]]


def show_error(word: str, text: str, status: int, headers: Mapping[str, str]) -> Response:
    """The body of an error as RFC 6749 wants it."""
    body = {"error": word, "error_description": text}
    return JSONResponse(body, status, {**PRIVATE, **headers})


async def token(request: Request, services: Services) -> Response:
    form = await read_form(request, services)
    app = await _authenticate(request, services, form)
    grants: dict[str, Grant] = {
        "authorization_code": _by_code,
        "refresh_token": _by_refresh_token,
    }
    grant = grants.get(_needed(form, "grant_type"))
    if grant is None:
        raise OAuthError("unsupported_grant_type", f"It is one of: {', '.join(grants)}.")
    tokens = await grant(services, app, form)
    if tokens is None:
        # It may have come for the second time, and then it has ended what it gave.
        services.authentication.forget_all()
        raise OAuthError("invalid_grant", _NOT_GOOD)
    return JSONResponse(_spell(tokens), headers=PRIVATE)


async def revoke(request: Request, services: Services) -> Response:
    """Ends the grant of a token, of whichever kind; an unknown token has none to end."""
    form = await read_form(request, services)
    app = await _authenticate(request, services, form)
    given = _needed(form, "token")
    async with services.database.connection() as connection:
        presented = await find_by_token(connection, secret_hash(given))
    if presented is not None:
        if presented.app_id != app.id:
            raise OAuthError("invalid_grant", "The token is another client's.")
        async with services.database.writing(_scope(presented)) as unit:
            await end_grant(unit, presented.grant_id)
        services.authentication.forget_all()
    return Response(headers=PRIVATE)


async def _by_code(services: Services, app: KnownApp, form: dict[str, str]) -> Tokens | None:
    code, verifier = _needed(form, "code"), form.get("code_verifier")
    if verifier is not None and not _VERIFIER.fullmatch(verifier):
        raise RefusedError("The code_verifier has 43 to 128 characters.")
    async with services.database.connection() as connection:
        presented = await find_by_code(connection, secret_hash(code))
    if presented is None or presented.app_id != app.id:
        return None
    async with services.database.writing(_scope(presented)) as unit:
        return await exchange_code(
            unit,
            services.settings,
            presented.grant_id,
            redirect_uri=form.get("redirect_uri"),
            verifier=verifier,
        )


async def _by_refresh_token(
    services: Services, app: KnownApp, form: dict[str, str]
) -> Tokens | None:
    given = _needed(form, "refresh_token")
    async with services.database.connection() as connection:
        presented = await find_by_token(connection, secret_hash(given))
    if presented is None or presented.app_id != app.id:
        return None
    async with services.database.writing(_scope(presented)) as unit:
        return await exchange_refresh_token(unit, services.settings, presented.grant_id, given)


async def _authenticate(request: Request, services: Services, form: dict[str, str]) -> KnownApp:
    """The app, by Basic or by ``client_id`` and ``client_secret`` in the form, not by both."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    given = request.headers.get("authorization", "")
    if given:
        if "client_secret" in form:
            raise RefusedError("The client must authenticate in one way only.")
        basic_id, secret = _basic(given)
        if client_id not in ("", basic_id):
            raise RefusedError("There are two different client ids.")
        client_id = basic_id
    return await prove_app(
        services.database,
        services.settings,
        app_id=parse_prefixed(CLIENT_PREFIX, client_id),
        secret=secret,
        client=client_of(request),
    )


def _basic(header: str) -> tuple[str, str]:
    kind, _, value = header.partition(" ")
    try:
        pair = base64.b64decode(value.strip(), validate=True).decode()
    except ValueError:  # no base64, or no text in it
        pair = ""
    client_id, _, secret = pair.partition(":") if kind.lower() == "basic" else ("", "", "")
    return unquote_plus(client_id), unquote_plus(secret)


def _needed(form: dict[str, str], name: str) -> str:
    if name not in form:
        raise RefusedError(f"{name} is missing.")
    return form[name]


def _scope(presented: Presented) -> Scope:
    """The app acts for the user. What it may do is asked nowhere here, so the least will do."""
    return Scope(
        presented.organization_id,
        presented.user_id,
        Role.SALES_REP,
        b"",
        oauth_app_id=presented.app_id,
    )


def _spell(tokens: Tokens) -> dict[str, Any]:
    shape = {
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in_s,
        "scope": tokens.grant.scope,
        "user_id": spell_id("user", tokens.grant.user_id),
        "organization_id": spell_id("orga", tokens.grant.organization_id),
    }
    if tokens.refresh_token is not None:
        shape["refresh_token"] = tokens.refresh_token
    return shape
