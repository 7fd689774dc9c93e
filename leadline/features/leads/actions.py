"""Changes that concern a lead alone. Moving, creating and deleting one are flows."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from leadline.features.custom_fields.actions import merged
from leadline.features.leads.inputs import LeadChange, NewLead
from leadline.features.leads.tables import LEADS, Lead
from leadline.features.pipelines.tables import Stage
from leadline.store import writes
from leadline.store.unit import Unit


async def insert_lead(unit: Unit, new: NewLead, stage: Stage) -> Lead:
    """Adds the row of a lead. Its contact and transition are the flow's concern."""
    created_by = new.created_by or unit.scope.user_id or None
    row = Lead(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        name=new.name,
        description=new.description,
        url=new.url,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        source=new.source,
        configuration_id=new.configuration_id,
        owner_id=new.owner_id or unit.scope.user_id or None,
        addresses=new.addresses,
        custom=new.custom,
        external_id=new.external_id,
        created_at=new.created_at or unit.now,
        updated_at=unit.now,
        created_by=created_by,
        updated_by=created_by,
    )
    labels = {"after": {"stage_name": stage.name}}
    return await writes.insert(unit, LEADS, row, of_lead=row.id, labels=labels)


async def update_lead(unit: Unit, before: Lead, change: LeadChange) -> Lead:
    """Changes what is given; ``before`` must be locked."""
    changes: dict[str, Any] = {
        name: getattr(change, name)
        for name in ("name", "description", "url", "source", "owner_id", "addresses")
        if getattr(change, name) is not UNSET
    }
    if change.custom:
        changes["custom"] = merged(before.custom, change.custom)
    return await writes.update(unit, LEADS, before, of_lead=before.id, **changes)
