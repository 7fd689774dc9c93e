"""The event log: positions without gaps.

Rows are written by the unit of work. A sequence alone is no cursor: transactions commit out of
order, so a reader that remembers the last number would skip late ones. Here the worker gives
dense positions per organization, only to events that no running transaction can precede.
"""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

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
