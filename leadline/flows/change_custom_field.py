"""Changing and deleting custom fields and associations, with what that does to values."""

from __future__ import annotations

from leadline.features.custom_fields import actions
from leadline.features.custom_fields.inputs import CustomFieldChange
from leadline.features.custom_fields.queries import associations_of, get_association
from leadline.features.custom_fields.tables import (
    ASSOCIATIONS,
    CUSTOM_FIELDS,
    CustomField,
    FieldNoun,
)
from leadline.features.roles.queries import role_that_sees_by
from leadline.flows.conform_custom_values import conform_values, has_many_values
from leadline.kernel.errors import NotFoundError, RefusedError
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def change_custom_field(
    unit: Unit, noun: str, field_id: bytes, change: CustomFieldChange
) -> CustomField:
    """Changes a field and converts its values, if its type or their number has changed."""
    before = await _lock(unit, noun, field_id)
    is_slow = False
    if isinstance(change.type, str) and change.type != before.type:
        await _check_not_seen_by(unit, field_id)
        is_slow = any(
            [await has_many_values(unit, n, field_id) for n, _ in await _places(unit, before)]
        )
    after = await actions.update_custom_field(unit, before, change, is_slow=is_slow)
    if _values_of(after) != _values_of(before):
        for each in await _places(unit, after):
            await conform_values(unit, *each, before)
    return after


async def delete_custom_field(unit: Unit, noun: str, field_id: bytes) -> None:
    """Removes a field, what it is associated with, and its values."""
    before = await _lock(unit, noun, field_id)
    await _check_not_seen_by(unit, field_id)
    places = await _places(unit, before)
    for row in await unit.fetch_all(
        ASSOCIATIONS.row, ASSOCIATIONS.delete_where(b"field_id = %(field_id)s"), field_id=field_id
    ):
        unit.record("deleted", ASSOCIATIONS, row, None)
    await writes.delete(unit, CUSTOM_FIELDS, before)
    for each in places:
        await conform_values(unit, *each, before)


async def dissociate_field(
    unit: Unit, field_id: bytes, noun: FieldNoun, type_id: bytes | None
) -> None:
    """Takes a shared field from a noun, and its values from the objects there."""
    field = await _lock(unit, "shared", field_id)
    if noun == "lead":
        await _check_not_seen_by(unit, field_id)
    before = await get_association(unit, field_id, noun, type_id)
    await writes.delete(unit, ASSOCIATIONS, before)
    await conform_values(unit, noun, type_id, field)


async def _check_not_seen_by(unit: Unit, field_id: bytes) -> None:
    """A field that says who sees a lead stays as it is: a change would show people other leads."""
    role = await role_that_sees_by(unit, field_id)
    if role is not None:
        raise RefusedError(
            f"The field says which leads the role '{role.name}' sees: change the role first."
        )


async def _lock(unit: Unit, noun: str, field_id: bytes) -> CustomField:
    await actions.lock_definitions(unit)
    field = await rows.lock(unit, CUSTOM_FIELDS, field_id)
    if field.noun != noun:
        raise NotFoundError(CUSTOM_FIELDS.noun)
    return field


async def _places(unit: Unit, field: CustomField) -> list[tuple[FieldNoun, bytes | None]]:
    """Whose objects can have values of the field: nouns, each with its custom type if it has."""
    if not field.is_shared:
        return [(field.noun, field.type_id)]  # type: ignore[list-item]  # all but shared are FieldNouns
    found = (await associations_of(unit, [field.id]))[field.id]
    return [(each.noun, each.type_id) for each in found]


def _values_of(field: CustomField) -> tuple[str, bool]:
    """What decides how values look."""
    return field.target_type, field.accepts_multiple_values
