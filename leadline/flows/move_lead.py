"""Moving leads to another stage: the rows, their transitions and what people see of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from leadline.features.leads.tables import LEADS, Lead
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.actions import record_lead_transition
from leadline.features.status_changes.actions import record_lead_change
from leadline.features.status_changes.inputs import StatusChangeDetails
from leadline.store.unit import Unit

_NEXT = timedelta(microseconds=1)


async def move_lead(
    unit: Unit, lead: Lead, stage: Stage, book: StageBook, *, at: datetime | None = None
) -> Lead:
    """Moves a locked lead into ``stage``; nothing happens when it is there already."""
    moved = await move_leads(unit, [lead], stage, book, at=at)
    return moved[0] if moved else lead


async def move_leads(
    unit: Unit, leads: list[Lead], stage: Stage, book: StageBook, *, at: datetime | None = None
) -> list[Lead]:
    """Moves locked leads into ``stage`` and returns those that were not there already."""
    elsewhere = [lead for lead in leads if lead.stage_id != stage.id]
    if not elsewhere:
        return []
    user_id = unit.scope.user_id
    # Not by ``change_row``: one statement for all of them, and whom their values name stays.
    await unit.execute(
        "UPDATE leads SET stage_id = %(stage_id)s, pipeline_id = %(pipeline_id)s, "
        "updated_at = %(now)s, updated_by = %(user_id)s "
        "WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s)",
        stage_id=stage.id,
        pipeline_id=stage.pipeline_id,
        user_id=user_id,
        ids=[lead.id for lead in elsewhere],
    )
    moved = []
    for lead in elsewhere:
        came_from = book.by_id.get(lead.stage_id)
        after = msgspec.structs.replace(
            lead,
            stage_id=stage.id,
            pipeline_id=stage.pipeline_id,
            updated_at=unit.now,
            updated_by=user_id,
        )
        labels = {
            "before": {"stage_name": came_from.name if came_from else None},
            "after": {"stage_name": stage.name},
        }
        unit.record("updated", LEADS, lead, after, lead_id=lead.id, labels=labels)
        # A request that has waited for its turn here began before the move that it waited for, and
        # its ids are older: it must not share that instant, or the two would be read in reverse.
        waited = lead.updated_at > unit.now
        moment = at or (lead.updated_at + _NEXT if waited else unit.now)
        transition = await record_lead_transition(unit, after, stage, came_from, at=moment)
        if came_from is not None:
            details = StatusChangeDetails(change_id=transition.id, happened_at=moment)
            await record_lead_change(unit, lead.id, came_from, stage, details)
        moved.append(after)
    return moved
