"""Logging in and staying logged in, in the Tether dialect: ``/api/auth/...``."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

import msgspec

from leadline.dialects.tether.spelling import auth_error, spell_number
from leadline.features.sessions import actions
from leadline.features.sessions.actions import Session
from leadline.kernel.errors import LeadlineError
from leadline.kernel.ids import parse_hex
from leadline.kernel.rights import Right
from leadline.settings import Settings
from leadline.wire.operation import Request, operation
from leadline.wire.services import Services

TAG = "Auth"


class LoginBody(msgspec.Struct, frozen=True, rename="camel"):
    """The organization is for people who have the same address and password in several."""

    email: Annotated[str, msgspec.Meta(max_length=320)]
    password: Annotated[str, msgspec.Meta(max_length=1024)]
    organization_id: Annotated[str, msgspec.Meta(max_length=24)] | None = None


class RefreshBody(msgspec.Struct, frozen=True, rename="camel"):
    refresh_token: Annotated[str, msgspec.Meta(max_length=4096)]


class SessionConfig(TypedDict):
    enabled: bool
    idleTimeoutMinutes: int
    tokenExpiryHours: float
    warningTimeMinutes: int
    idleTrackingEnabled: bool
    ssoSilentRenewalEnabled: bool
    ssoFallbackBehavior: Literal["redirect"]
    passwordSilentRenewalEnabled: bool
    passwordFallbackBehavior: Literal["logout"]


class SessionUser(TypedDict):
    id: str
    email: str
    fullName: str
    organizationId: str
    accessRole: str
    conversationOpenPreference: Literal["split"]
    mustChangePassword: bool


class AuthSession(TypedDict):
    token: str
    refreshToken: str
    sessionConfig: SessionConfig
    user: SessionUser


class ConfirmationShape(TypedDict):
    message: str


async def login(request: Request[LoginBody]) -> AuthSession:
    services, wanted = request.services, request.body.organization_id
    session = await actions.log_in(
        services.database,
        services.settings,
        services.passwords,
        email=request.body.email,
        password=request.body.password,
        client=request.client,
        device=request.headers.get("user-agent", ""),
        # What is no id is the id of no organization.
        organization_id=None if wanted is None else parse_hex(wanted) or b"",
    )
    return await _spell_session(services, session)


async def refresh(request: Request[RefreshBody]) -> AuthSession:
    services = request.services
    session = await actions.refresh_session(
        services.database,
        services.settings,
        request.body.refresh_token,
        client=request.client,
        forget=services.authentication.forget_session,
    )
    return await _spell_session(services, session)


async def logout(request: Request[RefreshBody]) -> ConfirmationShape:
    ended = await actions.end_session(
        request.services.database, request.body.refresh_token, client=request.client
    )
    if ended is not None:
        request.services.authentication.forget_session(ended)
    return {"message": "Logged out"}


async def verify_token(request: Request[None]) -> ConfirmationShape:
    return {"message": "Token is good"}


async def _spell_session(services: Services, session: Session) -> AuthSession:
    who = session.login
    token = await services.authentication.new_access_token(
        who.organization_id, who.user_id, session.id
    )
    return {
        "token": token,
        "refreshToken": session.refresh_token,
        "sessionConfig": _spell_config(services.settings),
        "user": {
            "id": who.user_id.hex(),
            "email": who.email,
            "fullName": who.full_name,
            "organizationId": who.organization_id.hex(),
            "accessRole": who.role,
            "conversationOpenPreference": "split",
            "mustChangePassword": who.must_change_password,
        },
    }


def _spell_config(settings: Settings) -> SessionConfig:
    """The policy that a client enforces. There is no single sign-on to renew."""
    return {
        "enabled": True,
        "idleTimeoutMinutes": settings.idle_timeout_minutes,
        "tokenExpiryHours": spell_number(settings.access_token_s / 3600),
        "warningTimeMinutes": 2,
        "idleTrackingEnabled": True,
        "ssoSilentRenewalEnabled": False,
        "ssoFallbackBehavior": "redirect",
        "passwordSilentRenewalEnabled": True,
        "passwordFallbackBehavior": "logout",
    }


def _login_error(error: LeadlineError, status: int) -> dict[str, Any]:
    """A refused login is no expired token: a client must not answer it with a refresh."""
    shape = auth_error(error, status)
    return {**shape, "code": "INVALID_CREDENTIALS"} if status == 401 else shape


def _verify_error(error: LeadlineError, status: int) -> dict[str, Any]:
    """Whatever is wrong with the token, and also without any, the probe says the same."""
    shape = auth_error(error, status)
    return {**shape, "error": "Invalid or expired token"} if status == 401 else shape


OPERATIONS = (
    operation(
        name="session.login",
        method="POST",
        path="/api/auth/login",
        summary="Log in with e-mail address and password",
        right=None,
        run=login,
        tag=TAG,
        body=LoginBody,
        answer=AuthSession,
        is_secret=True,
        error_body=_login_error,
        errors={401: "Invalid email or password", 429: "Too many failed logins"},
    ),
    operation(
        name="session.refresh",
        method="POST",
        path="/api/auth/refresh",
        summary="Exchange a refresh token for a new access token and the next refresh token",
        right=None,
        run=refresh,
        tag=TAG,
        body=RefreshBody,
        answer=AuthSession,
        is_secret=True,
        error_body=auth_error,
        errors={401: "Invalid or expired token"},
        description="A refresh token can be used once. Using it again ends its session.",
    ),
    operation(
        name="session.logout",
        method="POST",
        path="/api/auth/logout",
        summary="End the session of a refresh token",
        right=None,
        run=logout,
        tag=TAG,
        body=RefreshBody,
        answer=ConfirmationShape,
        error_body=auth_error,
        description="Access tokens of the session stop working as well.",
    ),
    operation(
        name="session.verify_token",
        method="GET",
        path="/api/auth/verify-token",
        summary="Verify the presented token",
        right=Right.SELF_READ,
        run=verify_token,
        tag=TAG,
        answer=ConfirmationShape,
        error_body=_verify_error,
        errors={401: "Invalid or expired token"},
    ),
)
