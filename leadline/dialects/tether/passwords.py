"""Passwords and addresses in the Tether dialect: changing, resetting, accepting an invitation."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

import msgspec

from leadline.dialects.tether.spelling import auth_error, id_in_path, spell_time
from leadline.features.sessions.actions import confirm_password
from leadline.flows import change_profile, choose_password
from leadline.kernel.rights import Right
from leadline.wire.operation import Request, operation

TAG = "Passwords"

Password = Annotated[str, msgspec.Meta(max_length=1024)]
Token = Annotated[str, msgspec.Meta(max_length=200)]


class ChangeBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    old_password: Password
    new_password: Password
    revoke_keys: bool = False


class AcceptBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    token: Token
    password: Password
    full_name: str | None = None


class PersonBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The id stays a text: an unknown user is a 404."""

    user_id: str


class DoneShape(TypedDict):
    success: Literal[True]
    message: str


class AcceptedShape(DoneShape):
    email: str


class ResetShape(DoneShape):
    token: str
    expiresAt: str


async def change_password(request: Request[ChangeBody]) -> DoneShape:
    services, body = request.services, request.body
    await confirm_password(
        services.database,
        services.settings,
        services.passwords,
        scope=request.scope,
        password=body.old_password,
        client=request.client,
    )
    await choose_password.change_password(
        request.unit,
        services.passwords,
        body.new_password,
        ends_keys=body.revoke_keys,
        session_id=request.scope.session_id,
    )
    request.unit.after_commit(services.authentication.forget_all)
    return {"success": True, "message": "Password changed"}


async def create_password_reset(request: Request[PersonBody]) -> ResetShape:
    user_id = id_in_path("user", request.body.user_id)
    link = await choose_password.create_password_reset(request.unit, user_id)
    return {
        "success": True,
        "message": "Hand the token on to its owner: it is shown this once.",
        "token": link.token,
        "expiresAt": spell_time(link.expires_at),
    }


async def accept_link(request: Request[AcceptBody]) -> AcceptedShape:
    services, body = request.services, request.body
    email = await choose_password.redeem_link(
        services.database,
        services.passwords,
        token=body.token,
        password=body.password,
        full_name=body.full_name,
    )
    services.authentication.forget_all()
    return {"success": True, "message": "Log in with your password", "email": email}


async def confirm_email(request: Request[PersonBody]) -> AcceptedShape:
    user_id = id_in_path("user", request.body.user_id)
    user = await change_profile.confirm_email(request.unit, user_id)
    return {"success": True, "message": "E-mail address confirmed", "email": user.email}


OPERATIONS = (
    operation(
        name="password.change",
        method="PUT",
        path="/api/user/password",
        summary="Change your password",
        right=Right.SELF_WRITE,
        run=change_password,
        tag=TAG,
        body=ChangeBody,
        answer=DoneShape,
        is_secret=True,
        errors={403: "The password is wrong.", 429: "Too many failed logins"},
        description="Ends all other sessions of yours, with `revokeKeys` your API keys and the "
        "grants of apps too.",
    ),
    operation(
        name="password.reset",
        method="POST",
        path="/api/user/password/reset",
        summary="Make a one-time link by which a user chooses a new password",
        right=Right.MEMBERSHIP_WRITE,
        run=create_password_reset,
        tag=TAG,
        body=PersonBody,
        answer=ResetShape,
        is_secret=True,
        errors={403: "Users who may more than you", 404: "User not found"},
        description="The link is good for a day, and once. The password stays until it is used.",
    ),
    operation(
        name="password.accept",
        method="POST",
        path="/api/auth/accept",
        summary="Choose a password by a one-time link: an invitation, or a reset",
        right=None,
        run=accept_link,
        tag=TAG,
        body=AcceptBody,
        answer=AcceptedShape,
        is_secret=True,
        error_body=auth_error,
        errors={404: "The link is unknown, used or expired."},
    ),
    operation(
        name="user.confirm_email",
        method="POST",
        path="/api/user/email/confirm",
        summary="Confirm that the e-mail address that a user has asked for is theirs",
        right=Right.MEMBERSHIP_WRITE,
        run=confirm_email,
        tag=TAG,
        body=PersonBody,
        answer=AcceptedShape,
        errors={
            403: "Users who may more than you",
            404: "User not found",
            409: "The user has asked for no address, or it is taken",
        },
    ),
)
