"""The table of custom objects."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.custom_fields.tables import CustomValues
from leadline.store.tables import Table


class CustomObject(msgspec.Struct, frozen=True, gc=False):
    """``type_id`` is the custom object type, whose fields ``custom`` has values of."""

    organization_id: bytes
    id: bytes
    type_id: bytes
    lead_id: bytes
    name: str
    custom: CustomValues
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


CUSTOM_OBJECTS = Table("custom_objects", "custom_object", CustomObject, json=("custom",))
