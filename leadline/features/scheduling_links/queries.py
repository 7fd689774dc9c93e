"""Reads of scheduling links. Everybody sees their own."""

from __future__ import annotations

from leadline.features.scheduling_links.tables import SCHEDULING_LINKS, SchedulingLink
from leadline.kernel.errors import NotFoundError
from leadline.store import rows
from leadline.store.unit import Unit


async def page_of_own(unit: Unit, *, limit: int, skip: int) -> list[SchedulingLink]:
    """A page of the caller's links, oldest first."""
    return await rows.select(
        unit,
        SCHEDULING_LINKS,
        "AND user_id = %(user_id)s ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        user_id=unit.scope.user_id,
        limit=limit,
        skip=skip,
    )


async def get_own(unit: Unit, link_id: bytes) -> SchedulingLink:
    """A link of the caller; those of others are not there."""
    return _own(unit, await rows.get(unit, SCHEDULING_LINKS, link_id))


async def lock_own(unit: Unit, link_id: bytes) -> SchedulingLink:
    """Like ``get_own``, locked until the transaction ends."""
    return _own(unit, await rows.lock(unit, SCHEDULING_LINKS, link_id))


async def lock_by_source(unit: Unit, source_id: str) -> SchedulingLink | None:
    """The link that the calling app has made for the caller under that id."""
    # One at a time, or two at once would both find none.
    await unit.execute(
        "SELECT 1 FROM memberships WHERE organization_id = %(organization_id)s "
        "AND user_id = %(user_id)s FOR NO KEY UPDATE",
        user_id=unit.scope.user_id,
    )
    found = await rows.select(
        unit,
        SCHEDULING_LINKS,
        "AND user_id = %(user_id)s AND oauth_app_id = %(oauth_app_id)s "
        "AND source_id = %(source_id)s FOR UPDATE",
        user_id=unit.scope.user_id,
        oauth_app_id=unit.scope.oauth_app_id,
        source_id=source_id,
    )
    return found[0] if found else None


def _own(unit: Unit, row: SchedulingLink) -> SchedulingLink:
    if row.user_id != unit.scope.user_id:
        raise NotFoundError(SCHEDULING_LINKS.noun)
    return row
