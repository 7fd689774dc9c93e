"""Who may act on whom: nobody on a member whose role permits more than their own."""

from __future__ import annotations

from leadline.features.roles.actions import check_grantable
from leadline.features.roles.queries import BUILT_IN_GRANTS, grant_of
from leadline.features.roles.tables import ROLES
from leadline.features.users.queries import belongs_elsewhere, lock_member
from leadline.features.users.tables import Membership, User
from leadline.kernel.errors import ForbiddenError, NotFoundError, RefusedError
from leadline.kernel.rights import Role
from leadline.store import rows
from leadline.store.unit import Unit

_BUILT_IN = {
    Role.SUPERADMIN: "admin",
    Role.ADMIN: "admin",
    Role.DEPARTMENT_HEAD: "superuser",
    Role.SALES_REP: "user",
}


async def check_governs(unit: Unit, memberships: list[Membership]) -> None:
    """Refuses to change members whose role has permissions that the caller lacks."""
    if any(row.role == Role.SUPERADMIN for row in memberships) and not unit.scope.is_superadmin:
        raise ForbiddenError("Only super admins can change super admins.")
    wanted = [row.custom_role_id for row in memberships if row.custom_role_id is not None]
    roles = await rows.select_ids(unit, ROLES, wanted)
    for row in memberships:
        if row.custom_role_id is not None:
            check_grantable(unit, grant_of(roles[row.custom_role_id]))
        else:
            name = "restricteduser" if row.is_restricted else _BUILT_IN[Role(row.role)]
            check_grantable(unit, BUILT_IN_GRANTS[name])


async def lock_governed(unit: Unit, user_id: bytes) -> tuple[User, Membership]:
    """An active member whose credentials the caller may govern, locked.

    One's own are changed by showing the password, and those of somebody who belongs to other
    organizations too would open these.
    """
    user, membership = await lock_member(unit, user_id)
    if not membership.is_active:
        raise NotFoundError("user")
    if user_id == unit.scope.user_id:
        raise RefusedError("Your own are changed with your password.")
    await check_governs(unit, [membership])
    if await belongs_elsewhere(unit, user_id):
        raise ForbiddenError("This user belongs to other organizations too")
    return user, membership
