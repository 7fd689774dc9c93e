"""Changes that concern a contact alone. Its lead's changes are flows."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from leadline.features.contacts.inputs import ContactChange, NewContact, names_of
from leadline.features.contacts.tables import CONTACTS, Contact, Method
from leadline.features.custom_fields.actions import merged
from leadline.kernel.inputs import given_fields
from leadline.store import writes
from leadline.store.unit import Unit


async def insert_contact(
    unit: Unit, lead_id: bytes, new: NewContact, *, is_primary: bool, is_placeholder: bool = False
) -> Contact:
    """Adds a contact to a lead."""
    row = _row(unit, lead_id, new, is_primary=is_primary)
    if is_placeholder:
        row = msgspec.structs.replace(row, is_placeholder=True)
    await writes.insert(unit, CONTACTS, row)
    await _write_methods(unit, row)
    return row


async def fill_placeholder(unit: Unit, placeholder: Contact, new: NewContact) -> Contact:
    """Makes a locked placeholder the new contact; what refers to it stays with it."""
    row = _row(unit, placeholder.lead_id, new, is_primary=placeholder.is_primary)
    columns = {name: getattr(row, name) for name in CONTACTS.columns if name != "id"}
    filled = await writes.update(unit, CONTACTS, placeholder, **columns)
    await _write_methods(unit, filled)
    return filled


async def update_contact(unit: Unit, before: Contact, change: ContactChange) -> Contact:
    """Changes what is given; ``before`` must be locked. A placeholder that is filled shows up."""
    plain = (
        "title",
        "emails",
        "phones",
        "urls",
        "time_zone",
        "prompt_id",
        "is_autopilot",
        "is_unread",
    )
    changes = given_fields(change, *plain)
    changes.update(_changed_names(before, change))
    if change.custom:
        changes["custom"] = merged(before.custom, change.custom)
    if before.is_placeholder and any(
        changes.get(name) for name in ("name", "title", "emails", "phones", "urls", "custom")
    ):
        changes["is_placeholder"] = False
    for name in ("emails", "phones", "urls"):
        if name in changes:
            changes[name] = _with_what_is_known(getattr(before, name), changes[name])
    after = await writes.update(unit, CONTACTS, before, **changes)
    if (after.phones, after.emails) != (before.phones, before.emails):
        await unit.execute(
            "DELETE FROM contact_methods "
            "WHERE organization_id = %(organization_id)s AND contact_id = %(id)s",
            id=before.id,
        )
        await _write_methods(unit, after)
    return after


async def make_primary(unit: Unit, before: Contact) -> Contact:
    """Makes a contact its lead's primary one; the caller has freed the place."""
    return await writes.update(unit, CONTACTS, before, is_primary=True)


async def delete_contact_row(unit: Unit, before: Contact) -> None:
    """Removes a contact; its methods go with it."""
    await writes.delete(unit, CONTACTS, before)


def _changed_names(before: Contact, change: ContactChange) -> dict[str, Any]:
    first, last = change.first_name, change.last_name
    if first is UNSET and last is UNSET:
        if change.name is UNSET:
            return {}
        parts = names_of(change.name, None, None)
    else:
        parts = names_of(
            None,
            before.first_name if first is UNSET else first,
            before.last_name if last is UNSET else last,
        )
    return dict(zip(("name", "first_name", "last_name"), parts, strict=True))


def _row(unit: Unit, lead_id: bytes, new: NewContact, *, is_primary: bool) -> Contact:
    name, first_name, last_name = names_of(new.name, new.first_name, new.last_name)
    return Contact(
        **unit.stamps(created_at=new.created_at, created_by=new.created_by),
        lead_id=lead_id,
        is_primary=is_primary,
        is_placeholder=False,
        name=name,
        first_name=first_name,
        last_name=last_name,
        title=new.title,
        emails=new.emails,
        phones=new.phones,
        urls=new.urls,
        time_zone=new.time_zone,
        custom=new.custom,
        prompt_id=new.prompt_id,
        is_autopilot=new.is_autopilot,
        is_unread=False,
        is_bulk=new.is_bulk,
    )


def _with_what_is_known(before: list[Method], after: list[Method]) -> list[Method]:
    """A number or address that stays keeps what is known of it, such as its verification."""
    known = {method["value"]: method for method in before}
    return [{**known.get(method["value"], method), **method} for method in after]


async def _write_methods(unit: Unit, row: Contact) -> None:
    """Keeps the look-up of phones and e-mail addresses in step with the contact."""
    kinds = ["phone"] * len(row.phones) + ["email"] * len(row.emails)
    if not kinds:
        return
    values = [_value(method) for method in (*row.phones, *row.emails)]
    await unit.execute(
        "INSERT INTO contact_methods (organization_id, kind, value, contact_id) "
        "SELECT %(organization_id)s, given.kind, given.value, %(id)s "
        "FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS given (kind, value) "
        "ON CONFLICT DO NOTHING",
        id=row.id,
        kinds=kinds,
        values=values,
    )


def _value(method: Method) -> str:
    return method["value"]
