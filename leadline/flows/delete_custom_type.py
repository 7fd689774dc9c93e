"""Deleting a custom activity or object type with its fields and with everything of that type.

The first few activities or objects go at once, the rest by a job, chunk after chunk.
"""

from __future__ import annotations

from typing import Any

from leadline.features.comments.actions import delete_comments_on
from leadline.features.custom_activities.tables import CUSTOM_ACTIVITIES
from leadline.features.custom_activity_types.tables import CUSTOM_ACTIVITY_TYPES
from leadline.features.custom_fields.actions import lock_definitions
from leadline.features.custom_fields.queries import fields_referring_to
from leadline.features.custom_fields.tables import ASSOCIATIONS, CUSTOM_FIELDS
from leadline.features.custom_object_types.tables import CUSTOM_OBJECT_TYPES
from leadline.features.custom_objects.tables import CUSTOM_OBJECTS
from leadline.kernel.errors import RefusedError
from leadline.platform.jobs import JobFunction
from leadline.store import rows, writes
from leadline.store.tables import Table
from leadline.store.unit import Unit

DELETE_INSTANCES = "custom_types.delete_instances"
CHUNK = 500

_INSTANCES: dict[str, Table[Any]] = {
    table.name: table for table in (CUSTOM_ACTIVITIES, CUSTOM_OBJECTS)
}


async def delete_custom_activity_type(unit: Unit, type_id: bytes) -> None:
    """Removes the type, its fields and its activities.

    Shared fields stay for whatever else they belong to.
    """
    await lock_definitions(unit)
    before = await rows.lock(unit, CUSTOM_ACTIVITY_TYPES, type_id)
    await _delete_fields(unit, type_id)
    await writes.delete(unit, CUSTOM_ACTIVITY_TYPES, before)
    await _delete_instances(unit, CUSTOM_ACTIVITIES, type_id)


async def delete_custom_object_type(unit: Unit, type_id: bytes) -> None:
    """Likewise. A type that fields elsewhere refer to stays: their values would mean nothing."""
    await lock_definitions(unit)
    before = await rows.lock(unit, CUSTOM_OBJECT_TYPES, type_id)
    for field in (await fields_referring_to(unit, [type_id]))[type_id]:
        if field.type_id != type_id:
            raise RefusedError(f"The custom field '{field.name}' refers to this type.")
    await _delete_fields(unit, type_id)
    await writes.delete(unit, CUSTOM_OBJECT_TYPES, before)
    await _delete_instances(unit, CUSTOM_OBJECTS, type_id)


async def _delete_fields(unit: Unit, type_id: bytes) -> None:
    tables: tuple[Table[Any], ...] = (ASSOCIATIONS, CUSTOM_FIELDS)
    for table in tables:
        of_type = table.delete_where(b"type_id = %(type_id)s")
        for row in await unit.fetch_all(table.row, of_type, type_id=type_id):
            unit.record("deleted", table, row, None)


async def _delete_instances(unit: Unit, table: Table[Any], type_id: bytes) -> None:
    found = await rows.select(
        unit,
        table,
        "AND type_id = %(type_id)s ORDER BY id LIMIT %(limit)s FOR UPDATE",
        type_id=type_id,
        limit=CHUNK,
    )
    if not found:
        return
    ids = [row.id for row in found]
    await delete_comments_on(unit, ids)
    for row in await unit.fetch_all(table.row, table.delete_where(b"id = ANY(%(ids)s)"), ids=ids):
        unit.record("deleted", table, row, None)
    if len(found) == CHUNK:
        unit.enqueue(DELETE_INSTANCES, {"table": table.name, "type_id": type_id.hex()})


async def _delete_instances_job(unit: Unit, payload: dict[str, Any]) -> None:
    await _delete_instances(unit, _INSTANCES[payload["table"]], bytes.fromhex(payload["type_id"]))


JOBS: dict[str, JobFunction] = {DELETE_INSTANCES: _delete_instances_job}
