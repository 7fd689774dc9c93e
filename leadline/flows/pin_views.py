"""Pinning saved searches: those that a member wants at hand, in an order of their own."""

from __future__ import annotations

from leadline.features.saved_searches.queries import visible_to
from leadline.features.users.queries import lock_memberships
from leadline.features.users.tables import MEMBERSHIPS, Membership
from leadline.kernel.errors import NotFoundError, Problems
from leadline.kernel.names import check_count
from leadline.store import writes
from leadline.store.unit import Unit

MAX_PINNED = 200


async def pin_views(unit: Unit, membership_id: bytes, view_ids: list[bytes]) -> Membership:
    """Replaces what a member has pinned. Only what that member may see can be pinned."""
    found = await lock_memberships(unit, [membership_id])
    if not found:
        raise NotFoundError(MEMBERSHIPS.noun)
    problems = Problems()
    check_count(view_ids, MAX_PINNED, problems, "view_ids")
    visible = await visible_to(unit, found[0].user_id, view_ids)
    for index, view_id in enumerate(view_ids):
        if view_id not in visible:
            problems.add("not_found", "view_ids", index)
    problems.stop_if_any()
    pinned = [view_id.hex() for view_id in dict.fromkeys(view_ids)]
    return await writes.update(unit, MEMBERSHIPS, found[0], pinned_view_ids=pinned)
