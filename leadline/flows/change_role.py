"""Changing or deleting a role that people have: their memberships follow it."""

from __future__ import annotations

from leadline.features.roles.actions import check_grantable, update_role
from leadline.features.roles.inputs import RoleChange
from leadline.features.roles.queries import grant_of
from leadline.features.roles.tables import ROLES, CustomRole
from leadline.features.users.queries import lock_admins
from leadline.features.users.tables import MEMBERSHIPS, Membership
from leadline.flows.change_memberships import check_an_admin_is_left
from leadline.kernel.errors import RefusedError
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def change_role(unit: Unit, role_id: bytes, change: RoleChange) -> CustomRole:
    """Changes the role. Whoever has it has its new permissions at once."""
    admins = await lock_admins(unit)
    role = await update_role(unit, role_id, change)
    grant = grant_of(role)
    holders = await _holders(unit, role_id)
    check_an_admin_is_left(admins, holders, grant.role)
    for holder in holders:
        await writes.update(unit, MEMBERSHIPS, holder, role=grant.role.value)
    return role


async def delete_role(unit: Unit, role_id: bytes) -> None:
    """Removes a role that nobody has, former members included."""
    role = await rows.lock(unit, ROLES, role_id)
    check_grantable(unit, grant_of(role))
    holders = await _holders(unit, role_id)
    if holders:
        raise RefusedError(
            f"The role is still held by {len(holders)} memberships: give them another role first."
        )
    await writes.delete(unit, ROLES, role)


async def _holders(unit: Unit, role_id: bytes) -> list[Membership]:
    return await rows.select(
        unit,
        MEMBERSHIPS,
        "AND custom_role_id = %(role_id)s ORDER BY id FOR NO KEY UPDATE",
        role_id=role_id,
    )
