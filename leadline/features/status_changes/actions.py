"""Noting and removing status changes. Neither moves anything, nor does any report count them."""

from __future__ import annotations

from typing import Any

from leadline.features.opportunities.tables import Opportunity
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.features.status_changes.inputs import StatusChangeDetails
from leadline.features.status_changes.tables import (
    LEAD_STATUS_CHANGES,
    OPPORTUNITY_STATUS_CHANGES,
    LeadStatusChange,
    OpportunityStatusChange,
)
from leadline.kernel.rights import Right
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def record_lead_change(
    unit: Unit, lead_id: bytes, old: Stage, new: Stage, details: StatusChangeDetails
) -> LeadStatusChange:
    """Notes that a lead went from the stage ``old`` to ``new``."""
    row = LeadStatusChange(
        lead_id=lead_id,
        old_stage_id=old.id,
        old_stage_name=old.name,
        new_stage_id=new.id,
        new_stage_name=new.name,
        **_columns(unit, details),
    )
    return await writes.insert(unit, LEAD_STATUS_CHANGES, row)


async def record_opportunity_change(
    unit: Unit,
    opportunity: Opportunity,
    old: Stage,
    new: Stage,
    details: StatusChangeDetails,
    *,
    book: StageBook,
) -> OpportunityStatusChange:
    """Notes that an opportunity, which is as it is afterwards, went from ``old`` to ``new``."""
    row = OpportunityStatusChange(
        lead_id=opportunity.lead_id,
        opportunity_id=opportunity.id,
        old_pipeline_id=old.pipeline_id,
        old_pipeline_name=book.pipelines[old.pipeline_id].name,
        old_stage_id=old.id,
        old_stage_name=old.name,
        old_stage_type=old.type,
        new_pipeline_id=new.pipeline_id,
        new_pipeline_name=book.pipelines[new.pipeline_id].name,
        new_stage_id=new.id,
        new_stage_name=new.name,
        new_stage_type=new.type,
        value_minor=opportunity.value_minor,
        value_period=opportunity.value_period,
        confidence=opportunity.confidence,
        won_on=opportunity.won_on,
        **_columns(unit, details),
    )
    return await writes.insert(unit, OPPORTUNITY_STATUS_CHANGES, row)


async def delete_lead_change(unit: Unit, change_id: bytes) -> None:
    """Removes the entry of a lead's status change; the lead stays where it is."""
    row = await rows.lock(unit, LEAD_STATUS_CHANGES, change_id)
    unit.scope.require_over(row.user_id, Right.ACTIVITY_MANAGE_OTHERS, Right.ACTIVITY_DELETE_OWN)
    await writes.delete(unit, LEAD_STATUS_CHANGES, row)


async def delete_opportunity_change(unit: Unit, change_id: bytes) -> None:
    """Removes the entry of an opportunity's status change; the opportunity stays where it is."""
    row = await rows.lock(unit, OPPORTUNITY_STATUS_CHANGES, change_id)
    unit.scope.require_over(row.user_id, Right.ACTIVITY_MANAGE_OTHERS, Right.ACTIVITY_DELETE_OWN)
    await writes.delete(unit, OPPORTUNITY_STATUS_CHANGES, row)


def _columns(unit: Unit, given: StatusChangeDetails) -> dict[str, Any]:
    user_id = unit.scope.user_id
    created_at = given.created_at or given.happened_at or unit.now
    created_by = given.created_by or user_id
    return {
        "organization_id": unit.organization_id,
        "id": given.change_id or unit.new_id(),
        "user_id": given.user_id or user_id,
        "happened_at": given.happened_at or created_at,
        "created_at": created_at,
        "updated_at": created_at,
        "created_by": created_by,
        "updated_by": created_by,
    }
