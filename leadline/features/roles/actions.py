"""Every change of a role that concerns it alone. Those who have it are the flow's concern."""

from __future__ import annotations

import msgspec

from leadline.features.custom_fields.queries import fields_of
from leadline.features.custom_fields.tables import CUSTOM_FIELDS
from leadline.features.roles.inputs import NewRole, RoleChange
from leadline.features.roles.queries import RoleGrant, grant_of, is_name_taken
from leadline.features.roles.tables import ROLES, CustomRole
from leadline.kernel.errors import ForbiddenError, Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import read_name
from leadline.kernel.permissions import Permission
from leadline.kernel.rights import rights_of
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_role(unit: Unit, new: NewRole) -> CustomRole:
    """Adds a role."""
    row = CustomRole(
        **unit.stamps(),
        name=new.name,
        permissions=sorted(set(new.permissions)),
        visibility_user_lcf_ids=new.visibility_user_lcf_ids,
        visibility_user_lcf_behavior=new.visibility_user_lcf_behavior,
    )
    check_grantable(unit, grant_of(row))
    return await writes.insert(unit, ROLES, await _checked(unit, row))


async def update_role(unit: Unit, role_id: bytes, change: RoleChange) -> CustomRole:
    """Changes what is given."""
    before = await rows.lock(unit, ROLES, role_id)
    changes = given_fields(change)
    if "permissions" in changes:
        changes["permissions"] = sorted(set(changes["permissions"]))
    after = msgspec.structs.replace(before, **changes)
    if grant_of(before) != grant_of(after):
        # Taking away is governing, too: nobody does it to a role that is above one's own.
        check_grantable(unit, grant_of(before))
        check_grantable(unit, grant_of(after))
    after = await _checked(unit, after)
    return await writes.update(unit, ROLES, before, **{**changes, "name": after.name})


def check_grantable(unit: Unit, grant: RoleGrant) -> None:
    """Nobody gives (or takes) rights that they do not have themselves, nor another sight of leads
    than their own, unless they see them all."""
    scope = unit.scope
    is_other_sight = scope.visibility is not None and grant.visibility != scope.visibility
    if is_other_sight or not rights_of(grant.permissions) <= scope.rights:
        raise ForbiddenError("You cannot give or take permissions that you do not have.")


async def _checked(unit: Unit, row: CustomRole) -> CustomRole:
    """The role with its name trimmed. Raises all that is wrong with it."""
    problems = Problems()
    name = read_name(row.name, problems)
    if await is_name_taken(unit, name, row.id):
        problems.add("duplicate", "name", text=f"There is already a role named '{name}'.")
    if Permission.VIEW_ALL_LEADS in row.permissions:
        for field in ("visibility_user_lcf_ids", "visibility_user_lcf_behavior"):
            if getattr(row, field):
                words = "A role that sees all leads has none."
                problems.add("conflict", field, text=words)
    if row.visibility_user_lcf_ids and not await _are_user_fields(
        unit, row.visibility_user_lcf_ids
    ):
        words = "These must be custom fields of leads that hold users."
        problems.add("not_found", "visibility_user_lcf_ids", text=words)
    problems.stop_if_any()
    return msgspec.structs.replace(row, name=name)


async def _are_user_fields(unit: Unit, field_ids: list[bytes]) -> bool:
    """Whether all are fields of leads that hold users. They stay so until the transaction ends."""
    await rows.select(
        unit,
        CUSTOM_FIELDS,
        "AND id = ANY(%(field_ids)s) ORDER BY id FOR SHARE",
        field_ids=field_ids,
    )
    fields = await fields_of(unit, "lead")
    return set(field_ids) <= {field.id for field in fields if field.target_type == "user"}
