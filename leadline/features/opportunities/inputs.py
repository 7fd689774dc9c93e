"""Inputs: create and change an opportunity. The dialects translate into these."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadline.features.custom_fields.tables import CustomValues
from leadline.features.opportunities.tables import Attachment

Period = Literal["one_time", "monthly", "annual"]
# Far more than any deal, and so little that a year of it and all sums stay exact.
MAX_VALUE = 10**15
Value = Annotated[int, Meta(ge=-MAX_VALUE, le=MAX_VALUE)]
Confidence = Annotated[int, Meta(ge=0, le=100)]


class NewOpportunity(msgspec.Struct, frozen=True, kw_only=True):
    """``user_id`` and ``created_by`` None are whoever acts; confidence None follows the stage.

    A rich note replaces the plain one.
    """

    contact_id: bytes | None = None
    name: str | None = None
    user_id: bytes | None = None
    note: str | None = None
    note_html: str | None = None
    value_minor: int | None = None
    value_period: Period = "one_time"
    confidence: int | None = None
    won_on: date | None = None
    attachments: list[Attachment] = []
    custom: CustomValues = {}
    created_at: datetime | None = None
    created_by: bytes | None = None


class OpportunityChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays. ``custom`` holds changes: null unsets a value."""

    contact_id: bytes | UnsetType | None = UNSET
    user_id: bytes | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET
    note_html: str | UnsetType | None = UNSET
    value_minor: int | UnsetType | None = UNSET
    value_period: Period | UnsetType = UNSET
    confidence: int | UnsetType = UNSET
    won_on: date | UnsetType | None = UNSET
    attachments: list[Attachment] | UnsetType = UNSET
    custom: CustomValues = {}
