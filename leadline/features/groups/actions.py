"""Every change of a group and of who is in it."""

from __future__ import annotations

from leadline.features.groups.tables import GROUP_MEMBERS, GROUPS, Group, GroupMember
from leadline.features.users.queries import active_members
from leadline.kernel.errors import InvalidError, Problems, problem
from leadline.kernel.names import read_name
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_group(unit: Unit, name: str) -> Group:
    """Adds an empty group."""
    row = Group(
        **unit.stamps(),
        name=await _checked_name(unit, name, None),
    )
    return await writes.insert(unit, GROUPS, row)


async def rename_group(unit: Unit, group_id: bytes, name: str) -> Group:
    """Gives the group another name."""
    before = await rows.lock(unit, GROUPS, group_id)
    return await writes.update(unit, GROUPS, before, name=await _checked_name(unit, name, group_id))


async def delete_group_row(unit: Unit, group: Group) -> None:
    """Removes a group that nothing speaks of, with who is in it; it must be locked."""
    await _remove(unit, b"group_id = %(group_id)s", group_id=group.id)
    await writes.delete(unit, GROUPS, group)


async def join_group(unit: Unit, group_id: bytes, user_id: bytes) -> None:
    """Puts a member of the organization into the group, unless they are in it."""
    await rows.lock(unit, GROUPS, group_id)
    if not await active_members(unit, [user_id]):
        raise InvalidError([problem("not_found", "user_id", text="Invalid organization members")])
    there = await rows.select(
        unit,
        GROUP_MEMBERS,
        "AND group_id = %(group_id)s AND user_id = %(user_id)s",
        group_id=group_id,
        user_id=user_id,
    )
    if not there:
        row = GroupMember(unit.organization_id, unit.new_id(), group_id, user_id, unit.now)
        await writes.insert(unit, GROUP_MEMBERS, row)


async def leave_group(unit: Unit, group_id: bytes, user_id: bytes) -> None:
    """Takes somebody out of the group, if they are in it."""
    await rows.lock(unit, GROUPS, group_id)
    condition = b"group_id = %(group_id)s AND user_id = %(user_id)s"
    await _remove(unit, condition, group_id=group_id, user_id=user_id)


async def leave_all_groups(unit: Unit, user_id: bytes) -> None:
    """Takes somebody out of every group."""
    await _remove(unit, b"user_id = %(user_id)s", user_id=user_id)


async def _remove(unit: Unit, condition: bytes, **parameters: bytes) -> None:
    sql = GROUP_MEMBERS.delete_where(condition)
    for row in await unit.fetch_all(GroupMember, sql, **parameters):
        unit.record("deleted", GROUP_MEMBERS, row, None)


async def _checked_name(unit: Unit, given: str, group_id: bytes | None) -> str:
    problems = Problems()
    name = read_name(given, problems)
    if await unit.fetch_value(
        "SELECT id FROM groups WHERE organization_id = %(organization_id)s "
        "AND lower(name) = lower(%(name)s) AND id IS DISTINCT FROM %(group_id)s",
        name=name,
        group_id=group_id,
    ):
        problems.add("duplicate", "name", text=f"There is already a group named '{name}'.")
    problems.stop_if_any()
    return name
