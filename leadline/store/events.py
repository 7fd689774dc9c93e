"""The event log: positions without gaps, and reading from a position on.

Rows are written by the unit of work. A sequence alone is no cursor: transactions commit out of
order, so a reader that remembers the last number would skip late ones. Here the worker gives
dense positions per organization, only to events that no running transaction can precede.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from leadline.store.unit import Unit

_NUMBER = b"""
WITH ready AS (
    SELECT organization_id, id,
           row_number() OVER (PARTITION BY organization_id ORDER BY sequence) AS place
    FROM (
        SELECT organization_id, id, sequence FROM events
        WHERE position IS NULL AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY sequence LIMIT %(limit)s
    ) oldest
), last AS (
    SELECT organization_id, (
        SELECT max(position) FROM events known
        WHERE known.organization_id = named.organization_id
    ) AS position
    FROM (SELECT DISTINCT organization_id FROM ready) named
)
UPDATE events SET position = coalesce(last.position, 0) + ready.place
FROM ready JOIN last USING (organization_id)
WHERE events.organization_id = ready.organization_id AND events.id = ready.id
"""
_LOCK_KEY = 0x1EAD0E7E


class Event(msgspec.Struct, frozen=True):
    """One change of one object. ``before`` and ``after`` are rows, ``labels`` names for ids."""

    id: bytes
    position: int | None
    occurred_at: datetime
    noun: str
    action: str
    object_id: bytes
    lead_id: bytes | None
    user_id: bytes | None
    api_key_id: bytes | None
    request_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    labels: dict[str, Any] | None


async def number_events(connection: AsyncConnection[Any], limit: int = 5000) -> int:
    """Gives positions to what is safe to number, oldest first; returns how many it numbered.

    One numberer works at a time; a second one returns 0 at once.
    """
    async with connection.transaction():
        cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK_KEY,))
        row = await cursor.fetchone()
        if row is None or not row[0]:
            return 0
        return (await connection.execute(_NUMBER, {"limit": limit})).rowcount


async def events_after(unit: Unit, position: int, limit: int) -> list[Event]:
    """The next events of the organization, in order, after a position (0 is the beginning)."""
    return await unit.fetch_all(
        Event,
        "SELECT id, position, occurred_at, noun, action, object_id, lead_id, user_id, api_key_id, "
        "request_id, before, after, labels FROM events "
        "WHERE organization_id = %(organization_id)s AND position > %(position)s "
        "ORDER BY position LIMIT %(limit)s",
        position=position,
        limit=limit,
    )


async def events_of(unit: Unit, object_id: bytes) -> list[Event]:
    """Everything that ever happened to one object, oldest first, numbered or not."""
    return await unit.fetch_all(
        Event,
        "SELECT id, position, occurred_at, noun, action, object_id, lead_id, user_id, api_key_id, "
        "request_id, before, after, labels FROM events "
        "WHERE organization_id = %(organization_id)s AND object_id = %(object_id)s "
        "ORDER BY sequence",
        object_id=object_id,
    )
