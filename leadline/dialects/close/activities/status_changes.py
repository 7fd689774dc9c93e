"""Status changes in the Close dialect: ``/api/v1/activity/status_change/``, of both kinds.

They are activities of a lead: made when something moves, and added or removed by hand without
moving anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

import msgspec

from leadline.dialects.close.activities.activities import list_activities
from leadline.dialects.close.leads.opportunity_shapes import format_value
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
)
from leadline.dialects.close.protocol.spelling import (
    LeadId,
    OpportunityId,
    StatusId,
    UserId,
    spell_id,
    spell_id_or_null,
    spell_time,
)
from leadline.features.leads.tables import LEADS
from leadline.features.opportunities.tables import OPPORTUNITIES, Opportunity
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.features.pipelines.tables import Kind, Stage
from leadline.features.status_changes.actions import (
    delete_lead_change,
    delete_opportunity_change,
    record_lead_change,
    record_opportunity_change,
)
from leadline.features.status_changes.inputs import StatusChangeDetails
from leadline.features.status_changes.tables import (
    LEAD_STATUS_CHANGES,
    OPPORTUNITY_STATUS_CHANGES,
    LeadStatusChange,
    OpportunityStatusChange,
)
from leadline.features.users.queries import check_members, names_of
from leadline.kernel.errors import Path, Problems
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.instants import Instant
from leadline.wire.operation import Request


class StatusChangeShape(TypedDict):
    activity_at: str
    contact_id: None
    created_by: str | None
    created_by_name: str | None
    date_created: str
    date_updated: str
    id: str
    lead_id: str
    new_status_id: str
    new_status_label: str
    old_status_id: str
    old_status_label: str
    organization_id: str
    updated_by: str | None
    updated_by_name: str | None
    user_id: str | None
    user_name: str | None
    users: list[str]


class LeadStatusChangeShape(StatusChangeShape):
    _paused_subscriptions: list[Any]
    _type: Literal["LeadStatusChange"]


class OpportunityStatusChangeShape(StatusChangeShape):
    """Statuses, pipelines and what the opportunity was worth are as they were then."""

    _type: Literal["OpportunityStatusChange"]
    new_pipeline_id: str
    new_pipeline_name: str
    new_status_type: str
    old_pipeline_id: str
    old_pipeline_name: str
    old_status_type: str
    opportunity_confidence: int
    opportunity_date_won: str | None
    opportunity_id: str
    opportunity_value: int | None
    opportunity_value_currency: str
    opportunity_value_formatted: str | None
    opportunity_value_period: str


class LeadStatusChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """An entry for what has happened. The lead itself stays where it is."""

    lead_id: LeadId
    old_status_id: StatusId
    new_status_id: StatusId
    user_id: UserId | None = None
    date_created: Instant | None = None
    activity_at: Instant | None = None
    created_by: UserId | None = None


class OpportunityStatusChangeBody(LeadStatusChangeBody, frozen=True, kw_only=True):
    """An entry for what has happened. The opportunity itself stays where it is."""

    opportunity_id: OpportunityId


# On the way out.


def _spell(
    row: LeadStatusChange | OpportunityStatusChange, names: Mapping[bytes | None, str]
) -> StatusChangeShape:
    return {
        "activity_at": spell_time(row.happened_at),
        "contact_id": None,
        "created_by": spell_id_or_null("user", row.created_by),
        "created_by_name": names.get(row.created_by),
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "id": spell_id("acti", row.id),
        "lead_id": spell_id("lead", row.lead_id),
        "new_status_id": spell_id("stat", row.new_stage_id),
        "new_status_label": row.new_stage_name,
        "old_status_id": spell_id("stat", row.old_stage_id),
        "old_status_label": row.old_stage_name,
        "organization_id": spell_id("orga", row.organization_id),
        "updated_by": spell_id_or_null("user", row.updated_by),
        "updated_by_name": names.get(row.updated_by),
        "user_id": spell_id_or_null("user", row.user_id),
        "user_name": names.get(row.user_id),
        "users": [],
    }


def spell_lead_change(
    row: LeadStatusChange, names: Mapping[bytes | None, str]
) -> LeadStatusChangeShape:
    """``names`` are those of users by id."""
    return {"_paused_subscriptions": [], "_type": "LeadStatusChange", **_spell(row, names)}


def spell_opportunity_change(
    row: OpportunityStatusChange, names: Mapping[bytes | None, str], currency: str
) -> OpportunityStatusChangeShape:
    """``names`` are those of users by id."""
    won = None if row.won_on is None else f"{row.won_on.isoformat()}T00:00:00+00:00"
    # Nothing to show for an opportunity that is worth nothing.
    value = format_value(row.value_minor or None, row.value_period, currency)
    return {
        "_type": "OpportunityStatusChange",
        **_spell(row, names),
        "new_pipeline_id": spell_id("pipe", row.new_pipeline_id),
        "new_pipeline_name": row.new_pipeline_name,
        "new_status_type": row.new_stage_type,
        "old_pipeline_id": spell_id("pipe", row.old_pipeline_id),
        "old_pipeline_name": row.old_pipeline_name,
        "old_status_type": row.old_stage_type,
        "opportunity_confidence": row.confidence,
        "opportunity_date_won": won,
        "opportunity_id": spell_id("oppo", row.opportunity_id),
        "opportunity_value": row.value_minor,
        "opportunity_value_currency": currency,
        "opportunity_value_formatted": value,
        "opportunity_value_period": row.value_period,
    }


async def _names(
    unit: Unit, found: list[LeadStatusChange] | list[OpportunityStatusChange]
) -> dict[bytes | None, str]:
    people = {user_id for row in found for user_id in (row.created_by, row.updated_by, row.user_id)}
    return await names_of(unit, people)


async def show_lead_changes(
    request: Request[Any], found: list[LeadStatusChange]
) -> list[LeadStatusChangeShape]:
    names = await _names(request.unit, found)
    return [spell_lead_change(row, names) for row in found]


async def show_opportunity_changes(
    request: Request[Any], found: list[OpportunityStatusChange]
) -> list[OpportunityStatusChangeShape]:
    names = await _names(request.unit, found)
    return [spell_opportunity_change(row, names, request.scope.currency) for row in found]


# On the way in.


async def _details(
    unit: Unit, body: LeadStatusChangeBody, problems: Problems
) -> StatusChangeDetails:
    people: dict[Path, bytes | None] = {
        ("user_id",): body.user_id,
        ("created_by",): body.created_by,
    }
    await check_members(unit, people, problems)
    return StatusChangeDetails(
        user_id=body.user_id,
        happened_at=body.activity_at,
        created_at=body.date_created,
        created_by=body.created_by,
    )


async def _stages(
    unit: Unit, kind: Kind, body: LeadStatusChangeBody, problems: Problems
) -> tuple[StageBook, list[Stage]]:
    """The stages before and after; history may name one that is in use no more."""
    book = await stage_book(unit, kind)
    found = []
    for name in ("old_status_id", "new_status_id"):
        stage = book.by_id.get(getattr(body, name))
        if stage is None:
            problems.add("not_found", name)
        else:
            found.append(stage)
    return book, found


# The operations.


async def create_lead_status_change(
    request: Request[LeadStatusChangeBody],
) -> LeadStatusChangeShape:
    unit, body = request.unit, request.body
    problems = Problems()
    if await rows.find(unit, LEADS, body.lead_id) is None:
        problems.add("not_found", "lead_id")
    _, stages = await _stages(unit, "lead", body, problems)
    details = await _details(unit, body, problems)
    problems.stop_if_any()
    row = await record_lead_change(unit, body.lead_id, stages[0], stages[1], details)
    return await LEAD_RESOURCE.show_one(request, row)


async def create_opportunity_status_change(
    request: Request[OpportunityStatusChangeBody],
) -> OpportunityStatusChangeShape:
    unit, body = request.unit, request.body
    problems = Problems()
    opportunity = await _opportunity(unit, body, problems)
    book, stages = await _stages(unit, "opportunity", body, problems)
    details = await _details(unit, body, problems)
    problems.stop_if_any()
    assert opportunity is not None  # noqa: S101 - a missing one is a problem
    row = await record_opportunity_change(
        unit, opportunity, stages[0], stages[1], details, book=book
    )
    return await OPPORTUNITY_RESOURCE.show_one(request, row)


async def _opportunity(
    unit: Unit, body: OpportunityStatusChangeBody, problems: Problems
) -> Opportunity | None:
    """The opportunity, which must be on the lead."""
    opportunity = await rows.find(unit, OPPORTUNITIES, body.opportunity_id)
    if await rows.find(unit, LEADS, body.lead_id) is None:
        problems.add("not_found", "lead_id")
    if opportunity is None:
        problems.add("not_found", "opportunity_id")
    elif opportunity.lead_id != body.lead_id:
        words = "The opportunity is on another lead."
        problems.add("conflict", "opportunity_id", text=words)
    return opportunity


LEAD_RESOURCE = Resource(
    noun="lead_status_change",
    tag="Lead status changes",
    path="/api/v1/activity/status_change/lead/",
    prefix="acti",
    table=LEAD_STATUS_CHANGES,
    shape=LeadStatusChangeShape,
    show=show_lead_changes,
    read=Right.LEAD_READ,
    write=Right.LEAD_WRITE,
)
OPPORTUNITY_RESOURCE = Resource(
    noun="opportunity_status_change",
    tag="Opportunity status changes",
    path="/api/v1/activity/status_change/opportunity/",
    prefix="acti",
    table=OPPORTUNITY_STATUS_CHANGES,
    shape=OpportunityStatusChangeShape,
    show=show_opportunity_changes,
    read=Right.OPPORTUNITY_READ,
    write=Right.OPPORTUNITY_WRITE,
)

OPERATIONS = (
    list_activities(LEAD_RESOURCE, "LeadStatusChange"),
    create_operation(LEAD_RESOURCE, create_lead_status_change, body=LeadStatusChangeBody),
    get_operation(LEAD_RESOURCE),
    delete_operation(LEAD_RESOURCE, action=delete_lead_change),
    list_activities(OPPORTUNITY_RESOURCE, "OpportunityStatusChange"),
    create_operation(
        OPPORTUNITY_RESOURCE, create_opportunity_status_change, body=OpportunityStatusChangeBody
    ),
    get_operation(OPPORTUNITY_RESOURCE),
    delete_operation(OPPORTUNITY_RESOURCE, action=delete_opportunity_change),
)
