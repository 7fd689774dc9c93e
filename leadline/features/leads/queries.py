"""Reads of leads."""

from __future__ import annotations

from leadline.features.leads.tables import LEADS, Lead
from leadline.store import rows
from leadline.store.unit import Unit


async def page_of_leads(unit: Unit, limit: int, skip: int) -> list[Lead]:
    """Some of the leads, oldest first."""
    return await rows.select(
        unit, LEADS, "ORDER BY id LIMIT %(limit)s OFFSET %(skip)s", limit=limit, skip=skip
    )


async def count_leads(unit: Unit) -> int:
    """How many leads the organization has."""
    count: int = await unit.fetch_value(
        "SELECT count(*) FROM leads WHERE organization_id = %(organization_id)s"
    )
    return count
