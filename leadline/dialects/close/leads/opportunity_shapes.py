"""An opportunity as Close shows it, by itself and embedded in its lead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import TypedDict

import msgspec

from leadline.dialects.close.leads.contacts import EmailShape, PhoneShape, Reach, reach_of
from leadline.dialects.close.protocol.comment_summaries import CommentSummaryShape
from leadline.dialects.close.protocol.custom_values import spell_custom
from leadline.dialects.close.protocol.money import format_money
from leadline.dialects.close.protocol.object_links import (
    Extras,
    Links,
    LinkShape,
    extras_for,
    links_on,
)
from leadline.dialects.close.protocol.spelling import (
    spell_day_or_null,
    spell_id,
    spell_id_or_null,
    spell_organization_id,
    spell_shared_id,
    spell_time,
    spell_time_or_null,
    spell_user_id,
)
from leadline.features.contacts.queries import contacts_around, name_leads
from leadline.features.contacts.tables import Contact
from leadline.features.leads.tables import LEADS
from leadline.features.opportunities.queries import STALLED_AFTER
from leadline.features.opportunities.tables import Attachment, Opportunity
from leadline.features.opportunities.value import annualized, expected
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Pipeline, Stage
from leadline.features.users.queries import names_of
from leadline.store import rows
from leadline.store.unit import Unit

# Signs that stand before an amount; other currencies go by their code.


class ValueShape(TypedDict):
    """What an opportunity is worth, in minor units and as people write it."""

    annualized_expected_value: int | None
    annualized_value: int | None
    expected_value: int | None
    value: int | None
    value_currency: str
    value_formatted: str | None
    value_period: str


class OpportunityShape(ValueShape):
    """Values of custom fields stand beside these, as ``custom.cf_..``."""

    attachments: list[Attachment]
    comment_summary: CommentSummaryShape | None
    confidence: int
    contact_id: str | None
    contact_name: str | None
    created_by: str | None
    created_by_name: str | None
    date_created: str
    date_lost: str | None
    date_updated: str
    date_won: str | None
    id: str
    integration_links: list[LinkShape]
    is_stalled: bool
    lead_id: str
    lead_name: str
    lead_primary_email: EmailShape | None
    lead_primary_phone: list[PhoneShape] | None
    note: str
    note_html: str | None
    organization_id: str
    pipeline_id: str
    pipeline_name: str
    stall_status: None
    status_display_name: str
    status_id: str
    status_label: str
    status_type: str
    suggested_action: None
    updated_by: str | None
    updated_by_name: str | None
    user_id: str | None
    user_name: str | None


class Related(msgspec.Struct, frozen=True):
    """What opportunities are shown with: names by the ids of leads, contacts and users, and the
    contacts of their leads."""

    book: StageBook
    lead_names: Mapping[bytes, str]
    contact_names: Mapping[bytes, str]
    names: Mapping[bytes | None, str]
    contacts: Mapping[bytes, list[Contact]]
    extras: Extras
    now: datetime


async def related_to(unit: Unit, found: list[Opportunity], book: StageBook) -> Related:
    """Everything that these opportunities are shown with, each kind fetched at once."""
    people = {user_id for row in found for user_id in (row.created_by, row.updated_by, row.user_id)}
    contact_ids = [row.contact_id for row in found if row.contact_id is not None]
    leads = await rows.select_ids(unit, LEADS, [row.lead_id for row in found])
    contacts, contact_names = await contacts_around(unit, list(leads), contact_ids)
    return Related(
        book,
        name_leads(leads.values(), contacts),
        contact_names,
        await names_of(unit, people),
        contacts,
        await extras_for(unit, (row for lead_id in leads for row in contacts.get(lead_id, ()))),
        unit.now,
    )


def spell_with(related: Related, row: Opportunity, currency: str) -> OpportunityShape:
    stage = related.book.by_id[row.stage_id]
    return spell_opportunity(
        row,
        lead_name=related.lead_names[row.lead_id],
        contact_name=related.contact_names.get(row.contact_id or b""),
        stage=stage,
        pipeline=related.book.pipelines[stage.pipeline_id],
        names=related.names,
        reach=reach_of(related.contacts.get(row.lead_id, ()), related.extras),
        stalled_before=related.now - STALLED_AFTER,
        currency=currency,
        links=related.extras.links,
    )


def spell_opportunity(
    row: Opportunity,
    *,
    lead_name: str,
    contact_name: str | None,
    stage: Stage,
    pipeline: Pipeline,
    names: Mapping[bytes | None, str],
    reach: Reach,
    stalled_before: datetime,
    currency: str,
    links: Links,
) -> OpportunityShape:
    """``names`` are those of users by id, ``reach`` is how its lead is reached."""
    shape: OpportunityShape = {
        **_spell_value(row.value_minor, row.value_period, row.confidence, currency),
        "attachments": row.attachments,
        "comment_summary": None,
        "confidence": row.confidence,
        "contact_id": spell_id_or_null("cont", row.contact_id),
        "contact_name": contact_name,
        "created_by": spell_user_id(row.created_by),
        "created_by_name": names.get(row.created_by),
        "date_created": spell_time(row.created_at),
        "date_lost": spell_time_or_null(row.lost_at),
        "date_updated": spell_time(row.updated_at),
        "date_won": spell_day_or_null(row.won_on),
        "id": spell_id("oppo", row.id),
        "integration_links": [],
        "is_stalled": stage.type == "active" and row.updated_at < stalled_before,
        "lead_id": spell_shared_id("lead", row.lead_id),
        "lead_name": lead_name,
        "lead_primary_email": reach.email,
        "lead_primary_phone": reach.phone and [reach.phone],
        "note": row.note,
        "note_html": row.note_html or None,
        "organization_id": spell_organization_id(row.organization_id),
        "pipeline_id": spell_shared_id("pipe", pipeline.id),
        "pipeline_name": pipeline.name,
        "stall_status": None,
        "status_display_name": stage.name,
        "status_id": spell_shared_id("stat", row.stage_id),
        "status_label": stage.name,
        "status_type": stage.type,
        "suggested_action": None,
        "updated_by": spell_user_id(row.updated_by),
        "updated_by_name": names.get(row.updated_by),
        "user_id": spell_user_id(row.user_id),
        "user_name": names.get(row.user_id),
    }
    if row.custom:
        shape.update(spell_custom(row.custom))  # type: ignore[typeddict-item]  # keys of its own
    if links:
        shape["integration_links"] = links_on(links, "opportunity", shape)
    return shape


@lru_cache(maxsize=2000)
def _spell_value(minor: int | None, period: str, confidence: int, currency: str) -> ValueShape:
    yearly = annualized(minor, period)
    return {
        "annualized_expected_value": expected(yearly, confidence),
        "annualized_value": yearly,
        "expected_value": expected(minor, confidence),
        "value": minor,
        "value_currency": currency,
        "value_formatted": format_value(minor, period, currency),
        "value_period": period,
    }


def format_value(minor: int | None, period: str, currency: str) -> str | None:
    """``$1,300``, ``$50 monthly``; cents are shown when there are any."""
    if minor is None:
        return None
    return format_money(minor, currency) + (" monthly" if period == "monthly" else "")
