"""Every change of custom fields, and reading values that come in by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from leadline.features.custom_fields.inputs import MAX_VALUE_LENGTH
from leadline.features.custom_fields.queries import fields_of
from leadline.features.custom_fields.tables import (
    CUSTOM_FIELDS,
    CustomField,
    CustomValues,
    FieldNoun,
)
from leadline.kernel.errors import Problems
from leadline.store.unit import Unit

MAX_FIELDS = 500
MAX_NAME_LENGTH = 200


async def values_by_name(
    unit: Unit, noun: FieldNoun, given: Mapping[str, Any], problems: Problems
) -> CustomValues:
    """Values for the ``custom`` column from values by field name; unknown names become fields."""
    if not given:
        return {}
    fields = await fields_named(unit, noun, given, problems)
    values: CustomValues = {}
    for name, field in fields.items():
        if len(msgspec.json.encode(given[name])) > MAX_VALUE_LENGTH:
            problems.add("too_long", name)
        values[field.id.hex()] = given[name]
    return values


async def fields_named(
    unit: Unit, noun: FieldNoun, samples: Mapping[str, Any], problems: Problems
) -> dict[str, CustomField]:
    """The fields of these names. ``samples`` are values: a new field's type follows from them.

    Numbers make a number field, everything else text. An organization has at most ``MAX_FIELDS``
    per noun, so that a broken form cannot fill the database with fields.
    """
    known = {field.name: field for field in await fields_of(unit, noun)}
    found: dict[str, CustomField] = {}
    for name, sample in samples.items():
        field = known.get(name)
        if field is None and sample is None:
            continue  # there is nothing to unset
        if field is None:
            if len(name) > MAX_NAME_LENGTH or not name.strip():
                words = "This name cannot be a field."
                problems.add("too_long", name[:MAX_NAME_LENGTH], text=words)
                continue
            if len(known) >= MAX_FIELDS:
                words = f"There are {MAX_FIELDS} custom fields already; this one is unknown."
                problems.add("unknown_field", name, text=words)
                continue
            is_number = isinstance(sample, int | float) and not isinstance(sample, bool)
            kind = "number" if is_number else "text"
            field = known[name] = await create_custom_field(
                unit, noun, name=name, kind=kind, rank=len(known)
            )
        found[name] = field
    return found


async def create_custom_field(
    unit: Unit, noun: FieldNoun, *, name: str, kind: str, rank: int
) -> CustomField:
    """Adds a field; two requests that add the same one at once end with one field."""
    row = CustomField(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        noun=noun,
        name=name,
        type=kind,
        rank=rank,
        created_at=unit.now,
        updated_at=unit.now,
    )
    existing = await unit.fetch_one(
        CustomField,
        CUSTOM_FIELDS.insert_sql
        + b" ON CONFLICT (organization_id, noun, name) DO UPDATE SET name = excluded.name "
        b"RETURNING " + ", ".join(CUSTOM_FIELDS.columns).encode(),
        **CUSTOM_FIELDS.parameters(row),
    )
    if existing is not None and existing.id != row.id:
        return existing
    unit.record("created", CUSTOM_FIELDS, None, row)
    return row


def merged(before: CustomValues, changes: CustomValues) -> CustomValues:
    """``before`` with ``changes``; null unsets a value."""
    united = {**before, **changes}
    return {key: value for key, value in united.items() if value is not None}
