"""Reads of opportunities."""

from __future__ import annotations

from leadline.features.opportunities.tables import OPPORTUNITIES, Opportunity
from leadline.store import rows
from leadline.store.unit import Unit


async def opportunities_of_leads(
    unit: Unit, lead_ids: list[bytes]
) -> dict[bytes, list[Opportunity]]:
    """The opportunities of each lead, oldest first; fetched at once."""
    found: dict[bytes, list[Opportunity]] = {lead_id: [] for lead_id in lead_ids}
    if not lead_ids:
        return found
    for row in await rows.select(
        unit, OPPORTUNITIES, "AND lead_id = ANY(%(lead_ids)s) ORDER BY id", lead_ids=lead_ids
    ):
        found[row.lead_id].append(row)
    return found
