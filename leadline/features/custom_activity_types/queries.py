"""Reads of custom activity types."""

from __future__ import annotations

from leadline.features.custom_activity_types.tables import (
    CUSTOM_ACTIVITY_TYPES,
    CustomActivityType,
)
from leadline.store import rows
from leadline.store.unit import Unit


async def hold_activity_type(unit: Unit, type_id: bytes) -> CustomActivityType | None:
    """The type, which cannot be deleted until the transaction ends; None when there is none."""
    found = await rows.select(
        unit, CUSTOM_ACTIVITY_TYPES, "AND id = %(id)s FOR KEY SHARE", id=type_id
    )
    return found[0] if found else None
