"""Reads of groups."""

from __future__ import annotations

from leadline.features.groups.tables import GROUP_MEMBERS
from leadline.store import rows
from leadline.store.unit import Unit


async def users_in_group(unit: Unit, group_id: bytes) -> list[bytes]:
    """The users in a group, in the order in which they came."""
    found = await rows.select(
        unit, GROUP_MEMBERS, "AND group_id = %(group_id)s ORDER BY id", group_id=group_id
    )
    return [member.user_id for member in found]


async def users_in_groups(unit: Unit, group_ids: list[bytes]) -> list[bytes]:
    """The users in any of these groups, each once: for filters that take groups for people."""
    if not group_ids:
        return []
    return await unit.fetch_values(
        "SELECT DISTINCT user_id FROM group_members "
        "WHERE organization_id = %(organization_id)s AND group_id = ANY(%(group_ids)s)",
        group_ids=group_ids,
    )
