"""The table of custom activities."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from leadline.features.custom_fields.tables import CustomValues
from leadline.store.tables import Table

Status = Literal["draft", "published"]


class CustomActivity(msgspec.Struct, frozen=True, gc=False):
    """``type_id`` is the custom activity type, whose fields ``custom`` has values of.

    ``pinned_at`` None is not pinned, ``published_at`` None was never published.
    """

    organization_id: bytes
    id: bytes
    type_id: bytes
    lead_id: bytes
    contact_id: bytes | None
    user_id: bytes | None
    status: Status
    published_at: datetime | None
    pinned_at: datetime | None
    custom: CustomValues
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


CUSTOM_ACTIVITIES = Table("custom_activities", "custom_activity", CustomActivity, json=("custom",))
