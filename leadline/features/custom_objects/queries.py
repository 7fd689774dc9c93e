"""Reads of custom objects."""

from __future__ import annotations

from leadline.features.custom_objects.tables import CUSTOM_OBJECTS, CustomObject
from leadline.store import rows
from leadline.store.unit import Unit


async def page_of_objects(
    unit: Unit, lead_ids: list[bytes], type_ids: list[bytes] | None, limit: int, skip: int
) -> list[CustomObject]:
    """Some of the objects on these leads (None: of whatever type), newest first."""
    of_types = "" if type_ids is None else "AND type_id = ANY(%(type_ids)s) "
    return await rows.select(
        unit,
        CUSTOM_OBJECTS,
        "AND lead_id = ANY(%(lead_ids)s) "
        + of_types
        + "ORDER BY id DESC LIMIT %(limit)s OFFSET %(skip)s",
        lead_ids=lead_ids,
        type_ids=type_ids,
        limit=limit,
        skip=skip,
    )
