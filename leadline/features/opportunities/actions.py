"""Changes that concern an opportunity alone."""

from __future__ import annotations

from leadline.features.custom_fields.tables import CustomValues
from leadline.features.opportunities.tables import OPPORTUNITIES, Opportunity
from leadline.features.pipelines.tables import Stage
from leadline.store import writes
from leadline.store.unit import Unit


async def insert_opportunity(
    unit: Unit,
    lead_id: bytes,
    stage: Stage,
    *,
    contact_id: bytes | None,
    name: str | None,
    user_id: bytes | None,
    custom: CustomValues,
) -> Opportunity:
    """Adds the row of an opportunity. Its transition is the flow's concern."""
    row = Opportunity(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        lead_id=lead_id,
        contact_id=contact_id,
        name=name,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        user_id=user_id,
        note="",
        value_minor=None,
        value_period="one_time",
        confidence={"won": 100, "lost": 0}.get(stage.type, 50),
        won_on=unit.now.date() if stage.type == "won" else None,
        lost_at=unit.now if stage.type == "lost" else None,
        custom=custom,
        created_at=unit.now,
        updated_at=unit.now,
        created_by=unit.scope.user_id or None,
        updated_by=unit.scope.user_id or None,
    )
    labels = {"after": {"stage_name": stage.name}}
    return await writes.insert(unit, OPPORTUNITIES, row, labels=labels)
