"""Reads of contacts."""

from __future__ import annotations

from typing import Literal

from leadline.features.contacts.tables import CONTACTS, Contact
from leadline.store import rows
from leadline.store.unit import Unit


async def contacts_of_leads(unit: Unit, lead_ids: list[bytes]) -> dict[bytes, list[Contact]]:
    """The contacts of each lead, the primary one first; fetched at once."""
    found: dict[bytes, list[Contact]] = {lead_id: [] for lead_id in lead_ids}
    if not lead_ids:
        return found
    contacts = await rows.select(
        unit,
        CONTACTS,
        "AND lead_id = ANY(%(lead_ids)s) ORDER BY is_primary DESC, id",
        lead_ids=lead_ids,
    )
    for contact in contacts:
        found[contact.lead_id].append(contact)
    return found


async def primary_contact(unit: Unit, lead_id: bytes) -> Contact:
    """The primary contact of a lead; every lead has one."""
    (contact,) = await rows.select(
        unit, CONTACTS, "AND lead_id = %(lead_id)s AND is_primary", lead_id=lead_id
    )
    return contact


async def find_by_method(unit: Unit, kind: Literal["phone", "email"], value: str) -> Contact | None:
    """The contact with that normalised phone or e-mail; the oldest when several share it."""
    found = await rows.select(
        unit,
        CONTACTS,
        "AND id IN (SELECT contact_id FROM contact_methods "
        "WHERE organization_id = %(organization_id)s AND kind = %(kind)s AND value = %(value)s) "
        "ORDER BY created_at, id LIMIT 1",
        kind=kind,
        value=value,
    )
    return found[0] if found else None
