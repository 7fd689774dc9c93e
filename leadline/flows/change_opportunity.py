"""Changing an opportunity, its stage among the rest."""

from __future__ import annotations

from datetime import date

from msgspec import UNSET

from leadline.features.contacts.queries import check_on_lead
from leadline.features.leads.tables import LEADS
from leadline.features.opportunities.actions import update_opportunity
from leadline.features.opportunities.inputs import OpportunityChange
from leadline.features.opportunities.tables import Opportunity
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.flows.move_opportunity import record_move
from leadline.kernel.errors import Problems
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.unit import Unit


async def change_opportunity(
    unit: Unit,
    before: Opportunity,
    change: OpportunityChange,
    problems: Problems,
    *,
    stage: Stage | None,
    book: StageBook,
    today: date,
) -> Opportunity:
    """Changes a locked opportunity; ``stage`` None stays. Raises all ``problems``."""
    unit.scope.require_over(before.user_id, Right.OPPORTUNITY_MANAGE_OTHERS)
    # The contact so far may be gone since.
    if change.contact_id is not UNSET and change.contact_id != before.contact_id:
        await check_on_lead(unit, change.contact_id, before.lead_id, problems)
    problems.stop_if_any()
    old = book.by_id[before.stage_id]
    after = await update_opportunity(unit, before, change, old, stage or old, today=today)
    if after.stage_id != before.stage_id:
        lead = await rows.get(unit, LEADS, after.lead_id)
        await record_move(unit, lead, before, after, book)
    return after
