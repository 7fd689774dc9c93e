"""The table of opportunities."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

import msgspec

from leadline.features.custom_fields.tables import CustomValues
from leadline.store.tables import Table


class Attachment(TypedDict):
    content_type: str
    filename: str
    size: int | None
    url: str


class Opportunity(msgspec.Struct, frozen=True, gc=False):
    """``value_minor`` is in minor units of the currency (cents).

    ``note`` is what ``note_html`` says. ``won_on`` is when it was won, or is expected to be.
    """

    organization_id: bytes
    id: bytes
    lead_id: bytes
    contact_id: bytes | None
    name: str | None
    pipeline_id: bytes
    stage_id: bytes
    user_id: bytes | None
    note: str
    note_html: str
    value_minor: int | None
    value_period: str
    confidence: int
    won_on: date | None
    lost_at: datetime | None
    attachments: list[Attachment]
    custom: CustomValues
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


OPPORTUNITIES = Table("opportunities", "opportunity", Opportunity, json=("attachments", "custom"))
