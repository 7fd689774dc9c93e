"""The table of opportunities."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from leadline.features.custom_fields.tables import CustomValues
from leadline.store.tables import Table


class Opportunity(msgspec.Struct, frozen=True, gc=False):
    """``value_minor`` is in minor units of the currency (cents)."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    contact_id: bytes | None
    name: str | None
    pipeline_id: bytes
    stage_id: bytes
    user_id: bytes | None
    note: str
    value_minor: int | None
    value_period: str
    confidence: int
    won_on: date | None
    lost_at: datetime | None
    custom: CustomValues
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


OPPORTUNITIES = Table("opportunities", "opportunity", Opportunity, json=("custom",))
