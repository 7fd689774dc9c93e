"""Reads of leads."""

from __future__ import annotations

from leadline.features.leads.tables import LEADS, Lead
from leadline.store import rows
from leadline.store.unit import Unit

# The upper end lets the planner expect few, as there are: it cannot know the lower one, and for a
# range with one end it would expect a third of all and read the whole table. (Row security lets an
# index be used only for what cannot leak, which the planner does not believe of "coalesce".)
_COUNT = rb"""
WITH counted AS MATERIALIZED (
    SELECT up_to, count FROM lead_counts WHERE organization_id = %(organization_id)s
    UNION ALL SELECT '', 0
    ORDER BY up_to DESC LIMIT 1
)
SELECT count(*) + (SELECT count FROM counted) FROM leads
WHERE organization_id = %(organization_id)s AND id > (SELECT up_to FROM counted)
    AND id <= '\xffffffffffffffffffffffff'
"""
_COUNT_SEEN = b"SELECT count(*) FROM leads WHERE organization_id = %(organization_id)s"


async def page_of_leads(unit: Unit, limit: int, skip: int) -> list[Lead]:
    """Some of the leads, oldest first."""
    return await rows.select(
        unit, LEADS, "ORDER BY id LIMIT %(limit)s OFFSET %(skip)s", limit=limit, skip=skip
    )


async def count_leads(unit: Unit) -> int:
    """How many leads there are to see. Of many, the old ones have been counted before."""
    count: int = await unit.fetch_value(_COUNT if unit.visibility is None else _COUNT_SEEN)
    return count
