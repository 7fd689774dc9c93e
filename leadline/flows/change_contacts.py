"""Contacts and the lead they are on: adding, moving and deleting them."""

from __future__ import annotations

from msgspec import UNSET

from leadline.features.contacts.actions import (
    delete_contact_row,
    insert_contact,
    make_primary,
    update_contact,
)
from leadline.features.contacts.inputs import ContactChange, NewContact
from leadline.features.contacts.queries import contacts_of_leads
from leadline.features.contacts.tables import CONTACTS, Contact
from leadline.features.conversations.actions import delete_conversations
from leadline.features.leads.inputs import NewLead
from leadline.features.leads.tables import LEADS, Lead
from leadline.features.pipelines.queries import stage_book
from leadline.flows.create_lead import create_lead
from leadline.kernel.errors import RefusedError
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
    if existing and existing[0].is_placeholder:
        filled = await update_contact(unit, existing[0], _filling(new))
        if filled.is_placeholder:
            filled = await writes.update(unit, CONTACTS, filled, is_placeholder=False)
        added = filled
    else:
        added = await insert_contact(unit, lead_id, new, is_primary=not existing)
    await _touch(unit, lead)
    return added


async def move_contact(unit: Unit, contact: Contact, lead_id: bytes) -> Contact:
    """Moves a locked contact to another lead; both leads keep a primary contact."""
    if contact.lead_id == lead_id:
        return contact
    # In the order of their ids, so that two moves in opposite directions cannot lock each other.
    leads = {
        each: await rows.lock(unit, LEADS, each) for each in sorted((contact.lead_id, lead_id))
    }
    at_home = (await contacts_of_leads(unit, [lead_id]))[lead_id]
    if at_home and at_home[0].is_placeholder:
        await delete_contact_row(unit, at_home[0])
        at_home = []
    old_lead_id = contact.lead_id
    moved = await writes.update(unit, CONTACTS, contact, lead_id=lead_id, is_primary=not at_home)
    if contact.is_primary:
        await _fill_primary(unit, old_lead_id)
    for lead in leads.values():
        await _touch(unit, lead)
    return moved


async def delete_contact(unit: Unit, contact_id: bytes) -> None:
    """Removes a contact. Another becomes primary; the last one leaves a placeholder behind."""
    contact = await rows.lock(unit, CONTACTS, contact_id)
    lead = await rows.lock(unit, LEADS, contact.lead_id)
    await delete_conversations(unit, contact.id, lead.id)
    await delete_contact_row(unit, contact)
    if contact.is_primary:
        await _fill_primary(unit, lead.id)
    await _touch(unit, lead)


def _filling(new: NewContact) -> ContactChange:
    return ContactChange(
        name=new.name,
        first_name=UNSET if new.first_name is None else new.first_name,
        last_name=UNSET if new.last_name is None else new.last_name,
        title=new.title,
        emails=new.emails,
        phones=new.phones,
        urls=new.urls,
        time_zone=new.time_zone,
        custom=new.custom,
        prompt_id=new.prompt_id,
        is_autopilot=new.is_autopilot,
    )


async def _fill_primary(unit: Unit, lead_id: bytes) -> None:
    left = (await contacts_of_leads(unit, [lead_id]))[lead_id]
    if left:
        await make_primary(unit, left[0])
    else:
        await insert_contact(unit, lead_id, NewContact(), is_primary=True, is_placeholder=True)


async def _touch(unit: Unit, lead: Lead) -> None:
    """Adding and removing contacts changes the lead as Close sees it."""
    await writes.update(unit, LEADS, lead, of_lead=lead.id, updated_at=unit.now)
