"""The latest calls of leads and contacts, which show them when ``_fields`` asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from leadline.dialects.close.protocol import spelling
from leadline.features.calls.queries import recent_calls
from leadline.wire.operation import Request


class RecentCallShape(TypedDict):
    dialer_id: None
    duration: int
    finish_timestamp: str
    id: str
    status: str


async def add_recent_calls(
    request: Request[Any],
    owner: Literal["contact_id", "lead_id"],
    ids: list[bytes],
    shapes: Sequence[Any],
) -> None:
    """Puts ``recent_calls`` into the shapes of these contacts or leads, if it is wanted.

    They cost a statement of their own, so nobody pays for them who does not ask.
    """
    if not spelling.is_asked_for(request.query, "recent_calls"):
        return
    found = await recent_calls(request.unit, owner, ids)
    for each, shape in zip(ids, shapes, strict=True):
        calls: list[RecentCallShape] = [
            {
                "dialer_id": None,
                "duration": call.duration_s,
                "finish_timestamp": spelling.spell_time(call.ended_at),
                "id": spelling.spell_id("acti", call.id),
                "status": call.status,
            }
            for call in found[each]
        ]
        shape["recent_calls"] = calls
