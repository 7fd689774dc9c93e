"""How often a form was filled in lately."""

from __future__ import annotations

from datetime import datetime

from leadline.store.unit import Unit


async def oldest_of_latest(unit: Unit, form_id: bytes, count: int) -> datetime | None:
    """When the oldest of the latest ``count`` submissions of a form came; None if it had fewer."""
    found: datetime | None = await unit.fetch_value(
        "SELECT created_at FROM form_submissions "
        "WHERE organization_id = %(organization_id)s AND form_id = %(form_id)s "
        "ORDER BY created_at DESC OFFSET %(before)s LIMIT 1",
        form_id=form_id,
        before=count - 1,
    )
    return found
