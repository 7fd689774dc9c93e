"""The table of custom object types. Their fields are custom fields of their own."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class CustomObjectType(msgspec.Struct, frozen=True, gc=False):
    organization_id: bytes
    id: bytes
    name: str
    name_plural: str
    description: str | None
    api_create_only: bool
    editable_with_roles: list[str]
    is_archived: bool
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


CUSTOM_OBJECT_TYPES = Table(
    "custom_object_types",
    "custom_object_type",
    CustomObjectType,
    json=("editable_with_roles",),
)
