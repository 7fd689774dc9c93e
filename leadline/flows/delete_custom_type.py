"""Deleting a custom activity or object type with its fields."""

from __future__ import annotations

from typing import Any

from leadline.features.custom_activity_types.tables import CUSTOM_ACTIVITY_TYPES
from leadline.features.custom_fields.actions import take_turns
from leadline.features.custom_fields.queries import fields_referring_to
from leadline.features.custom_fields.tables import ASSOCIATIONS, CUSTOM_FIELDS
from leadline.features.custom_object_types.tables import CUSTOM_OBJECT_TYPES
from leadline.kernel.errors import RefusedError
from leadline.store import rows, writes
from leadline.store.tables import Table
from leadline.store.unit import Unit


async def delete_custom_activity_type(unit: Unit, type_id: bytes) -> None:
    """Removes the type and its fields; shared fields stay for whatever else they belong to."""
    await take_turns(unit)
    before = await rows.lock(unit, CUSTOM_ACTIVITY_TYPES, type_id)
    await _delete_fields(unit, type_id)
    await writes.delete(unit, CUSTOM_ACTIVITY_TYPES, before)


async def delete_custom_object_type(unit: Unit, type_id: bytes) -> None:
    """Likewise. A type that fields elsewhere refer to stays: their values would mean nothing."""
    await take_turns(unit)
    before = await rows.lock(unit, CUSTOM_OBJECT_TYPES, type_id)
    for field in (await fields_referring_to(unit, [type_id]))[type_id]:
        if field.type_id != type_id:
            raise RefusedError(f"The custom field '{field.name}' refers to this type.")
    await _delete_fields(unit, type_id)
    await writes.delete(unit, CUSTOM_OBJECT_TYPES, before)


async def _delete_fields(unit: Unit, type_id: bytes) -> None:
    tables: tuple[Table[Any], ...] = (ASSOCIATIONS, CUSTOM_FIELDS)
    for table in tables:
        of_type = table.delete_where(b"type_id = %(type_id)s")
        for row in await unit.fetch_all(table.row, of_type, type_id=type_id):
            unit.record("deleted", table, row, None)
