"""Every change of forms."""

from __future__ import annotations

from typing import Any

from leadline.features.forms.inputs import NewField, check_fields
from leadline.features.forms.tables import FORMS, Form, FormField
from leadline.kernel.errors import Problems
from leadline.kernel.names import read_name
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_form(unit: Unit, name: str, fields: list[NewField]) -> Form:
    problems = Problems()
    name = read_name(name, problems)
    check_fields(fields, problems)
    problems.stop_if_any()
    row = Form(
        **unit.stamps(),
        name=name,
        fields=_make_fields(unit, fields, []),
        configuration_id=unit.new_id(),
        is_archived=False,
    )
    return await writes.insert(unit, FORMS, row)


async def update_form(
    unit: Unit,
    form_id: bytes,
    *,
    name: str | None,
    fields: list[NewField] | None,
    is_archived: bool | None,
) -> Form:
    """Changes what is given. An archived form takes no submissions."""
    before = await rows.lock(unit, FORMS, form_id)
    problems = Problems()
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = read_name(name, problems)
    if fields is not None:
        check_fields(fields, problems)
    problems.stop_if_any()
    if fields is not None:
        made = _make_fields(unit, fields, before.fields)
        if made != before.fields:
            changes |= {"fields": made, "configuration_id": unit.new_id()}
    if is_archived is not None:
        changes["is_archived"] = is_archived
    return await writes.update(unit, FORMS, before, **changes)


async def delete_form(unit: Unit, form_id: bytes) -> None:
    """Removes a form. What was written into it stays."""
    await writes.delete(unit, FORMS, await rows.lock(unit, FORMS, form_id))


def _make_fields(unit: Unit, given: list[NewField], before: list[FormField]) -> list[FormField]:
    """Fields that are known by their id, or else by their name, keep their id."""
    asked = {field.id.hex() for field in given if field.id is not None}
    known = {field["id"] for field in before}
    by_name = {field["name"].lower(): field["id"] for field in before if field["id"] not in asked}
    made: list[FormField] = []
    for field in given:
        name = field.name.strip()
        field_id = field.id.hex() if field.id is not None else None
        if field_id not in known:
            field_id = by_name.get(name.lower())
        if field_id is None or field_id in (each["id"] for each in made):
            field_id = unit.new_id().hex()
        made.append(
            {"id": field_id, "name": name, "type": field.type, "choices": field.choices or None}
        )
    return made
