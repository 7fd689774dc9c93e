"""Reads of custom fields. A schema has few: it is read whole."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.features.custom_fields.tables import (
    ASSOCIATIONS,
    CUSTOM_FIELDS,
    Association,
    CustomField,
    FieldNoun,
)
from leadline.kernel.errors import NotFoundError
from leadline.store import rows
from leadline.store.unit import Unit

_OVERLAID = {"type_id", "is_required", "editable_with_roles", "rank"}
# The fields of a noun: its own, and shared ones as their associations have them.
_SCHEMA = b"""
SELECT %b FROM custom_fields f
WHERE f.organization_id = %%(organization_id)s AND f.noun = %%(noun)s
  AND {of_type}
UNION ALL
SELECT %b FROM custom_field_associations a
JOIN custom_fields f ON f.organization_id = a.organization_id AND f.id = a.field_id
WHERE a.organization_id = %%(organization_id)s AND a.noun = %%(noun)s
  AND {of_shared}
ORDER BY rank, id
""" % (
    ", ".join(f"f.{name}" for name in CUSTOM_FIELDS.columns).encode(),
    ", ".join(
        f"{'a' if name in _OVERLAID else 'f'}.{name}" for name in CUSTOM_FIELDS.columns
    ).encode(),
)
_OF_NOUN = _SCHEMA.replace(b"{of_type}", b"f.type_id IS NULL").replace(
    b"{of_shared}", b"a.type_id IS NULL"
)
_OF_TYPES = _SCHEMA.replace(b"{of_type}", b"f.type_id = ANY(%(type_ids)s)").replace(
    b"{of_shared}", b"a.type_id = ANY(%(type_ids)s)"
)


async def fields_of(unit: Unit, noun: FieldNoun, type_id: bytes | None = None) -> list[CustomField]:
    """The fields that objects of a noun (of one custom type) have, shared ones too, in order."""
    if type_id is None:
        return await unit.fetch_all(CustomField, _OF_NOUN, noun=noun)
    return (await fields_of_types(unit, noun, [type_id]))[type_id]


async def fields_of_types(
    unit: Unit, noun: FieldNoun, type_ids: list[bytes]
) -> dict[bytes, list[CustomField]]:
    """The fields of each custom type of activities or objects, in order; fetched at once."""
    found: dict[bytes, list[CustomField]] = {type_id: [] for type_id in type_ids}
    if type_ids:
        for row in await unit.fetch_all(CustomField, _OF_TYPES, noun=noun, type_ids=type_ids):
            if row.type_id is not None:
                found[row.type_id].append(row)
    return found


async def names_by_key(unit: Unit, noun: FieldNoun) -> dict[str, str]:
    """Field names by the key under which values stand (the id in hexadecimal)."""
    return {field.id.hex(): field.name for field in await fields_of(unit, noun)}


async def page_of_fields(unit: Unit, noun: str, limit: int, skip: int) -> list[CustomField]:
    """Some of the fields that are defined for a noun, or of the shared ones; oldest first."""
    return await rows.select(
        unit,
        CUSTOM_FIELDS,
        "AND noun = %(noun)s ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        noun=noun,
        limit=limit,
        skip=skip,
    )


async def get_field(unit: Unit, noun: str, field_id: bytes) -> CustomField:
    """A field that is defined for that noun; NotFoundError for any other."""
    field = await rows.get(unit, CUSTOM_FIELDS, field_id)
    if field.noun != noun:
        raise NotFoundError(CUSTOM_FIELDS.noun)
    return field


async def associations_of(unit: Unit, field_ids: Sequence[bytes]) -> dict[bytes, list[Association]]:
    """The associations of each of these shared fields, oldest first."""
    found: dict[bytes, list[Association]] = {field_id: [] for field_id in field_ids}
    if field_ids:
        for row in await rows.select(
            unit,
            ASSOCIATIONS,
            "AND field_id = ANY(%(field_ids)s) ORDER BY id",
            field_ids=list(field_ids),
        ):
            found[row.field_id].append(row)
    return found


async def get_association(
    unit: Unit, field_id: bytes, noun: FieldNoun, type_id: bytes | None
) -> Association:
    """What binds a shared field to a noun; NotFoundError when nothing does."""
    found = await rows.select(
        unit,
        ASSOCIATIONS,
        "AND field_id = %(field_id)s AND noun = %(noun)s "
        "AND type_id IS NOT DISTINCT FROM %(type_id)s::bytea",
        field_id=field_id,
        noun=noun,
        type_id=type_id,
    )
    if not found:
        raise NotFoundError(ASSOCIATIONS.noun)
    return found[0]


async def fields_referring_to(unit: Unit, type_ids: list[bytes]) -> dict[bytes, list[CustomField]]:
    """The fields, of whatever noun, whose values are custom objects of each of these types."""
    found: dict[bytes, list[CustomField]] = {type_id: [] for type_id in type_ids}
    if type_ids:
        for row in await rows.select(
            unit,
            CUSTOM_FIELDS,
            "AND referenced_custom_type_id = ANY(%(type_ids)s) ORDER BY id",
            type_ids=type_ids,
        ):
            if row.referenced_custom_type_id is not None:
                found[row.referenced_custom_type_id].append(row)
    return found
