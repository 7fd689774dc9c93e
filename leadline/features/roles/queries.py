"""Reads of roles, and what a role comes down to for those who have it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leadline.features.roles.tables import ROLES, CustomRole
from leadline.kernel.permissions import BUILT_IN, Permission
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope, VisibilityRule, visibility_of
from leadline.store import rows
from leadline.store.unit import Unit


class RoleGrant(msgspec.Struct, frozen=True):
    """What stands in the membership of somebody with a role, and what it permits."""

    role: Role
    permissions: frozenset[str]
    custom_role_id: bytes | None = None
    is_restricted: bool = False
    visibility: VisibilityRule | None = None


BUILT_IN_GRANTS: dict[str, RoleGrant] = {
    "admin": RoleGrant(Role.ADMIN, BUILT_IN["admin"]),
    "superuser": RoleGrant(Role.DEPARTMENT_HEAD, BUILT_IN["superuser"]),
    "user": RoleGrant(Role.SALES_REP, BUILT_IN["user"]),
    "restricteduser": RoleGrant(Role.SALES_REP, BUILT_IN["restricteduser"], is_restricted=True),
}


# Lists of roles, such as who may edit a field, name the usual ones by a word and those of the
# organization's own by an id with this prefix: the stored form is Close's.
_ROLE_PREFIX = "role_"
_USUAL_NAMES = {
    Role.SUPERADMIN: "admin",
    Role.ADMIN: "admin",
    Role.DEPARTMENT_HEAD: "superuser",
    Role.SALES_REP: "user",
}


def role_name(role: str, custom_role_id: bytes | None, is_restricted: bool) -> str:
    """What lists of roles call the role of a membership."""
    if custom_role_id is not None:
        return _ROLE_PREFIX + custom_role_id.hex()
    return "restricteduser" if is_restricted else _USUAL_NAMES[Role(role)]


def role_name_of(scope: Scope) -> str:
    """What lists of roles call the role of the caller."""
    is_restricted = scope.own_rights is not None and scope.custom_role_id is None
    return role_name(scope.role, scope.custom_role_id, is_restricted)


def is_listed(scope: Scope, allowed: Sequence[str]) -> bool:
    """Whether the caller's role is in a list of roles; an empty list means every role."""
    return not allowed or role_name_of(scope) in allowed


def grant_of(role: CustomRole) -> RoleGrant:
    """A role that manages the organization comes nearest to ADMIN, any other to SALES_REP."""
    is_admin = Permission.MANAGE_ORGANIZATION in role.permissions
    nearest = Role.ADMIN if is_admin else Role.SALES_REP
    return RoleGrant(
        nearest,
        frozenset(role.permissions),
        custom_role_id=role.id,
        visibility=visibility_of(
            role.permissions, role.visibility_user_lcf_ids, role.visibility_user_lcf_behavior
        ),
    )


async def find_grant(unit: Unit, role: str | bytes) -> RoleGrant | None:
    """The grant of a usual role by its name, or of another by its id.

    The role cannot be changed or deleted until the transaction ends.
    """
    if isinstance(role, str):
        return BUILT_IN_GRANTS.get(role)
    found = await rows.select(unit, ROLES, "AND id = %(id)s FOR SHARE", id=role)
    return grant_of(found[0]) if found else None


async def role_that_sees_by(unit: Unit, field_id: bytes) -> CustomRole | None:
    """A role whose people see leads by that custom field, if there is one."""
    found = await rows.select(
        unit,
        ROLES,
        "AND %(field_id)s = ANY(visibility_user_lcf_ids) ORDER BY id LIMIT 1",
        field_id=field_id,
    )
    return found[0] if found else None


async def list_roles(unit: Unit) -> list[CustomRole]:
    """The roles of the organization's own, oldest first."""
    return await rows.select(unit, ROLES, "ORDER BY id")


async def is_name_taken(unit: Unit, name: str, role_id: bytes | None) -> bool:
    """Whether another role has that name, in whatever case."""
    if name.lower() in {"admin", "super user", "user", "restricted user"}:
        return True
    found = await unit.fetch_value(
        "SELECT id FROM roles WHERE organization_id = %(organization_id)s "
        "AND lower(name) = lower(%(name)s) AND id IS DISTINCT FROM %(role_id)s",
        name=name,
        role_id=role_id,
    )
    return found is not None
