"""The tables of status changes, of leads and of opportunities."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from leadline.store.tables import Table


class LeadStatusChange(msgspec.Struct, frozen=True, gc=False):
    """The statuses keep the names that they had. ``user_id`` is who changed it."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    user_id: bytes | None
    old_stage_id: bytes
    old_stage_name: str
    new_stage_id: bytes
    new_stage_name: str
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


class OpportunityStatusChange(msgspec.Struct, frozen=True, gc=False):
    """Like that of a lead, and with what the opportunity was worth when it had changed."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    opportunity_id: bytes
    user_id: bytes | None
    old_pipeline_id: bytes
    old_pipeline_name: str
    old_stage_id: bytes
    old_stage_name: str
    old_stage_type: str
    new_pipeline_id: bytes
    new_pipeline_name: str
    new_stage_id: bytes
    new_stage_name: str
    new_stage_type: str
    value_minor: int | None
    value_period: str
    confidence: int
    won_on: date | None
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


LEAD_STATUS_CHANGES = Table("lead_status_changes", "lead_status_change", LeadStatusChange)
OPPORTUNITY_STATUS_CHANGES = Table(
    "opportunity_status_changes", "opportunity_status_change", OpportunityStatusChange
)
