"""Reads of custom fields. An organization has few: they are read whole, per noun."""

from __future__ import annotations

from leadline.features.custom_fields.tables import CUSTOM_FIELDS, CustomField, FieldNoun
from leadline.store import rows
from leadline.store.unit import Unit


async def fields_of(unit: Unit, noun: FieldNoun) -> list[CustomField]:
    """The custom fields of a noun, in their order."""
    return await rows.select(
        unit, CUSTOM_FIELDS, "AND noun = %(noun)s ORDER BY rank, id", noun=noun
    )


async def names_by_key(unit: Unit, noun: FieldNoun) -> dict[str, str]:
    """Field names by the key under which values stand (the id in hexadecimal)."""
    return {field.id.hex(): field.name for field in await fields_of(unit, noun)}
