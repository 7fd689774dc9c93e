"""Moving opportunities to another stage: the rows, transitions and what people see of them."""

from __future__ import annotations

from leadline.features.leads.tables import LEADS, Lead
from leadline.features.opportunities.actions import changes_on_entering, stage_labels
from leadline.features.opportunities.tables import OPPORTUNITIES, Opportunity
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.actions import record_opportunity_transition
from leadline.features.status_changes.actions import record_opportunity_change
from leadline.features.status_changes.inputs import StatusChangeDetails
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def move_opportunities(
    unit: Unit, opportunities: list[Opportunity], stage: Stage, book: StageBook
) -> None:
    """Moves locked opportunities into ``stage``. What is won is won today, in UTC."""
    leads = await rows.select_ids(unit, LEADS, [each.lead_id for each in opportunities])
    for before in opportunities:
        old = book.by_id[before.stage_id]
        after = await writes.update(
            unit,
            OPPORTUNITIES,
            before,
            labels={"before": stage_labels(old), "after": stage_labels(stage)},
            **changes_on_entering(before, old, stage, at=unit.now, today=unit.now.date()),
        )
        await record_move(unit, leads[before.lead_id], before, after, book)


async def record_move(
    unit: Unit, lead: Lead, before: Opportunity, after: Opportunity, book: StageBook
) -> None:
    """Notes that an opportunity has moved, for reports and for people."""
    old, new = book.by_id[before.stage_id], book.by_id[after.stage_id]
    # A request that has waited for its turn here began before the move that it waited for.
    moment = max(unit.now, before.updated_at)
    transition = await record_opportunity_transition(unit, lead, after.id, new, old, at=moment)
    details = StatusChangeDetails(change_id=transition.id, happened_at=moment)
    await record_opportunity_change(unit, after, old, new, details, book=book)
