"""Reads of custom object types."""

from __future__ import annotations

from leadline.features.custom_object_types.tables import CUSTOM_OBJECT_TYPES, CustomObjectType
from leadline.store import rows
from leadline.store.unit import Unit


async def hold_object_type(unit: Unit, type_id: bytes) -> CustomObjectType | None:
    """The type, which cannot be deleted until the transaction ends; None when there is none."""
    found = await rows.select(
        unit, CUSTOM_OBJECT_TYPES, "AND id = %(id)s FOR KEY SHARE", id=type_id
    )
    return found[0] if found else None
