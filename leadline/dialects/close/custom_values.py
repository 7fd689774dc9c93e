"""Values of custom fields in the Close dialect: ``custom.cf_..`` keys beside the usual ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadline.features.custom_fields.inputs import check_value
from leadline.features.custom_fields.queries import fields_of
from leadline.features.custom_fields.tables import CustomField, CustomValues, FieldNoun
from leadline.kernel.errors import Path, Problems
from leadline.kernel.ids import parse_prefixed
from leadline.store.unit import Unit

Json = Mapping[str, Any]


def spell_custom(values: CustomValues) -> dict[str, Any]:
    """The keys that stand beside those of the object."""
    return {f"custom.cf_{key}": value for key, value in values.items()}


async def fields_for(unit: Unit, noun: FieldNoun, objects: Sequence[Json]) -> list[CustomField]:
    """The custom fields of a noun; costs nothing when none of the objects has a value."""
    if not any(True for given in objects for _ in _values(given)):
        return []
    return await fields_of(unit, noun)


def read_custom(
    fields: list[CustomField],
    given: Json,
    problems: Problems,
    path: Path = (),
    *,
    before: CustomValues | None = None,
) -> CustomValues:
    """The values in an object by key, null where one is unset. A field is named by id or name.

    ``before`` are the values so far: what does not change is not checked again.
    """
    by_key = {field.id.hex(): field for field in fields}
    by_name = {field.name: field for field in fields}
    values: CustomValues = {}
    if not isinstance(given.get("custom", {}), dict | None):
        problems.add("type", *path, "custom", text="Value must be of dict type.")
    for place, name, value in _values(given):
        object_id = parse_prefixed("cf", name)
        field = by_name.get(name) if object_id is None else by_key.get(object_id.hex())
        if field is None:
            problems.add("unknown_field", *path, *place, text="There is no such custom field.")
            continue
        key = field.id.hex()
        if before is None or value != before.get(key):
            check_value(field, value, (*path, *place), problems)
        values[key] = None if value in ("", []) else value
    return values


def refuse_custom(given: Json, problems: Problems) -> None:
    """Adds a problem for each value, where a noun has no custom fields."""
    for place, _, _ in _values(given):
        problems.add("unknown_field", *place, text="There is no such custom field.")


def _values(given: Json) -> Iterator[tuple[Path, str, Any]]:
    """Where each value stands, the id or name of its field, and the value."""
    for key, value in given.items():
        if key.startswith("custom."):
            yield (key,), key.removeprefix("custom."), value
        elif key == "custom" and isinstance(value, dict):
            yield from ((("custom", name), name, inner) for name, inner in value.items())
