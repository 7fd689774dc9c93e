"""Reads of playbooks."""

from __future__ import annotations

import msgspec

from leadline.features.playbooks.tables import PLAYBOOKS, Playbook
from leadline.store.conditions import Condition, TimeBounds, matching
from leadline.store.unit import Unit


class PlaybookFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is None does not matter."""

    is_archived: bool | None = None
    after_position: int | None = None
    created: TimeBounds = TimeBounds()


async def page_of_playbooks(
    unit: Unit, wanted: PlaybookFilter, limit: int, skip: int
) -> list[Playbook]:
    """A page by position, archived ones last."""
    where = matching(wanted, {"is_archived": "(archived_at IS NOT NULL)", "created": "created_at"})
    if wanted.after_position is not None:
        where &= Condition(
            b"position > %(after_position)s", {"after_position": wanted.after_position}
        )
    return await unit.fetch_all(
        Playbook,
        PLAYBOOKS.select
        + b"WHERE organization_id = %(organization_id)s AND "
        + where.sql
        + b" ORDER BY position NULLS LAST, id LIMIT %(limit)s OFFSET %(skip)s",
        limit=limit,
        skip=skip,
        **where.parameters,
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
