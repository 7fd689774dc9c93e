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

# Asked before the events are read, and by a statement of its own: where events are spread over
# several machines, each of them has transactions of its own.
_SETTLED = "SELECT pg_try_advisory_xact_lock(%s), pg_snapshot_xmin(pg_current_snapshot())::text"
_READY = """
SELECT organization_id, id FROM events
WHERE position IS NULL AND transaction_id < %(settled)s::xid8
ORDER BY sequence LIMIT %(limit)s
"""
_NUMBER = """
UPDATE events SET position = given.place + coalesce(
    (SELECT max(position) FROM events WHERE organization_id = %(organization_id)s), 0
)
FROM unnest(%(ids)s::bytea[]) WITH ORDINALITY AS given (id, place)
WHERE events.organization_id = %(organization_id)s AND events.id = given.id
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
        cursor = await connection.execute(_SETTLED, (_LOCK_KEY,))
        is_alone, settled = (await cursor.fetchall())[0]
        if not is_alone:
            return 0
        cursor = await connection.execute(_READY, {"settled": settled, "limit": limit})
        ready: dict[bytes, list[bytes]] = {}
        for organization_id, event_id in await cursor.fetchall():
            ready.setdefault(organization_id, []).append(event_id)
        async with connection.pipeline():
            for organization_id, ids in ready.items():
                parameters = {"organization_id": organization_id, "ids": ids}
                await connection.execute(_NUMBER, parameters)
        return sum(map(len, ready.values()))


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
