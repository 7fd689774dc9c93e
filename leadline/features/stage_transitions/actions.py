"""Writing transitions. They are never changed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from leadline.features.leads.tables import Lead
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.tables import STAGE_TRANSITIONS, StageTransition
from leadline.store import writes
from leadline.store.unit import Unit


async def record_lead_transition(
    unit: Unit,
    lead: Lead,
    stage: Stage,
    came_from: Stage | None,
    *,
    is_intake: bool = False,
    cost: Decimal | None = None,
    at: datetime | None = None,
) -> StageTransition:
    """Notes that a lead has entered ``stage``, with what is true of the lead at this moment."""
    row = StageTransition(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        kind="lead",
        lead_id=lead.id,
        opportunity_id=None,
        pipeline_id=stage.pipeline_id,
        from_stage_id=None if came_from is None else came_from.id,
        from_stage_name=None if came_from is None else came_from.name,
        stage_id=stage.id,
        stage_name=stage.name,
        source=lead.source,
        configuration_id=lead.configuration_id,
        owner_id=lead.owner_id,
        is_intake=is_intake,
        cost=cost,
        actor_id=unit.scope.user_id or None,
        created_at=at or unit.now,
    )
    return await writes.insert(unit, STAGE_TRANSITIONS, row)


async def record_opportunity_transition(
    unit: Unit,
    lead: Lead,
    opportunity_id: bytes,
    stage: Stage,
    came_from: Stage | None,
) -> StageTransition:
    """Notes that an opportunity of ``lead`` has entered ``stage``."""
    row = StageTransition(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        kind="opportunity",
        lead_id=lead.id,
        opportunity_id=opportunity_id,
        pipeline_id=stage.pipeline_id,
        from_stage_id=None if came_from is None else came_from.id,
        from_stage_name=None if came_from is None else came_from.name,
        stage_id=stage.id,
        stage_name=stage.name,
        source=lead.source,
        configuration_id=lead.configuration_id,
        owner_id=lead.owner_id,
        is_intake=False,
        cost=None,
        actor_id=unit.scope.user_id or None,
        created_at=unit.now,
    )
    return await writes.insert(unit, STAGE_TRANSITIONS, row)
