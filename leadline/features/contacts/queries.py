"""Reads of contacts, and of cards: contacts with the lead that they stand for on boards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from typing import Any, Literal, LiteralString

import msgspec

from leadline.features.contacts.tables import CONTACTS, Contact
from leadline.features.leads.tables import LEADS, Lead
from leadline.kernel.errors import ConflictError, NotFoundError, Problems
from leadline.platform import phone_numbers
from leadline.store import rows
from leadline.store.conditions import Condition, TimeBounds, matching
from leadline.store.unit import Unit

_CARD_COLUMNS = ", ".join(
    [f"c.{name}" for name in CONTACTS.columns] + [f"l.{name}" for name in LEADS.columns]
).encode()
_CARDS = b"""
FROM contacts c JOIN leads l ON l.organization_id = c.organization_id AND l.id = c.lead_id
WHERE c.organization_id = %(organization_id)s
"""
_SEARCH = b"""
(coalesce(c.name, l.name) ILIKE %(search)s OR EXISTS (
    SELECT 1 FROM contact_methods m
    WHERE m.organization_id = %(organization_id)s AND m.contact_id = c.id
    AND (m.value ILIKE %(search)s OR m.kind = 'phone' AND m.value LIKE ANY(%(phones)s::text[]))
))
"""
# The column behind each filter.
_COLUMNS = {
    "owner_id": "l.owner_id",
    "stage_ids": "l.stage_id",
    "source": "l.source",
    "created": "c.created_at",
}
_OF_OWNERS = b"(l.owner_id = ANY(%(owner_ids)s) OR c.created_by = ANY(%(owner_ids)s))"
_OF_ASSIGNEES = (
    b"c.id IN (SELECT contact_id FROM conversations "
    b"WHERE organization_id = %(organization_id)s AND user_id = ANY(%(assignee_ids)s))"
)


class Card(msgspec.Struct, frozen=True):
    """A contact and its lead, whose stage, source and owner it shows."""

    contact: Contact
    lead: Lead


class CardFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is None does not matter. ``owner_ids`` match the owner or who made the contact."""

    search: str = ""
    owner_id: bytes | None = None
    is_unassigned: bool = False
    owner_ids: list[bytes] | None = None
    assignee_ids: list[bytes] | None = None
    stage_ids: list[bytes] | None = None
    source: str | None = None
    created: TimeBounds = TimeBounds()


def display_name(contact: Contact) -> str:
    """The name, else how the contact is reached."""
    if contact.name:
        return contact.name
    if contact.emails:
        return contact.emails[0]["value"]
    if contact.phones:
        return phone_numbers.for_people(contact.phones[0]["value"])
    return "Untitled"


def lead_display_name(lead: Lead, contacts: list[Contact]) -> str:
    """The name of a lead, else that of the first of its contacts."""
    if lead.name:
        return lead.name
    shown = [contact for contact in contacts if not contact.is_placeholder]
    return display_name(shown[0]) if shown else "Untitled"


def lead_display_name_sql(lead: LiteralString) -> LiteralString:
    """``lead_display_name`` of the lead that the statement calls ``lead``: NULL where that says
    "Untitled", and a phone number as it is stored."""
    return (
        "coalesce(nullif(" + lead + ".name, ''), (SELECT coalesce(nullif(n.name, ''), "  # noqa: S608 - of literals
        "n.emails -> 0 ->> 'value', n.phones -> 0 ->> 'value') FROM contacts n "
        "WHERE n.organization_id = %(organization_id)s AND n.lead_id = " + lead + ".id "
        "AND NOT n.is_placeholder ORDER BY n.is_primary DESC, n.id LIMIT 1))"
    )


async def names_around(
    unit: Unit, lead_ids: list[bytes], contact_ids: list[bytes]
) -> tuple[dict[bytes, str], dict[bytes, str]]:
    """What these leads and these contacts are called; fetched at once."""
    leads = await rows.select_ids(unit, LEADS, lead_ids)
    nameless = [lead.id for lead in leads.values() if not lead.name]
    of_lead, names = await contacts_around(unit, nameless, contact_ids)
    return name_leads(leads.values(), of_lead), names


async def contacts_around(
    unit: Unit, lead_ids: list[bytes], contact_ids: list[bytes]
) -> tuple[dict[bytes, list[Contact]], dict[bytes, str]]:
    """The contacts of these leads, the primary one first, and what they and these others are
    called; fetched at once and without placeholders."""
    found = await rows.select(
        unit,
        CONTACTS,
        "AND NOT is_placeholder AND (lead_id = ANY(%(lead_ids)s) OR id = ANY(%(ids)s)) "
        "ORDER BY is_primary DESC, id",
        lead_ids=lead_ids,
        ids=contact_ids,
    )
    of_lead: dict[bytes, list[Contact]] = {}
    for contact in found:
        of_lead.setdefault(contact.lead_id, []).append(contact)
    return of_lead, {contact.id: display_name(contact) for contact in found}


def name_leads(leads: Iterable[Lead], of_lead: Mapping[bytes, list[Contact]]) -> dict[bytes, str]:
    """What these leads are called, some of them after their contacts."""
    return {lead.id: lead_display_name(lead, of_lead.get(lead.id, [])) for lead in leads}


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


async def page_of_contacts(
    unit: Unit, lead_ids: list[bytes] | None, limit: int, skip: int
) -> list[Contact]:
    """Some of the contacts (None: of any lead), oldest first, without placeholders."""
    of_leads = "" if lead_ids is None else "AND lead_id = ANY(%(lead_ids)s) "
    return await rows.select(
        unit,
        CONTACTS,
        "AND NOT is_placeholder " + of_leads + "ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        lead_ids=lead_ids,
        limit=limit,
        skip=skip,
    )


async def check_on_lead(
    unit: Unit, contact_id: bytes | None, lead_id: bytes | None, problems: Problems
) -> None:
    """Adds a problem to ``contact_id`` unless the contact, if any, is on that lead (None: any)."""
    if contact_id is not None:
        check_is_on_lead(await rows.find(unit, CONTACTS, contact_id), {lead_id}, problems)


def check_is_on_lead(
    contact: Contact | None, lead_ids: Set[bytes | None], problems: Problems
) -> None:
    """Adds a problem to ``contact_id`` unless there is such a contact, and it is on all of these
    leads. None is a lead that nobody has named, or that is a problem already."""
    if contact is None or contact.is_placeholder:
        problems.add("not_found", "contact_id")
    elif lead_ids - {None, contact.lead_id}:
        problems.add("conflict", "contact_id", text="The contact is on another lead.")


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


async def get_card(unit: Unit, contact_id: bytes) -> Card:
    """Any contact as a card, be it the primary one of its lead or not."""
    found = await unit.fetch_one(
        _make_card,
        b"SELECT " + _CARD_COLUMNS + _CARDS + b"AND c.id = %(contact_id)s",
        contact_id=contact_id,
    )
    if found is None:
        raise NotFoundError("contact")
    return found


async def lock_card(unit: Unit, contact_id: bytes) -> Card:
    """The lead and then the contact, locked: the order that everybody keeps."""
    leads = await rows.select(
        unit,
        LEADS,
        "AND id = (SELECT lead_id FROM contacts "
        "WHERE organization_id = %(organization_id)s AND id = %(contact_id)s) FOR UPDATE",
        contact_id=contact_id,
    )
    if not leads:
        raise NotFoundError("contact")
    contact = await rows.lock(unit, CONTACTS, contact_id)
    if contact.lead_id != leads[0].id:
        raise ConflictError("The contact has just moved to another lead.")
    return Card(contact, leads[0])


async def lock_leads_of(unit: Unit, contact_ids: list[bytes]) -> list[Lead]:
    """The leads of these contacts, each once and locked."""
    return await rows.select(
        unit,
        LEADS,
        "AND id IN (SELECT lead_id FROM contacts WHERE organization_id = %(organization_id)s "
        "AND id = ANY(%(contact_ids)s)) ORDER BY id FOR UPDATE",
        contact_ids=contact_ids,
    )


async def list_cards(
    unit: Unit, wanted: CardFilter, limit: int, skip: int
) -> tuple[list[Card], int]:
    """A page of the cards, one per lead, newest first, and how many there are."""
    where = _where(wanted, unit.scope.country)
    cards = await unit.fetch_all(
        _make_card,
        b"SELECT "
        + _CARD_COLUMNS
        + _CARDS
        + b"AND "
        + where.sql
        + b" ORDER BY c.created_at DESC, c.id DESC LIMIT %(limit)s OFFSET %(skip)s",
        limit=limit,
        skip=skip,
        **where.parameters,
    )
    count: int = await unit.fetch_value(
        b"SELECT count(*) " + _CARDS + b"AND " + where.sql, **where.parameters
    )
    return cards, count


def _where(wanted: CardFilter, country: str) -> Condition:
    where = Condition(b"c.is_primary", {}) & matching(wanted, _COLUMNS)
    if wanted.is_unassigned:
        where &= Condition(b"l.owner_id IS NULL", {})
    if wanted.owner_ids is not None:
        where &= Condition(_OF_OWNERS, {"owner_ids": wanted.owner_ids})
    if wanted.assignee_ids is not None:
        where &= Condition(_OF_ASSIGNEES, {"assignee_ids": wanted.assignee_ids})
    if wanted.search:
        phones = _like_phones(wanted.search.strip(), country)
        patterns = {"search": _like(wanted.search), "phones": phones}
        where &= Condition(_SEARCH, patterns)
    return where


async def phones_of_other_cards(unit: Unit, phones: list[str], lead_id: bytes | None) -> list[str]:
    """Those of the numbers that the card of another lead has."""
    if not phones:
        return []
    return await unit.fetch_values(
        "SELECT DISTINCT m.value FROM contact_methods m JOIN contacts c "
        "ON c.organization_id = m.organization_id AND c.id = m.contact_id "
        "WHERE m.organization_id = %(organization_id)s AND m.kind = 'phone' "
        "AND m.value = ANY(%(phones)s) AND c.is_primary "
        "AND c.lead_id IS DISTINCT FROM %(lead_id)s::bytea",
        phones=phones,
        lead_id=lead_id,
    )


def _make_card(*columns: Any) -> Card:
    own = len(CONTACTS.columns)
    return Card(Contact(*columns[:own]), Lead(*columns[own:]))


def _like(text: str) -> str:
    """A pattern for what contains the text, whatever signs are in it."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text.strip()) + "%"


def _like_phones(text: str, country: str) -> list[str]:
    """Patterns for what looks like a phone number, or a part of one, however it is typed."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < 3 or re.fullmatch(r"[\d\s()+./-]+", text) is None:
        return []
    number = phone_numbers.to_e164(text, country)
    return [f"%{each}%" for each in (digits, number) if each]
