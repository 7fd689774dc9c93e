"""Letting others write in one's own name, and no more."""

from __future__ import annotations

from leadline.features.send_as.queries import get_send_as, list_send_as
from leadline.features.send_as.tables import SEND_AS, SendAs
from leadline.features.users.queries import active_members
from leadline.kernel.errors import Problems
from leadline.store import writes
from leadline.store.unit import Unit


async def allow(unit: Unit, user_ids: list[bytes]) -> list[SendAs]:
    """Lets these members write in the caller's name."""
    wanted = list(dict.fromkeys(user_ids))
    active = await active_members(unit, wanted)
    problems = Problems()
    for index, user_id in enumerate(user_ids):
        if user_id == unit.scope.user_id:
            words = "Users can always send as themselves."
            problems.add("conflict", "user_ids", index, text=words)
        elif user_id not in active:
            problems.add("not_found", "user_ids", index)
    problems.stop_if_any()
    me = unit.scope.require_user()
    await _lock_own(unit)
    present = {row.allowed_user_id: row for row in await list_own(unit)}
    for user_id in wanted:
        if user_id not in present:
            row = SendAs(unit.organization_id, unit.new_id(), me, user_id, unit.now)
            present[user_id] = await writes.insert(unit, SEND_AS, row)
    return [present[user_id] for user_id in wanted]


async def disallow(unit: Unit, user_ids: list[bytes]) -> None:
    """Lets these members do it no more; who may not is passed over."""
    await _lock_own(unit)
    for row in await list_own(unit):
        if row.allowed_user_id in user_ids:
            await writes.delete(unit, SEND_AS, row)


async def delete_send_as(unit: Unit, send_as_id: bytes) -> None:
    """Ends one, from either side."""
    await writes.delete(unit, SEND_AS, await get_send_as(unit, send_as_id))


async def list_own(unit: Unit) -> list[SendAs]:
    """Those whom the caller allows."""
    return await list_send_as(unit, unit.scope.user_id, None)


async def _lock_own(unit: Unit) -> None:
    """One change at a time of whom the caller allows."""
    await unit.execute(
        "SELECT 1 FROM memberships WHERE organization_id = %(organization_id)s "
        "AND user_id = %(user_id)s FOR NO KEY UPDATE",
        user_id=unit.scope.user_id,
    )
