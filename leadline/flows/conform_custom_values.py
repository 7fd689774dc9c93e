"""Bringing the values on objects in line with their custom field as it is now.

Values of a field that is gone are removed; values of another type, or of another number, are
converted. The first few at once, the rest by a job, chunk after chunk. A last round comes a minute
later, for whoever had read the field before it changed and wrote a value after that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from leadline.features.contacts.tables import CONTACTS
from leadline.features.conversations.tables import CONVERSATIONS
from leadline.features.custom_activities.tables import CUSTOM_ACTIVITIES
from leadline.features.custom_fields.actions import lock_definitions
from leadline.features.custom_fields.inputs import converted
from leadline.features.custom_fields.queries import fields_of
from leadline.features.custom_fields.tables import (
    CUSTOM_FIELDS,
    CustomField,
    CustomValues,
    FieldNoun,
)
from leadline.features.custom_objects.tables import CUSTOM_OBJECTS
from leadline.features.leads.actions import record_assignees
from leadline.features.leads.tables import LEADS
from leadline.features.opportunities.tables import OPPORTUNITIES
from leadline.flows.find_references import find_references
from leadline.platform.jobs import JobFunction
from leadline.store import rows, writes
from leadline.store.tables import Table
from leadline.store.unit import Unit

CONFORM = "custom_fields.conform"
CHUNK = 500
LAST_ROUND_AFTER = timedelta(minutes=1)

_TABLES: dict[FieldNoun, Table[Any]] = {
    "lead": LEADS,
    "contact": CONTACTS,
    "opportunity": OPPORTUNITIES,
    "conversation": CONVERSATIONS,
    "custom_activity": CUSTOM_ACTIVITIES,
    "custom_object": CUSTOM_OBJECTS,
}


class _Task(msgspec.Struct, frozen=True):
    """What is left to do. ``after`` is the object that the last chunk ended with, if any.

    ``type_id`` is the custom type whose objects are concerned, where the noun has types.
    """

    field_id: str
    noun: FieldNoun
    type_id: str
    from_type: str
    after: str = ""
    is_last_round: bool = False


async def has_many_values(unit: Unit, noun: FieldNoun, field_id: bytes) -> bool:
    """Whether more objects have a value than are brought in line at once."""
    table = _TABLES[noun]
    sql = f"""SELECT count(*) > {CHUNK} FROM (
        SELECT 1 FROM {table.name}
        WHERE organization_id = %(organization_id)s AND custom ? %(key)s LIMIT {CHUNK} + 1
    ) AS found"""  # noqa: S608 - the name of a table of ours
    found: bool = await unit.fetch_value(sql.encode(), key=field_id.hex())
    return found


async def conform_values(
    unit: Unit, noun: FieldNoun, type_id: bytes | None, field: CustomField
) -> None:
    """Brings the values that objects of a noun have for this field (as it was) in line."""
    await _run(unit, _Task(field.id.hex(), noun, (type_id or b"").hex(), field.type))


async def _conform_job(unit: Unit, payload: dict[str, Any]) -> None:
    await _run(unit, msgspec.convert(payload, _Task))


async def _run(unit: Unit, task: _Task) -> None:
    await lock_definitions(unit)
    field_id = bytes.fromhex(task.field_id)
    fields = await fields_of(unit, task.noun, bytes.fromhex(task.type_id) or None)
    field = next((each for each in fields if each.id == field_id), None)
    last = await _conform_chunk(unit, task, field)
    if last is not None:
        more = msgspec.structs.replace(task, after=last.hex())
        unit.enqueue(CONFORM, msgspec.structs.asdict(more))
        return
    if field is not None and field.converting_to is not None:
        before = await rows.lock(unit, CUSTOM_FIELDS, field_id)
        await writes.update(
            unit, CUSTOM_FIELDS, before, type=field.converting_to, converting_to=None
        )
    if not task.is_last_round:
        again = msgspec.structs.replace(task, after="", is_last_round=True)
        unit.enqueue(CONFORM, msgspec.structs.asdict(again), unit.now + LAST_ROUND_AFTER)


async def _conform_chunk(unit: Unit, task: _Task, field: CustomField | None) -> bytes | None:
    """Brings one chunk in line; returns where it ended when there may be more."""
    table = _TABLES[task.noun]
    of_type = "AND type_id = %(type_id)s " if task.type_id else ""
    found = await rows.select(
        unit,
        table,
        "AND custom ? %(key)s AND id > %(after)s "
        + of_type
        + "ORDER BY id LIMIT %(limit)s FOR UPDATE",
        key=task.field_id,
        type_id=bytes.fromhex(task.type_id),
        after=bytes.fromhex(task.after),
        limit=CHUNK,
    )
    changed = {row.id: custom for row, custom in await _conformed(unit, task, field, found)}
    if changed:
        sql = (
            f"UPDATE {table.name} o SET custom = given.custom, updated_at = %(now)s "  # noqa: S608
            "FROM unnest(%(ids)s::bytea[], %(values)s::jsonb[]) AS given (id, custom) "
            "WHERE o.organization_id = %(organization_id)s AND o.id = given.id"
        )
        values = [Jsonb(custom) for custom in changed.values()]
        await unit.execute(sql.encode(), ids=list(changed), values=values)
    after = {
        row.id: msgspec.structs.replace(row, custom=changed[row.id], updated_at=unit.now)
        for row in found
        if row.id in changed
    }
    for row in found:
        if row.id in changed:
            of_lead = row.id if table is LEADS else None
            unit.record("updated", table, row, after[row.id], lead_id=of_lead)
    if table is LEADS:
        await record_assignees(unit, [(row, after[row.id]) for row in found if row.id in after])
    last: bytes | None = found[-1].id if len(found) == CHUNK else None
    return last


async def _conformed(
    unit: Unit, task: _Task, field: CustomField | None, found: list[Any]
) -> list[tuple[Any, CustomValues]]:
    """The objects whose values change, each with all its values."""
    key = task.field_id
    if field is None:
        return [(row, {k: v for k, v in row.custom.items() if k != key}) for row in found]
    known = await find_references(
        unit, [(field, row.custom[key]) for row in found], spell_out=task.from_type == "user"
    )
    changed = []
    for row in found:
        value = converted(field, row.custom[key], task.from_type, known)
        custom = {**row.custom, key: value}
        if value is None:
            del custom[key]
        if custom != row.custom:
            changed.append((row, custom))
    return changed


JOBS: dict[str, JobFunction] = {CONFORM: _conform_job}
