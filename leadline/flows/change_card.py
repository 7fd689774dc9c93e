"""Cards: a contact together with the stage, the source and the owner of its lead.

Unlike contacts alone, cards do not share phone numbers. Callers take the numbers with
``lock_values`` before they lock a card, in the order that the intake keeps too.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from leadline.features.contacts.actions import update_contact
from leadline.features.contacts.inputs import ContactChange, NewContact, names_of
from leadline.features.contacts.queries import (
    Card,
    contacts_of_leads,
    lock_card,
    lock_leads_of,
    phones_of_other_cards,
)
from leadline.features.contacts.tables import Contact, Method
from leadline.features.leads.actions import update_lead
from leadline.features.leads.inputs import LeadChange, NewLead
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.features.prompts.queries import find_usable_prompt
from leadline.features.users.queries import find_member
from leadline.flows.change_contacts import delete_contact
from leadline.flows.create_lead import create_lead
from leadline.flows.delete_lead import delete_lead
from leadline.flows.move_lead import move_lead, move_leads
from leadline.kernel.errors import ForbiddenError, Problems
from leadline.store.unit import Unit


class CardChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changes of a card; ``stage`` None stays."""

    contact: ContactChange = ContactChange()
    lead: LeadChange = LeadChange()
    stage: Stage | None = None


async def create_card(
    unit: Unit, contact: NewContact, lead: NewLead, stage: Stage, problems: Problems
) -> Card:
    """Adds a lead with one contact, named after it. Raises all ``problems``, its own included."""
    await _check_prompt(unit, contact.prompt_id, problems)
    await _check_owner(unit, lead.owner_id, problems)
    await _check_phones(unit, contact.phones, [], None, problems)
    problems.stop_if_any()
    name, _, _ = names_of(contact.name, contact.first_name, contact.last_name)
    made, contacts = await create_lead(
        unit, msgspec.structs.replace(lead, name=name), [contact], stage
    )
    return Card(contacts[0], made)


async def change_card(
    unit: Unit, card: Card, change: CardChange, book: StageBook, problems: Problems
) -> Card:
    """Changes a locked card. Raises all ``problems``, its own included."""
    before, lead = card.contact, card.lead
    prompt_id, owner_id = change.contact.prompt_id, change.lead.owner_id
    if prompt_id is not UNSET and prompt_id != before.prompt_id:
        await _check_prompt(unit, prompt_id, problems)
    if owner_id is not UNSET and owner_id != lead.owner_id:
        await _check_owner(unit, owner_id, problems)
    if change.contact.phones is not UNSET:
        await _check_phones(unit, change.contact.phones, before.phones, lead.id, problems)
    problems.stop_if_any()
    after = await update_contact(unit, before, change.contact)
    lead = await update_lead(unit, lead, _follow_name(before, after, card, change.lead))
    # Last, so that the transition says whose lead from which source it was.
    if change.stage is not None:
        lead = await move_lead(unit, lead, change.stage, book)
    return Card(after, lead)


async def move_cards(
    unit: Unit, contact_ids: list[bytes], stage: Stage, book: StageBook
) -> tuple[int, int]:
    """Moves the cards of these contacts; returns how many there are and how many were moved."""
    leads = await lock_leads_of(unit, contact_ids)
    return len(leads), len(await move_leads(unit, leads, stage, book))


async def delete_card(unit: Unit, contact_id: bytes) -> None:
    """Removes a contact, and its lead too if it is the only one; for owner and admins."""
    card = await lock_card(unit, contact_id)
    if not unit.scope.is_admin and card.lead.owner_id != unit.scope.user_id:
        raise ForbiddenError("Only the owner of a contact and admins may delete it")
    contacts = (await contacts_of_leads(unit, [card.lead.id]))[card.lead.id]
    if len(contacts) == 1:
        await delete_lead(unit, card.lead.id)
    else:
        await delete_contact(unit, contact_id)


def _follow_name(before: Contact, after: Contact, card: Card, change: LeadChange) -> LeadChange:
    """A lead that was named after its primary contact stays so."""
    if before.is_primary and card.lead.name == before.name != after.name:
        return msgspec.structs.replace(change, name=after.name)
    return change


async def _check_prompt(unit: Unit, prompt_id: bytes | None, problems: Problems) -> None:
    if prompt_id is not None and await find_usable_prompt(unit, prompt_id) is None:
        problems.add("not_found", "prompt_id")


async def _check_owner(unit: Unit, user_id: bytes | None, problems: Problems) -> None:
    if user_id is None:
        return
    member = await find_member(unit, user_id)
    if member is None or not member.is_active:
        problems.add("not_found", "owner_id")


async def _check_phones(
    unit: Unit,
    phones: list[Method],
    before: list[Method],
    lead_id: bytes | None,
    problems: Problems,
) -> None:
    """Refuses numbers of other cards; those that a contact has already may stay."""
    known = {method["value"] for method in before}
    new = [method["value"] for method in phones if method["value"] not in known]
    async with unit.seeing_all():  # a number is taken, whoever sees by whom
        others = await phones_of_other_cards(unit, new, lead_id)
    for taken in others:
        problems.add("duplicate", "phones", text=f"Another contact has the number {taken}.")
