"""Contacts and the lead they are on: adding, moving and deleting them."""

from __future__ import annotations

import msgspec

from leadline.features.contacts.actions import (
    delete_contact_row,
    fill_placeholder,
    insert_contact,
    make_primary,
)
from leadline.features.contacts.inputs import MAX_CONTACTS, NewContact
from leadline.features.contacts.queries import contacts_of_leads, lock_card
from leadline.features.contacts.tables import CONTACTS, Contact
from leadline.features.conversations.actions import delete_conversations
from leadline.features.leads.inputs import NewLead
from leadline.features.leads.tables import LEADS, Lead
from leadline.features.pipelines.queries import stage_book
from leadline.flows.create_lead import create_lead
from leadline.kernel.errors import ConflictError, RefusedError
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def add_contact(unit: Unit, lead_id: bytes | None, new: NewContact) -> Contact:
    """Adds a contact to a lead; without a lead a new one is made, named after the contact.

    The placeholder of a lead without contacts is filled, so that its card stays the same card.
    """
    if lead_id is None:
        stage = (await stage_book(unit, "lead")).first()
        if stage is None:
            raise RefusedError("The default lead pipeline has no stage.")
        _, made = await create_lead(unit, NewLead(name=new.name), [new], stage)
        return made[0]
    lead = await rows.lock(unit, LEADS, lead_id)
    existing = (await contacts_of_leads(unit, [lead_id]))[lead_id]
    _check_room(len(existing) + 1)
    if existing and existing[0].is_placeholder:
        added = await fill_placeholder(unit, existing[0], new)
    else:
        added = await insert_contact(unit, lead_id, new, is_primary=not existing)
    await _touch(unit, lead)
    return added


async def move_contact(unit: Unit, contact_id: bytes, lead_id: bytes) -> Contact:
    """Moves a contact to another lead; both leads keep a primary contact."""
    home = (await rows.get(unit, CONTACTS, contact_id)).lead_id
    # In the order of their ids, so that two moves in opposite directions cannot lock each other.
    leads = {each: await rows.lock(unit, LEADS, each) for each in sorted({home, lead_id})}
    contact = await rows.lock(unit, CONTACTS, contact_id)
    if contact.lead_id != home:
        raise ConflictError("The contact has just moved to another lead.")
    if home == lead_id:
        return contact
    waiting = (await contacts_of_leads(unit, [lead_id]))[lead_id]
    _check_room(len(waiting) + 1)
    if waiting and waiting[0].is_placeholder:
        await _remove(unit, waiting[0])
        waiting = []
    moved = await writes.update(unit, CONTACTS, contact, lead_id=lead_id, is_primary=not waiting)
    if contact.is_primary:
        await _fill_primary(unit, home)
    for lead in leads.values():
        await _touch(unit, lead)
    return moved


async def delete_contact(unit: Unit, contact_id: bytes) -> None:
    """Removes a contact. Another becomes primary; the last one leaves a placeholder behind."""
    card = await lock_card(unit, contact_id)
    await _remove(unit, card.contact)
    if card.contact.is_primary:
        await _fill_primary(unit, card.lead.id)
    await _touch(unit, card.lead)


def _check_room(count: int) -> None:
    if count > MAX_CONTACTS:
        raise RefusedError(f"A lead has at most {MAX_CONTACTS:,} contacts.")


async def _remove(unit: Unit, contact: Contact) -> None:
    await delete_conversations(unit, contact.id, contact.lead_id)
    await delete_contact_row(unit, contact)


async def _fill_primary(unit: Unit, lead_id: bytes) -> None:
    left = (await contacts_of_leads(unit, [lead_id]))[lead_id]
    if left:
        await make_primary(unit, left[0])
    else:
        await insert_contact(unit, lead_id, NewContact(), is_primary=True, is_placeholder=True)


async def _touch(unit: Unit, lead: Lead) -> None:
    """Adding and removing contacts changes the lead as Close sees it: an event even within one
    instant, when the row looks the same, so not by ``change_row``."""
    changes = unit.update_stamps()
    await unit.execute(LEADS.update_sql(tuple(changes)), id=lead.id, **changes)
    after = msgspec.structs.replace(lead, **changes)
    unit.record("updated", LEADS, lead, after, lead_id=lead.id)
