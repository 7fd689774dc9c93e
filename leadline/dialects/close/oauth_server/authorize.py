"""``/oauth2/authorize/``: a person logs in and lets an app act for them, or does not.

What is wrong with the app or its redirect address is told here: nobody is sent to an address that
the app's owner has not registered. Anything else that is wrong is told to the app, by redirect.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leadline.dialects.close.oauth_server.apps import CLIENT_PREFIX
from leadline.dialects.close.oauth_server.pages import consent_page, refusal_page
from leadline.dialects.close.oauth_server.requests import (
    PRIVATE,
    read_fields,
    read_form,
)
from leadline.features.oauth_apps.queries import KnownApp, find_app
from leadline.features.oauth_grants.actions import FULL_ACCESS, OFFLINE_ACCESS, create_grant
from leadline.features.sessions.actions import check_password
from leadline.kernel.errors import (
    ForbiddenError,
    RefusedError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from leadline.kernel.ids import parse_prefixed
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope
from leadline.wire.replies import client_of, error_headers
from leadline.wire.services import Services

_COOKIE = "leadline_authorize"
_CSRF = re.compile(r"[A-Za-z0-9_-]{43}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SCOPES = (FULL_ACCESS, OFFLINE_ACCESS)


class AuthorizationRequest(msgspec.Struct, frozen=True):
    """What the app asks for, checked. ``state`` goes back to it as it came."""

    app: KnownApp
    redirect_uri: str
    state: str | None
    scope: str
    code_challenge: str | None

    @property
    def is_offline(self) -> bool:
        return OFFLINE_ACCESS in self.scope.split()


def show_error(word: str, text: str, status: int, headers: Mapping[str, str]) -> Response:
    """Errors on this page are for the person in front of it, who needs no word of RFC 6749."""
    response = refusal_page(text, status)
    response.headers.update(headers)
    return response


async def ask(request: Request, services: Services) -> Response:
    """Shows the form."""
    authorization = await _read(request, services)
    if isinstance(authorization, Response):
        return authorization
    return _show_form(request, authorization)


async def decide(request: Request, services: Services) -> Response:
    """Takes the form: checks the password and sends the person back to the app with a code."""
    form = await read_form(request, services)
    _check_own_form(request, form)
    authorization = await _read(request, services)
    if isinstance(authorization, Response):
        return authorization
    if form.get("decision") != "allow":
        return _redirect(
            authorization.redirect_uri, error="access_denied", state=authorization.state
        )
    email = form.get("email", "")
    try:
        login = await check_password(
            services.database,
            services.settings,
            services.passwords,
            email=email,
            password=form.get("password", ""),
            client=client_of(request),
            organization_id=authorization.app.organization_id,
        )
    except UnauthenticatedError as error:
        return _show_form(request, authorization, email=email, problem=error.text, status=401)
    except TooManyRequestsError as error:
        response = _show_form(request, authorization, email=email, problem=error.text, status=429)
        response.headers.update(error_headers(error))
        return response
    scope = Scope(login.organization_id, login.user_id, Role(login.role))
    async with services.database.writing(scope) as unit:
        code = await create_grant(
            unit,
            authorization.app.id,
            scope=authorization.scope,
            redirect_uri=authorization.redirect_uri,
            code_challenge=authorization.code_challenge,
        )
    return _redirect(authorization.redirect_uri, code=code, state=authorization.state)


async def _read(request: Request, services: Services) -> AuthorizationRequest | Response:
    """What is asked for, or the way back to the app, which learns there what is wrong."""
    query = read_fields(request.scope["query_string"].decode("latin-1"))
    app_id = parse_prefixed(CLIENT_PREFIX, query.get("client_id", ""))
    app = None
    if app_id is not None:
        async with services.database.connection() as connection:
            app = await find_app(connection, app_id)
    if app is None:
        raise RefusedError("The app that sent you here is not registered.")
    redirect_uri = query.get("redirect_uri")
    if redirect_uri is None and len(app.redirect_uris) == 1:
        redirect_uri = app.redirect_uris[0]
    if redirect_uri not in app.redirect_uris:
        raise RefusedError("The redirect address is not registered for the app.")
    state = query.get("state")
    wrong = _wrong(query)
    if wrong is not None:
        error, text = wrong
        return _redirect(redirect_uri, error=error, error_description=text, state=state)
    # Without any scope an app gets all there is, as Close's apps do.
    wanted = query.get("scope", "").split() or _SCOPES
    return AuthorizationRequest(
        app=app,
        redirect_uri=redirect_uri,
        state=state,
        scope=" ".join(name for name in _SCOPES if name == FULL_ACCESS or name in wanted),
        code_challenge=query.get("code_challenge"),
    )


def _wrong(query: dict[str, str]) -> tuple[str, str] | None:
    """The word and the sentence for what is wrong with a request of a known app."""
    if query.get("response_type") is None:
        return "invalid_request", "response_type is missing"
    if query["response_type"] != "code":
        return "unsupported_response_type", "response_type must be code"
    if not set(query.get("scope", "").split()) <= set(_SCOPES):
        return "invalid_scope", f"There are the scopes {' and '.join(_SCOPES)}"
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if challenge is None and method is None:
        return None
    if method != "S256" or not _CHALLENGE.fullmatch(challenge or ""):
        return "invalid_request", "PKCE needs a code_challenge and the code_challenge_method S256"
    return None


def _show_form(
    request: Request,
    authorization: AuthorizationRequest,
    *,
    email: str = "",
    problem: str | None = None,
    status: int = 200,
) -> Response:
    """The form with a secret that a cookie has, too: no other page can send such a form."""
    csrf = request.cookies.get(_COOKIE, "")
    if not _CSRF.fullmatch(csrf):
        csrf = secrets.token_urlsafe(32)
    response = consent_page(
        app=authorization.app.name,
        organization=authorization.app.organization_name,
        redirect_uri=authorization.redirect_uri,
        is_offline=authorization.is_offline,
        csrf=csrf,
        email=email,
        problem=problem,
        status=status,
    )
    response.set_cookie(
        _COOKIE,
        csrf,
        max_age=3600,
        path="/oauth2/authorize",
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="strict",
    )
    return response


def _check_own_form(request: Request, form: dict[str, str]) -> None:
    known, given = request.cookies.get(_COOKIE, ""), form.get("csrf", "")
    is_own = _CSRF.fullmatch(known) and hmac.compare_digest(known.encode(), given.encode())
    if not is_own or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise ForbiddenError("This form has expired, or is from another site.")


def _redirect(redirect_uri: str, **fields: str | None) -> RedirectResponse:
    """To the app, with these fields behind what its address has already."""
    parts = urlsplit(redirect_uri)
    added = urlencode({name: value for name, value in fields.items() if value is not None})
    query = f"{parts.query}&{added}" if parts.query else added
    # 303: what was typed into the form goes no further.
    return RedirectResponse(urlunsplit(parts._replace(query=query)), 303, PRIVATE)
