"""People and their keys in the Tether dialect: ``/api/user/...``."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.tether.spelling import id_in_path, spell_time
from leadline.features.api_keys import actions
from leadline.features.api_keys.queries import active_keys
from leadline.features.sessions.actions import confirm_password
from leadline.features.users.inputs import MemberChange
from leadline.features.users.queries import Member, find_member, list_members
from leadline.flows.change_profile import change_profile, is_another_email
from leadline.kernel.errors import InvalidError, NotFoundError, Problem
from leadline.kernel.rights import Right
from leadline.store.unit import Unit
from leadline.wire.operation import Request, operation

TAG = "Users"


class UserShape(TypedDict):
    """``pendingEmail``, which awaits an admin, is shown to its owner and to admins."""

    _id: str
    fullName: str
    email: str
    phoneNumber: str | None
    designation: str | None
    sinchPhoneNumber: str | None
    accessRole: str
    organizationId: str
    departmentId: str | None
    loginDisabled: bool
    pendingEmail: str | None


class ProfileUserShape(UserShape):
    callForwardingEnabled: bool
    conversationOpenPreference: Literal["split"]
    createdAt: str
    updatedAt: str
    mustChangePassword: bool


class ProfileShape(TypedDict):
    user: ProfileUserShape
    persona: None


class ChangedProfileShape(ProfileShape):
    message: str


class KeyHint(TypedDict):
    apiKey: str | None
    createdAt: str | None


class KeyHintShape(TypedDict):
    success: Literal[True]
    data: KeyHint


class NewKey(TypedDict):
    apiKey: str


class NewKeyShape(TypedDict):
    success: Literal[True]
    message: str
    data: NewKey


class ProfileBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The id may come under three names. It stays a text: an unknown user is a 404."""

    object_id: str | None = msgspec.field(default=None, name="_id")
    id: str | None = None
    user_id: str | None = None
    full_name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone_number: str | UnsetType | None = UNSET
    designation: str | UnsetType | None = UNSET
    password: Annotated[str, msgspec.Meta(max_length=1024)] | None = None


_FIELD_NAMES = {"full_name": "fullName", "phone_number": "phoneNumber"}


async def list_users(request: Request[None]) -> list[UserShape]:
    return [_spell_user(request.unit, member) for member in await list_members(request.unit)]


async def get_profile(request: Request[None]) -> ProfileShape:
    return await _show_profile(request.unit, request.scope.require_user())


async def update_profile(request: Request[ProfileBody]) -> ChangedProfileShape:
    unit, body = request.unit, request.body
    given = [text for text in (body.object_id, body.id, body.user_id) if text is not None]
    user_id = id_in_path("user", given[0]) if given else unit.scope.require_user()
    change = MemberChange(
        full_name=body.full_name,
        email=body.email,
        phone_number=body.phone_number,
        designation=body.designation,
    )
    if user_id == unit.scope.user_id and await is_another_email(unit, body.email):
        await confirm_password(
            request.services.database,
            request.services.settings,
            request.services.passwords,
            scope=unit.scope,
            password=body.password,
            client=request.client,
        )
    try:
        await change_profile(unit, user_id, change)
    except InvalidError as error:
        raise InvalidError(_spell_problem(found) for found in error.problems) from error
    return {"message": "Profile updated", **await _show_profile(unit, user_id)}


async def get_api_key(request: Request[None]) -> KeyHintShape:
    keys = await active_keys(request.unit, request.scope.require_user())
    if not keys:
        return {"success": True, "data": {"apiKey": None, "createdAt": None}}
    newest = keys[0]
    return {
        "success": True,
        "data": {"apiKey": f"api_…{newest.hint}", "createdAt": spell_time(newest.created_at)},
    }


async def regenerate_api_key(request: Request[None]) -> NewKeyShape:
    unit = request.unit
    key = await actions.regenerate_api_key(unit, unit.scope.require_user())
    unit.after_commit(request.services.authentication.forget_all)
    return {"success": True, "message": "API key regenerated", "data": {"apiKey": key}}


async def _show_profile(unit: Unit, user_id: bytes) -> ProfileShape:
    member = await find_member(unit, user_id)
    if member is None:
        raise NotFoundError("user")
    return {
        "user": {
            **_spell_user(unit, member),
            "callForwardingEnabled": False,
            "conversationOpenPreference": "split",
            "createdAt": spell_time(member.created_at),
            "updatedAt": spell_time(member.updated_at),
            "mustChangePassword": member.must_change_password,
        },
        "persona": None,
    }


def _spell_user(unit: Unit, member: Member) -> UserShape:
    sees_all = unit.scope.is_admin or member.id == unit.scope.user_id
    return {
        "_id": member.id.hex(),
        "fullName": member.full_name,
        "email": member.email,
        "phoneNumber": member.phone_number,
        "designation": member.designation,
        "sinchPhoneNumber": None,
        "accessRole": member.role,
        "organizationId": unit.organization_id.hex(),
        "departmentId": None,
        "loginDisabled": not member.is_active,
        "pendingEmail": member.pending_email if sees_all else None,
    }


def _spell_problem(found: Problem) -> Problem:
    path = tuple(_FIELD_NAMES.get(str(part), part) for part in found.path)
    return Problem(path, found.code, found.text)


OPERATIONS = (
    operation(
        name="user.list",
        method="GET",
        path="/api/user/list",
        summary="List the users of the organization",
        right=Right.USER_READ,
        run=list_users,
        tag=TAG,
        answer=list[UserShape],
    ),
    operation(
        name="user.get_profile",
        method="GET",
        path="/api/user/profile",
        summary="Get your profile",
        right=Right.SELF_READ,
        run=get_profile,
        tag=TAG,
        answer=ProfileShape,
    ),
    operation(
        name="user.update_profile",
        method="PUT",
        path="/api/user/profile",
        summary="Update your profile or, as an admin, that of a user with a lower role",
        right=Right.SELF_WRITE,
        run=update_profile,
        tag=TAG,
        body=ProfileBody,
        answer=ChangedProfileShape,
        description="Another address of your own takes `password`, and is `pendingEmail` until an "
        "admin confirms it.",
        errors={
            403: "Only users with a lower role can be changed",
            404: "User not found",
            409: "The e-mail address is taken",
        },
    ),
    operation(
        name="api_key.get",
        method="GET",
        path="/api/user/api-key",
        summary="Get your API key, masked",
        right=Right.SELF_READ,
        run=get_api_key,
        tag=TAG,
        answer=KeyHintShape,
    ),
    operation(
        name="api_key.regenerate",
        method="POST",
        path="/api/user/api-key/regenerate",
        summary="Revoke your API keys and create a new one",
        right=Right.SELF_WRITE,
        run=regenerate_api_key,
        tag=TAG,
        answer=NewKeyShape,
        is_secret=True,
        description="The new key is shown this once. The old ones stop working at once.",
    ),
)
