"""The table of custom activity types. Their fields are custom fields of their own."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class CustomActivityType(msgspec.Struct, frozen=True, gc=False):
    organization_id: bytes
    id: bytes
    name: str
    description: str | None
    api_create_only: bool
    editable_with_roles: list[str]
    is_archived: bool
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


CUSTOM_ACTIVITY_TYPES = Table(
    "custom_activity_types",
    "custom_activity_type",
    CustomActivityType,
    json=("editable_with_roles",),
)
