"""Reads of playbooks."""

from __future__ import annotations

from datetime import datetime

from leadline.features.playbooks.tables import PLAYBOOKS, Playbook
from leadline.store import rows
from leadline.store.unit import Unit


async def page_of_playbooks(
    unit: Unit,
    *,
    is_archived: bool | None,
    after_position: int | None,
    made_before: datetime | None,
    limit: int,
    skip: int,
) -> list[Playbook]:
    """A page by position, archived ones last. None does not filter."""
    return await rows.select(
        unit,
        PLAYBOOKS,
        "AND (%(is_archived)s::boolean IS NULL OR (archived_at IS NOT NULL) = %(is_archived)s) "
        "AND (%(after)s::bigint IS NULL OR position > %(after)s) "
        "AND (%(before)s::timestamptz IS NULL OR created_at < %(before)s) "
        "ORDER BY position NULLS LAST, id LIMIT %(limit)s OFFSET %(skip)s",
        is_archived=is_archived,
        after=after_position,
        before=made_before,
        limit=limit,
        skip=skip,
    )


async def next_position(unit: Unit) -> int:
    """The place behind all playbooks that have one. Others wait for theirs until the commit."""
    await unit.execute(
        "SELECT id FROM playbooks WHERE organization_id = %(organization_id)s "
        "AND position IS NOT NULL ORDER BY id FOR NO KEY UPDATE"
    )
    found: int = await unit.fetch_value(
        "SELECT coalesce(max(position) + 1, 0) FROM playbooks "
        "WHERE organization_id = %(organization_id)s"
    )
    return found
