"""Finding out what the users, contacts and custom objects are that custom values name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadline.features.contacts.tables import CONTACTS
from leadline.features.custom_fields.references import References, mentioned_ids
from leadline.features.custom_fields.tables import CustomField
from leadline.features.custom_objects.tables import CUSTOM_OBJECTS
from leadline.features.users.queries import list_members
from leadline.store import rows
from leadline.store.unit import Unit


async def find_references(
    unit: Unit, given: Iterable[tuple[CustomField, Any]], *, spell_out: bool = False
) -> References:
    """What exists of what the values of fields name; nothing is fetched for none.

    ``spell_out`` says that the names of users are needed, whatever the type of the field.
    """
    pairs = list(given)
    found = References()
    wants_users = spell_out or any(field.target_type == "user" for field, _ in pairs)
    if wants_users and pairs:
        for member in await list_members(unit):
            reference = found.add("user", member.id)
            found.users[reference] = name = member.full_name or member.email
            if member.is_active:
                found.known.setdefault(("user", name), reference)  # the oldest of that name
    contacts = await rows.select_ids(unit, CONTACTS, _mentioned("contact", pairs))
    for contact in contacts.values():
        if not contact.is_placeholder:
            found.add("contact", contact.id)
    objects = await rows.select_ids(unit, CUSTOM_OBJECTS, _mentioned("custom_object", pairs))
    for each in objects.values():
        found.add("custom_object", each.id, sort=each.type_id.hex())
    return found


def _mentioned(field_type: str, pairs: list[tuple[CustomField, Any]]) -> list[bytes]:
    """The ids that values of fields of that type name."""
    values = [value for field, value in pairs if field.target_type == field_type]
    return [object_id for value in values for object_id in mentioned_ids(field_type, value)]
