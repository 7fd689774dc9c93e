"""Roles in the Close dialect: ``/api/v1/role/``, the usual four and the organization's own."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.role_names import read_role
from leadline.dialects.close.protocol.spelling import CustomFieldId, ListOf, spell_id
from leadline.features.roles import actions, queries
from leadline.features.roles.inputs import NewRole, RoleChange
from leadline.features.roles.queries import BUILT_IN_GRANTS
from leadline.features.roles.tables import ROLES, CustomRole
from leadline.flows import change_role
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
        "permissions": sorted(BUILT_IN_GRANTS[name].permissions),
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


async def show(request: Request[Any], found: list[CustomRole]) -> list[RoleShape]:
    return [_spell_own(row) for row in found]


def _own_id(request: Request[Any]) -> bytes:
    """The id of a role that can be changed."""
    role = read_role(request.path["id"])
    if isinstance(role, str):
        raise RefusedError("System roles cannot be changed.")
    if role is None:
        raise NotFoundError("role")
    return role


async def list_roles(request: Request[None]) -> ListOf[RoleShape]:
    """The usual roles first."""
    page = spelling.page_of_all(request.query)
    shapes = [_spell_usual(name) for name in BUILT_IN_GRANTS]
    shapes += [_spell_own(row) for row in await queries.list_roles(request.unit)]
    shown = shapes[page.skip : page.skip + page.fetch]
    return spelling.list_of(shown, page, request.query)


async def get_role(request: Request[None]) -> RoleShape:
    role = read_role(request.path["id"])
    if role is None:
        raise NotFoundError("role")
    if isinstance(role, str):
        return spelling.pick(_spell_usual(role), request.query)
    return spelling.pick(_spell_own(await rows.get(request.unit, ROLES, role)), request.query)


async def create_role(request: Request[NewRoleBody]) -> Reply[RoleShape]:
    body = request.body
    new = NewRole(
        name=body.name,
        permissions=body.permissions,
        visibility_user_lcf_ids=_each_once(body.visibility_user_lcf_ids),
        visibility_user_lcf_behavior=body.visibility_user_lcf_behavior,
    )
    return await RESOURCE.show_made(request, await actions.create_role(request.unit, new))


async def update_role(request: Request[RoleBody]) -> RoleShape:
    body = request.body
    field_ids = body.visibility_user_lcf_ids
    change = RoleChange(
        name=body.name,
        permissions=body.permissions,
        visibility_user_lcf_ids=UNSET if field_ids is UNSET else _each_once(field_ids),
        visibility_user_lcf_behavior=body.visibility_user_lcf_behavior,
    )
    row = await change_role.change_role(request.unit, _own_id(request), change)
    # What a key may do is remembered for a moment.
    request.unit.after_commit(request.services.authentication.forget_all)
    return spelling.pick(_spell_own(row), request.query)


def _each_once(field_ids: list[CustomFieldId] | None) -> list[bytes]:
    return [*dict.fromkeys(field_ids or ())]


async def delete_role(request: Request[None]) -> None:
    await change_role.delete_role(request.unit, _own_id(request))


RESOURCE = Resource(
    noun="role",
    tag="Roles",
    path="/api/v1/role/",
    prefix="role",
    table=ROLES,
    shape=RoleShape,
    show=show,
    read=Right.ROLE_READ,
    write=Right.ROLE_WRITE,
)

OPERATIONS = (
    list_operation(RESOURCE, list_roles),
    create_operation(RESOURCE, create_role, body=NewRoleBody, status=201),
    get_operation(RESOURCE, get_role),
    update_operation(RESOURCE, update_role, body=RoleBody),
    delete_operation(RESOURCE, delete_role),
)
