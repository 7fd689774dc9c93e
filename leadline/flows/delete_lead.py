"""Deleting a lead with everything on it, set by set, each object with its event.

Transitions stay: they are the history that reports count.
"""

from __future__ import annotations

from leadline.features.leads.actions import delete_row
from leadline.features.leads.tables import LEADS
from leadline.flows.lead_parts import LEAD_PARTS
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.unit import Unit


async def delete_lead(unit: Unit, lead_id: bytes) -> None:
    """Removes the lead and its contacts, opportunities, tasks, activities and conversations."""
    unit.scope.require(Right.LEAD_DELETE)
    lead = await rows.lock(unit, LEADS, lead_id)
    for part in reversed(LEAD_PARTS):
        if part.dies:
            table = part.table
            gone = await unit.fetch_all(
                table.row, table.delete_where(part.of_lead), lead_id=lead_id
            )
            for row in gone:
                unit.record("deleted", table, row, None, lead_id=lead_id)
    await delete_row(unit, lead)
