"""An opportunity as Close shows it, by itself and embedded in its lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

import msgspec

from leadline.dialects.close.custom_values import spell_custom
from leadline.dialects.close.object_links import LinkShape, links_on
from leadline.dialects.close.spelling import (
    spell_day_or_null,
    spell_id,
    spell_id_or_null,
    spell_time,
    spell_time_or_null,
)
from leadline.features.contacts.queries import names_around
from leadline.features.integration_links.queries import list_links
from leadline.features.integration_links.tables import IntegrationLink
from leadline.features.opportunities.tables import Attachment, Opportunity
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Pipeline, Stage
from leadline.features.users.queries import names_of
from leadline.store.unit import Unit

# Signs that stand before an amount; other currencies go by their code.
_SIGNS = {"AUD": "A$", "CAD": "CA$", "EUR": "€", "GBP": "£", "INR": "₹", "USD": "$"}


class OpportunityShape(TypedDict):
    """Values of custom fields stand beside these, as ``custom.cf_..``."""

    annualized_expected_value: int | None
    annualized_value: int | None
    attachments: list[Attachment]
    confidence: int
    contact_id: str | None
    contact_name: str | None
    created_by: str | None
    created_by_name: str | None
    date_created: str
    date_lost: str | None
    date_updated: str
    date_won: str | None
    expected_value: int | None
    id: str
    integration_links: list[LinkShape]
    lead_id: str
    lead_name: str
    note: str
    note_html: str | None
    organization_id: str
    pipeline_id: str
    pipeline_name: str
    status_display_name: str
    status_id: str
    status_label: str
    status_type: str
    updated_by: str | None
    updated_by_name: str | None
    user_id: str | None
    user_name: str | None
    value: int | None
    value_currency: str
    value_formatted: str | None
    value_period: str


class Related(msgspec.Struct, frozen=True):
    """What opportunities are shown with: names by the ids of leads, contacts and users."""

    book: StageBook
    lead_names: Mapping[bytes, str]
    contact_names: Mapping[bytes, str]
    names: Mapping[bytes | None, str]
    links: Sequence[IntegrationLink]


async def related_to(unit: Unit, found: list[Opportunity], book: StageBook) -> Related:
    """Everything that these opportunities are shown with, each kind fetched at once."""
    people = {user_id for row in found for user_id in (row.created_by, row.updated_by, row.user_id)}
    contact_ids = [row.contact_id for row in found if row.contact_id is not None]
    lead_names, contact_names = await names_around(
        unit, [row.lead_id for row in found], contact_ids
    )
    names = await names_of(unit, people)
    return Related(book, lead_names, contact_names, names, await list_links(unit))


def spell_with(related: Related, row: Opportunity, currency: str) -> OpportunityShape:
    stage = related.book.by_id[row.stage_id]
    return spell_opportunity(
        row,
        lead_name=related.lead_names[row.lead_id],
        contact_name=related.contact_names.get(row.contact_id or b""),
        stage=stage,
        pipeline=related.book.pipelines[stage.pipeline_id],
        names=related.names,
        currency=currency,
        links=related.links,
    )


def spell_opportunity(
    row: Opportunity,
    *,
    lead_name: str,
    contact_name: str | None,
    stage: Stage,
    pipeline: Pipeline,
    names: Mapping[bytes | None, str],
    currency: str,
    links: Sequence[IntegrationLink] = (),
) -> OpportunityShape:
    """``names`` are those of users by id."""
    annualized = row.value_minor
    if annualized is not None and row.value_period == "monthly":
        annualized *= 12
    shape: OpportunityShape = {
        "annualized_expected_value": _expected(annualized, row.confidence),
        "annualized_value": annualized,
        "attachments": row.attachments,
        "confidence": row.confidence,
        "contact_id": spell_id_or_null("cont", row.contact_id),
        "contact_name": contact_name,
        "created_by": spell_id_or_null("user", row.created_by),
        "created_by_name": names.get(row.created_by),
        "date_created": spell_time(row.created_at),
        "date_lost": spell_time_or_null(row.lost_at),
        "date_updated": spell_time(row.updated_at),
        "date_won": spell_day_or_null(row.won_on),
        "expected_value": _expected(row.value_minor, row.confidence),
        "id": spell_id("oppo", row.id),
        "integration_links": [],
        "lead_id": spell_id("lead", row.lead_id),
        "lead_name": lead_name,
        "note": row.note,
        "note_html": row.note_html or None,
        "organization_id": spell_id("orga", row.organization_id),
        "pipeline_id": spell_id("pipe", pipeline.id),
        "pipeline_name": pipeline.name,
        "status_display_name": stage.name,
        "status_id": spell_id("stat", row.stage_id),
        "status_label": stage.name,
        "status_type": stage.type,
        "updated_by": spell_id_or_null("user", row.updated_by),
        "updated_by_name": names.get(row.updated_by),
        "user_id": spell_id_or_null("user", row.user_id),
        "user_name": names.get(row.user_id),
        "value": row.value_minor,
        "value_currency": currency,
        "value_formatted": format_value(row.value_minor, row.value_period, currency),
        "value_period": row.value_period,
    }
    if row.custom:
        shape.update(spell_custom(row.custom))  # type: ignore[typeddict-item]  # keys of its own
    if links:
        shape["integration_links"] = links_on(links, "opportunity", shape)
    return shape


def format_value(minor: int | None, period: str, currency: str) -> str | None:
    """``$1,300``, ``$50 monthly``; cents are shown when there are any."""
    if minor is None:
        return None
    return format_money(minor, currency) + (" monthly" if period == "monthly" else "")


def format_money(minor: int, currency: str) -> str:
    whole, cents = divmod(abs(minor), 100)
    amount = f"{whole:,}.{cents:02}" if cents else f"{whole:,}"
    return f"{'-' if minor < 0 else ''}{currency_sign(currency)}{amount}"


def currency_sign(currency: str) -> str:
    """What stands before an amount."""
    return _SIGNS.get(currency, f"{currency} ")


def _expected(minor: int | None, confidence: int) -> int | None:
    return None if minor is None else (minor * confidence + 50) // 100
