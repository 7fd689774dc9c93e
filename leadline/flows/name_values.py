"""Custom values by the names of their fields; an unknown name becomes a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from leadline.features.custom_fields.actions import fields_named
from leadline.features.custom_fields.inputs import MAX_VALUE_LENGTH, TEXTS, read_value
from leadline.features.custom_fields.tables import CustomValues, FieldNoun
from leadline.features.roles.queries import is_listed
from leadline.flows.find_references import find_references
from leadline.kernel.errors import Problems
from leadline.store.unit import Unit


async def values_by_name(
    unit: Unit,
    noun: FieldNoun,
    given: Mapping[str, Any],
    problems: Problems,
    before: CustomValues | None = None,
) -> CustomValues:
    """Values for the ``custom`` column from values by field name; unknown names become fields.

    Text is kept as it comes, and a text that says a number is one where a number belongs; all
    other values are checked. Fields that only some roles may edit take a value from them alone.
    ``before`` are values that may come back as they are.
    """
    if not given:
        return {}
    fields = await fields_named(unit, noun, given, problems)
    checked = {
        name: (field, given[name])
        for name, field in fields.items()
        if field.target_type not in TEXTS and given[name] != (before or {}).get(field.id.hex())
    }
    known = await find_references(unit, checked.values())
    values: CustomValues = {}
    for name, field in fields.items():
        value = given[name]
        if name in checked:
            value = read_value(*checked[name], ("custom", name), problems, known)
        elif len(msgspec.json.encode(value)) > MAX_VALUE_LENGTH:
            problems.add("too_long", "custom", name)
        key = field.id.hex()
        is_new = value != (before or {}).get(key)
        if is_new and not is_listed(unit.scope, field.editable_with_roles):
            problems.add("read_only", "custom", name, text="Your role may not change this field.")
        values[key] = value
    return values
