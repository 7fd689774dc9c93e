"""Moving leads to another stage: the row and its transition, in one transaction."""

from __future__ import annotations

from datetime import datetime

from leadline.features.leads.tables import LEADS, Lead
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.actions import record_lead_transition
from leadline.store import writes
from leadline.store.unit import Unit


async def move_lead(
    unit: Unit, lead: Lead, stage: Stage, book: StageBook, *, at: datetime | None = None
) -> Lead:
    """Moves a locked lead into ``stage``; nothing happens when it is there already."""
    if lead.stage_id == stage.id:
        return lead
    came_from = book.by_id.get(lead.stage_id)
    moved = await writes.update(
        unit,
        LEADS,
        lead,
        of_lead=lead.id,
        labels={
            "before": {"stage_name": came_from.name if came_from else None},
            "after": {"stage_name": stage.name},
        },
        stage_id=stage.id,
        pipeline_id=stage.pipeline_id,
    )
    await record_lead_transition(unit, moved, stage, came_from, at=at)
    return moved
