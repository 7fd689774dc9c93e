"""Reads of calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, LiteralString

import msgspec

from leadline.store.unit import Unit

RECENT = 5

# By whose calls they are. A lateral query reads no more of them than are shown.
_RECENT: dict[str, LiteralString] = {
    owner: "SELECT wanted.id, c.id, c.status, c.duration_s, c.happened_at "  # noqa: S608 - our own
    "FROM unnest(%(ids)s::bytea[]) AS wanted(id) CROSS JOIN LATERAL ("
    "SELECT id, status, duration_s, happened_at FROM calls "
    "WHERE organization_id = %(organization_id)s AND " + owner + " = wanted.id "
    "ORDER BY happened_at DESC, id DESC LIMIT %(limit)s) AS c "
    "ORDER BY c.happened_at DESC, c.id DESC"
    for owner in ("contact_id", "lead_id")
}


class RecentCall(msgspec.Struct, frozen=True, gc=False):
    """What is shown of a call beside those whom it was with."""

    owner_id: bytes
    id: bytes
    status: str
    duration_s: int
    happened_at: datetime

    @property
    def ended_at(self) -> datetime:
        return self.happened_at + timedelta(seconds=self.duration_s)


async def recent_calls(
    unit: Unit, owner: Literal["contact_id", "lead_id"], ids: list[bytes]
) -> dict[bytes, list[RecentCall]]:
    """The latest calls of each of these contacts or leads, the last first; fetched at once."""
    found: dict[bytes, list[RecentCall]] = {each: [] for each in ids}
    if ids:
        for call in await unit.fetch_all(RecentCall, _RECENT[owner], ids=ids, limit=RECENT):
            found[call.owner_id].append(call)
    return found
