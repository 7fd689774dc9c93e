"""Every change of a role that concerns it alone. Those who have it are the flow's concern."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from leadline.features.roles.inputs import NewRole, RoleChange
from leadline.features.roles.queries import is_name_taken
from leadline.features.roles.tables import ROLES, CustomRole
from leadline.kernel.errors import ForbiddenError, Problems
from leadline.kernel.names import read_name
from leadline.kernel.permissions import rights_of
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_role(unit: Unit, new: NewRole) -> CustomRole:
    """Adds a role."""
    check_grantable(unit, new.permissions)
    row = CustomRole(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        name=await _checked_name(unit, new.name, None),
        permissions=sorted(set(new.permissions)),
        created_at=unit.now,
        updated_at=unit.now,
        created_by=unit.scope.user_id,
        updated_by=unit.scope.user_id,
    )
    return await writes.insert(unit, ROLES, row)


async def update_role(unit: Unit, role_id: bytes, change: RoleChange) -> CustomRole:
    """Changes what is given."""
    before = await rows.lock(unit, ROLES, role_id)
    changes: dict[str, Any] = {}
    if change.permissions is not UNSET:
        # Taking away is governing, too: nobody does it to a role that is above one's own.
        check_grantable(unit, [*before.permissions, *change.permissions])
        changes["permissions"] = sorted(set(change.permissions))
    if change.name is not UNSET:
        changes["name"] = await _checked_name(unit, change.name, role_id)
    return await writes.update(unit, ROLES, before, **changes)


def check_grantable(unit: Unit, permissions: Any) -> None:
    """Nobody gives (or takes) rights that they do not have themselves."""
    if not rights_of(permissions) <= unit.scope.rights:
        raise ForbiddenError("You cannot give or take permissions that you do not have.")


async def _checked_name(unit: Unit, given: str, role_id: bytes | None) -> str:
    problems = Problems()
    name = read_name(given, problems)
    if await is_name_taken(unit, name, role_id):
        problems.add("duplicate", "name", text=f"There is already a role named '{name}'.")
    problems.stop_if_any()
    return name
