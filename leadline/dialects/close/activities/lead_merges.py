"""Merging leads in the Close dialect: ``/api/v1/lead/merge/``, and the activities that note it."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import msgspec

from leadline.dialects.close.activities.activities import list_activities
from leadline.dialects.close.protocol.resource import Resource, get_operation
from leadline.dialects.close.protocol.spelling import LeadId, spell_id, spell_id_or_null, spell_time
from leadline.features.lead_merges.tables import LEAD_MERGES, LeadMerge
from leadline.features.users.queries import names_of
from leadline.flows.merge_leads import merge_leads
from leadline.kernel.errors import Problems
from leadline.kernel.rights import Right
from leadline.wire.operation import Request, operation


class LeadMergeShape(TypedDict):
    """The activity stands on the destination; a merge is complete when it is answered."""

    _type: Literal["LeadMerge"]
    activity_at: str
    contact_id: None
    created_by: str | None
    created_by_name: str | None
    date_created: str
    date_updated: str
    destination_display_name: str
    destination_lead_id: str
    error_message: None
    id: str
    lead_id: str
    merge_status: Literal["completed"]
    organization_id: str
    source_display_name: str
    source_lead_id: str
    updated_by: str | None
    updated_by_name: str | None
    user_id: str | None
    user_name: str | None
    users: list[str]


class LeadMergeBody(msgspec.Struct, frozen=True, kw_only=True):
    """The source becomes part of the destination and is gone."""

    source: LeadId
    destination: LeadId


async def show(request: Request[Any], found: list[LeadMerge]) -> list[LeadMergeShape]:
    people = {user_id for row in found for user_id in (row.created_by, row.updated_by, row.user_id)}
    names = await names_of(request.unit, people)
    return [
        {
            "_type": "LeadMerge",
            "activity_at": spell_time(row.happened_at),
            "contact_id": None,
            "created_by": spell_id_or_null("user", row.created_by),
            "created_by_name": names.get(row.created_by),
            "date_created": spell_time(row.created_at),
            "date_updated": spell_time(row.updated_at),
            "destination_display_name": row.destination_name,
            "destination_lead_id": spell_id("lead", row.destination_lead_id),
            "error_message": None,
            "id": spell_id("acti", row.id),
            "lead_id": spell_id("lead", row.lead_id),
            "merge_status": "completed",
            "organization_id": spell_id("orga", row.organization_id),
            "source_display_name": row.source_name,
            "source_lead_id": spell_id("lead", row.source_lead_id),
            "updated_by": spell_id_or_null("user", row.updated_by),
            "updated_by_name": names.get(row.updated_by),
            "user_id": spell_id_or_null("user", row.user_id),
            "user_name": names.get(row.user_id),
            "users": [],
        }
        for row in found
    ]


async def merge_lead(request: Request[LeadMergeBody]) -> dict[str, Any]:
    body = request.body
    await merge_leads(request.unit, body.source, body.destination, Problems())
    return {}


RESOURCE = Resource(
    noun="lead_merge",
    tag="Lead merges",
    path="/api/v1/activity/lead_merge/",
    prefix="acti",
    table=LEAD_MERGES,
    shape=LeadMergeShape,
    show=show,
    read=Right.LEAD_READ,
    write=Right.LEAD_MERGE,
)

OPERATIONS = (
    operation(
        name="lead.merge",
        method="POST",
        path="/api/v1/lead/merge/",
        summary="Merge two leads",
        right=Right.LEAD_MERGE,
        run=merge_lead,
        tag="Leads",
        body=LeadMergeBody,
        names={"source_id": "source", "destination_id": "destination"},
    ),
    list_activities(RESOURCE, "LeadMerge"),
    get_operation(RESOURCE),
)
