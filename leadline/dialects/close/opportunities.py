"""Opportunities in the Close dialect, as leads embed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from leadline.dialects.close.custom_values import spell_custom
from leadline.dialects.close.spelling import (
    spell_day_or_null,
    spell_id,
    spell_id_or_null,
    spell_time,
    spell_time_or_null,
)
from leadline.features.opportunities.tables import Opportunity
from leadline.features.pipelines.tables import Pipeline, Stage
from leadline.platform.rich_text import html_of_plain

# Signs that stand before an amount; other currencies go by their code.
_SIGNS = {"AUD": "A$", "CAD": "CA$", "EUR": "€", "GBP": "£", "INR": "₹", "USD": "$"}
_PERIODS = {"one_time": "", "monthly": " monthly", "annual": " annually"}


class OpportunityShape(TypedDict):
    """Values of custom fields stand beside these, as ``custom.cf_..``."""

    annualized_expected_value: int | None
    annualized_value: int | None
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
    integration_links: list[str]
    lead_id: str
    lead_name: str
    note: str
    note_html: str
    organization_id: str
    pipeline_id: str
    pipeline_name: str
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


def spell_opportunity(
    row: Opportunity,
    *,
    lead_name: str,
    contact_name: str | None,
    stage: Stage,
    pipeline: Pipeline,
    names: Mapping[bytes | None, str],
    currency: str,
) -> OpportunityShape:
    """``names`` are those of users by id."""
    annualized = row.value_minor
    if annualized is not None and row.value_period == "monthly":
        annualized *= 12
    shape: OpportunityShape = {
        "annualized_expected_value": _expected(annualized, row.confidence),
        "annualized_value": annualized,
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
        "note_html": html_of_plain(row.note),
        "organization_id": spell_id("orga", row.organization_id),
        "pipeline_id": spell_id("pipe", row.pipeline_id),
        "pipeline_name": pipeline.name,
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
    return {**shape, **spell_custom(row.custom)}  # type: ignore[typeddict-item]  # keys of its own


def format_value(minor: int | None, period: str, currency: str) -> str | None:
    """``$1,300``, ``$50 monthly``; cents are shown when there are any."""
    if minor is None:
        return None
    whole, cents = divmod(abs(minor), 100)
    amount = f"{whole:,}.{cents:02}" if cents else f"{whole:,}"
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{'-' if minor < 0 else ''}{sign}{amount}{_PERIODS.get(period, '')}"


def _expected(minor: int | None, confidence: int) -> int | None:
    return None if minor is None else (minor * confidence + 50) // 100
