"""Roles in the Close dialect: ``/api/v1/role/``, the usual four and the organization's own."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.crud import Noun, operation
from leadline.dialects.close.protocol.role_names import read_role
from leadline.dialects.close.protocol.spelling import CustomFieldId, spell_id
from leadline.features.roles.actions import create_role
from leadline.features.roles.inputs import NewRole, RoleChange
from leadline.features.roles.queries import STANDINGS, list_roles
from leadline.features.roles.tables import ROLES, CustomRole
from leadline.flows.change_role import change_role, delete_role
from leadline.kernel.errors import NotFoundError, RefusedError
from leadline.kernel.permissions import Permission, VisibilityBehavior
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.wire.operation import Reply, Request

_LABELS = {
    "admin": "Admin",
    "superuser": "Super User",
    "user": "User",
    "restricteduser": "Restricted User",
}


class RoleShape(TypedDict):
    """``visibility_..`` says what those see who do not see all leads; else it is null."""

    editable: bool
    id: str
    name: str
    permissions: list[str]
    visibility_user_lcf_behavior: VisibilityBehavior | None
    visibility_user_lcf_ids: list[str] | None


class NewRoleBody(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    permissions: list[Permission]
    visibility_user_lcf_behavior: VisibilityBehavior | None = None
    visibility_user_lcf_ids: list[CustomFieldId] | None = None


class RoleBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes; permissions are replaced whole."""

    name: str | UnsetType = UNSET
    permissions: list[Permission] | UnsetType = UNSET
    visibility_user_lcf_behavior: VisibilityBehavior | UnsetType | None = UNSET
    visibility_user_lcf_ids: list[CustomFieldId] | UnsetType | None = UNSET


def _spell_usual(name: str) -> RoleShape:
    return {
        "editable": False,
        "id": name,
        "name": _LABELS[name],
        "permissions": sorted(STANDINGS[name].permissions),
        "visibility_user_lcf_behavior": None,
        "visibility_user_lcf_ids": None,
    }


def _spell_own(row: CustomRole) -> RoleShape:
    fields = [spell_id("cf", each) for each in row.visibility_user_lcf_ids]
    return {
        "editable": True,
        "id": spell_id("role", row.id),
        "name": row.name,
        "permissions": row.permissions,
        "visibility_user_lcf_behavior": row.visibility_user_lcf_behavior,
        "visibility_user_lcf_ids": fields or None,
    }


def _own_id(request: Request[Any]) -> bytes:
    """The id of a role that can be changed."""
    role = read_role(request.path["id"])
    if isinstance(role, str):
        raise RefusedError("System roles cannot be changed.")
    if role is None:
        raise NotFoundError("role")
    return role


async def list_all(request: Request[None]) -> Any:
    """The usual roles first."""
    page = spelling.page_of_all(request.query)
    shapes = [_spell_usual(name) for name in STANDINGS]
    shapes += [_spell_own(row) for row in await list_roles(request.unit)]
    shown = shapes[page.skip : page.skip + page.fetch]
    return spelling.list_of(shown, page, request.query)


async def get(request: Request[None]) -> Any:
    role = read_role(request.path["id"])
    if role is None:
        raise NotFoundError("role")
    if isinstance(role, str):
        return spelling.pick(_spell_usual(role), request.query)
    return spelling.pick(_spell_own(await rows.get(request.unit, ROLES, role)), request.query)


async def create(request: Request[NewRoleBody]) -> Any:
    body = request.body
    new = NewRole(
        name=body.name,
        permissions=body.permissions,
        visibility_user_lcf_ids=_each_once(body.visibility_user_lcf_ids),
        visibility_user_lcf_behavior=body.visibility_user_lcf_behavior,
    )
    shape = _spell_own(await create_role(request.unit, new))
    place = ("Location", f"{NOUN.path}{shape['id']}/")
    return Reply(spelling.pick(shape, request.query), headers=(place,))


async def update(request: Request[RoleBody]) -> Any:
    body = request.body
    field_ids = body.visibility_user_lcf_ids
    change = RoleChange(
        name=body.name,
        permissions=body.permissions,
        visibility_user_lcf_ids=UNSET if field_ids is UNSET else _each_once(field_ids),
        visibility_user_lcf_behavior=body.visibility_user_lcf_behavior,
    )
    row = await change_role(request.unit, _own_id(request), change)
    # What a key may do is remembered for a moment.
    request.unit.after_commit(request.services.authentication.forget_all)
    return spelling.pick(_spell_own(row), request.query)


def _each_once(field_ids: list[CustomFieldId] | None) -> list[bytes]:
    return [*dict.fromkeys(field_ids or ())]


async def delete(request: Request[None]) -> Any:
    await delete_role(request.unit, _own_id(request))
    return {}


NOUN = Noun(
    noun="role",
    tag="Roles",
    path="/api/v1/role/",
    prefix="role",
    shape=RoleShape,
    read=Right.ROLE_READ,
    write=Right.ROLE_WRITE,
)

OPERATIONS = (
    operation(NOUN, "list", list_all),
    operation(NOUN, "create", create, body=NewRoleBody, status=201),
    operation(NOUN, "get", get),
    operation(NOUN, "update", update, body=RoleBody),
    operation(NOUN, "delete", delete),
)
