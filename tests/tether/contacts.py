"""What tests of Tether contacts start from."""

from __future__ import annotations

from typing import Any

from leadline.features.contacts.inputs import NewContact
from leadline.features.contacts.tables import Method
from leadline.features.leads.inputs import NewLead
from leadline.features.pipelines.queries import stage_book
from leadline.flows.create_lead import create_lead
from leadline.kernel.scope import Scope
from tests.cast import Person, World

UNKNOWN_ID = "0123456789abcdef01234567"
JANE = {
    "firstName": "Jane",
    "lastName": "Doe",
    "phoneNumber": "(415) 555-0133",
    "email": "Jane.Doe@Example.com",
}


def add(person: Person, **fields: Any) -> dict[str, Any]:
    """A new contact as it is answered; Jane's fields unless others are given."""
    made: dict[str, Any] = person.tether.post("/contact", {**JANE, **fields}, 201)["contact"]
    return made


def show(person: Person, contact_id: str) -> dict[str, Any]:
    found: dict[str, Any] = person.tether.get(f"/contacts/{contact_id}")["data"]
    return found


def patch(person: Person, contact_id: str, **fields: Any) -> dict[str, Any]:
    changed: dict[str, Any] = person.tether.patch(f"/contacts/{contact_id}", fields)["contact"]
    return changed


def wrong(answer: dict[str, Any]) -> set[str]:
    """The fields that a refusal names."""
    assert answer["success"] is False
    assert answer["error"]["code"] == "VALIDATION_ERROR"
    assert answer["message"] == answer["error"]["message"]
    return {entry["field"] for entry in answer["error"]["details"]}


def transitions(world: World, contact_id: str | None = None) -> list[tuple[Any, ...]]:
    """(from, to) of every move of north's leads, or of the lead of one contact."""
    found = world.sql(
        "SELECT from_stage_name, stage_name FROM stage_transitions "
        "WHERE organization_id = %s AND kind = 'lead' AND (%s::bytea IS NULL OR lead_id = "
        "(SELECT lead_id FROM contacts WHERE id = %s::bytea)) ORDER BY id",
        world.ada.organization_id,
        *[bytes.fromhex(contact_id) if contact_id else None] * 2,
    )
    return [tuple(row) for row in found]


def lead_of(world: World, contact_id: str) -> tuple[Any, ...]:
    """Id, name and number of contacts of a contact's lead."""
    (found,) = world.sql(
        "SELECT id, name, (SELECT count(*) FROM contacts o WHERE o.lead_id = l.id) FROM leads l "
        "WHERE id = (SELECT lead_id FROM contacts WHERE id = %s)",
        bytes.fromhex(contact_id),
    )
    return tuple(found)


def add_lead(world: World, name: str | None, *people: tuple[str, str]) -> list[str]:
    """A lead as the Close dialect makes it, with (name, phone) contacts; the contacts' ids."""
    ada = world.ada
    scope = Scope(ada.organization_id, ada.user_id, ada.role, b"test")

    async def run() -> list[str]:
        async with world.services.database.writing(scope) as unit:
            stage = (await stage_book(unit, "lead")).first()
            assert stage is not None
            new = [NewContact(name=who, phones=_phones(phone)) for who, phone in people]
            _, contacts = await create_lead(unit, NewLead(name=name), new, stage)
            return [contact.id.hex() for contact in contacts]

    made: list[str] = world.call(run)
    return made


def _phones(phone: str) -> list[Method]:
    return [{"value": phone, "type": "office"}] if phone else []
