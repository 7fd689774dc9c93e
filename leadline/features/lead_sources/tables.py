"""The table of lead source configurations."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from leadline.store.tables import Table


class LeadSource(msgspec.Struct, frozen=True, gc=False):
    """Belongs to one user, who owns the leads that it takes in.

    New leads enter ``initial_stage_id``. An opportunity, if one is made, enters
    ``application_pipeline_stage_id``, or else ``application_status_id``. ``stages_by_id`` lists
    the stage fields that were given as an id; the others were given by name.
    """

    organization_id: bytes
    id: bytes
    user_id: bytes
    configuration_name: str
    name: str | None
    description: str | None
    source: str
    inbound_email: str | None
    initial_stage_id: bytes
    default_process_id: bytes
    is_autopilot: bool
    allow_recontact: bool
    starter_message: str | None
    cost_per_lead: Decimal
    status: Literal["active", "inactive"]
    pipeline_id: bytes | None
    pipeline_stage_id: bytes | None
    create_application: bool
    application_name: str | None
    application_status_id: bytes | None
    application_pipeline_id: bytes | None
    application_pipeline_stage_id: bytes | None
    forward_to_outreach: bool
    use_workflow_only: bool
    stages_by_id: list[str]
    created_at: datetime
    updated_at: datetime


LEAD_SOURCES = Table("lead_sources", "lead_source", LeadSource, json=("stages_by_id",))

# Where a configuration names a stage.
STAGE_COLUMNS = (
    "initial_stage_id",
    "pipeline_stage_id",
    "application_status_id",
    "application_pipeline_stage_id",
)
