"""Reads of who may write in whose name. Everybody sees their own side only."""

from __future__ import annotations

from leadline.features.send_as.tables import SEND_AS, SendAs
from leadline.kernel.errors import NotFoundError
from leadline.store import rows
from leadline.store.unit import Unit


async def list_send_as(
    unit: Unit, allowing_user_id: bytes | None, allowed_user_id: bytes | None
) -> list[SendAs]:
    """All of one side, or of both, oldest first."""
    return await rows.select(
        unit,
        SEND_AS,
        "AND (%(allowing)s::bytea IS NULL OR allowing_user_id = %(allowing)s) "
        "AND (%(allowed)s::bytea IS NULL OR allowed_user_id = %(allowed)s) ORDER BY id",
        allowing=allowing_user_id,
        allowed=allowed_user_id,
    )


async def get_send_as(unit: Unit, send_as_id: bytes) -> SendAs:
    """One in which the caller has a part; others are not there."""
    row = await rows.get(unit, SEND_AS, send_as_id)
    if unit.scope.user_id not in (row.allowing_user_id, row.allowed_user_id):
        raise NotFoundError(SEND_AS.noun)
    return row
