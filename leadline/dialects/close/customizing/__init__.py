"""What an organization defines for itself: custom fields, types, objects and links."""

from __future__ import annotations

from leadline.dialects.close.customizing import (
    custom_activity_types,
    custom_field_schemas,
    custom_fields,
    custom_object_types,
    custom_objects,
    integration_links,
    shared_custom_fields,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *custom_activity_types.OPERATIONS,
    *custom_field_schemas.OPERATIONS,
    *custom_fields.OPERATIONS,
    *custom_object_types.OPERATIONS,
    *custom_objects.OPERATIONS,
    *integration_links.OPERATIONS,
    *shared_custom_fields.OPERATIONS,
)
