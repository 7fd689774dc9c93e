"""Contacts in the Tether dialect: ``/api/contact`` and ``/api/contacts/{id}``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from msgspec import UNSET

from leadline.dialects.tether.contact_bodies import (
    SENT_NAMES,
    ContactBody,
    ContactIdBody,
    read_contact,
)
from leadline.dialects.tether.spelling import (
    envelope_error,
    id_in_path,
    plain_error,
    spell_id_or_null,
    spell_time,
    spell_time_or_null,
)
from leadline.features.contacts.inputs import ContactChange, NewContact
from leadline.features.contacts.queries import Card, get_card, lock_card
from leadline.features.contacts.tables import Method
from leadline.features.conversations.queries import Activity, activity_of_contacts
from leadline.features.custom_fields.queries import names_by_key
from leadline.features.leads.inputs import LeadChange, NewLead
from leadline.features.leads.tables import UNASSIGNED
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.flows.change_card import CardChange, change_card, create_card, delete_card
from leadline.flows.name_values import values_by_name
from leadline.kernel.errors import RefusedError
from leadline.kernel.rights import Right
from leadline.store.locks import lock_values
from leadline.store.unit import Unit
from leadline.wire.operation import Operation, Request, operation

TAG = "Contacts"
_PATH = "/api/contacts/{id}"


class PhoneShape(TypedDict):
    value: str
    isPrimary: bool
    verifiedAt: str | None
    verifiedBy: str | None
    verificationSource: str | None


class ContactShape(TypedDict):
    """Values of custom fields stand beside these, under the names of the fields."""

    _id: str
    organizationId: str
    firstName: str | None
    lastName: str | None
    phoneNumber: list[PhoneShape]
    secondaryPhoneNumber: list[str]
    email: str | None
    status: str | None
    pipelineId: str
    pipelineStage: str
    source: str
    process: str | None
    isAutopilot: bool
    isBulkSms: bool
    isUpdated: bool
    channelTypes: list[str]
    assignees: list[str]
    lastMessageTime: str | None
    outreachConfigId: str | None
    userId: str | None
    createdBy: str | None
    createdAt: str
    updatedAt: str


class OneContactShape(TypedDict):
    success: Literal[True]
    data: ContactShape


class ChangedContact(TypedDict):
    contact: ContactShape
    message: str


class ChangedContactShape(TypedDict):
    success: Literal[True]
    data: ChangedContact
    message: str
    contact: ContactShape


class DeletedContact(TypedDict):
    _id: str


class DeletedContactShape(TypedDict):
    message: str
    data: DeletedContact


async def show_cards(unit: Unit, cards: list[Card], book: StageBook) -> list[ContactShape]:
    """The documents of these contacts; what they share is fetched at once."""
    fields = await names_by_key(unit, "contact")
    activity = await activity_of_contacts(unit, [card.contact.id for card in cards])
    return [_spell_card(card, book, activity.get(card.contact.id), fields) for card in cards]


def _spell_card(
    card: Card, book: StageBook, activity: Activity | None, fields: dict[str, str]
) -> ContactShape:
    contact, lead = card.contact, card.lead
    stage = book.by_id.get(lead.stage_id)
    shape: ContactShape = {
        "_id": contact.id.hex(),
        "organizationId": contact.organization_id.hex(),
        # So that no card is blank, a lead lends its name to a contact without any.
        "firstName": lead.name if contact.name is None else contact.first_name,
        "lastName": contact.last_name,
        "phoneNumber": [_spell_phone(phone, at) for at, phone in enumerate(contact.phones)],
        "secondaryPhoneNumber": [phone["value"] for phone in contact.phones[1:]],
        "email": contact.emails[0]["value"] if contact.emails else None,
        "status": stage.name if stage else None,
        "pipelineId": lead.pipeline_id.hex(),
        "pipelineStage": lead.stage_id.hex(),
        "source": lead.source,
        "process": spell_id_or_null(contact.prompt_id),
        "isAutopilot": contact.is_autopilot,
        "isBulkSms": contact.is_bulk,
        "isUpdated": contact.is_unread,
        "channelTypes": activity.channels if activity else [],
        "assignees": [each.hex() for each in activity.user_ids] if activity else [],
        "lastMessageTime": spell_time_or_null(activity.last_message_at if activity else None),
        "outreachConfigId": spell_id_or_null(lead.configuration_id),
        "userId": spell_id_or_null(lead.owner_id),
        "createdBy": spell_id_or_null(contact.created_by),
        "createdAt": spell_time(contact.created_at),
        "updatedAt": spell_time(max(contact.updated_at, lead.updated_at)),
    }
    values = {fields[key]: value for key, value in contact.custom.items() if key in fields}
    return {**values, **shape}  # type: ignore[typeddict-item]  # the document is open


def _spell_phone(phone: Method, index: int) -> PhoneShape:
    return {
        "value": phone["value"],
        "isPrimary": index == 0,
        "verifiedAt": phone.get("verified_at"),
        "verifiedBy": phone.get("verified_by"),
        "verificationSource": phone.get("verification_source"),
    }


async def get_contact(request: Request[None]) -> OneContactShape:
    unit = request.unit
    card = await get_card(unit, id_in_path("contact", request.path["id"]))
    (shape,) = await show_cards(unit, [card], await stage_book(unit, "lead"))
    return {"success": True, "data": shape}


async def create_contact(request: Request[ContactBody]) -> ChangedContactShape:
    unit, body = request.unit, request.body
    given = read_contact(body, request.raw, unit.scope.country)
    if not body.phone_number:
        given.problems.add("required", "phoneNumber")
    await lock_values(unit, phones=given.numbers, emails=[])
    book = await stage_book(unit, "lead")
    stage = given.stage(book, None) or book.first()
    if stage is None:
        raise RefusedError("The default pipeline has no stage.")
    contact = NewContact(
        first_name=body.first_name or None,
        last_name=body.last_name or None,
        phones=given.phones([]),
        emails=given.emails([]),
        custom=await values_by_name(unit, "contact", given.custom, given.problems),
        prompt_id=given.prompt_id or None,
        is_autopilot=body.is_autopilot is True,
    )
    lead = NewLead(source=given.source or UNASSIGNED, owner_id=given.owner_id or None)
    card = await create_card(unit, contact, lead, stage, given.problems)
    return await _show_changed(unit, card, book, "Contact created")


async def update_contact(request: Request[ContactBody]) -> ChangedContactShape:
    return await _change(request, request.path["id"])


async def change_contact(request: Request[ContactIdBody]) -> ChangedContactShape:
    return await _change(request, request.body.object_id)


async def _change(request: Request[Any], contact_id: str) -> ChangedContactShape:
    unit, body = request.unit, request.body
    given = read_contact(body, request.raw, unit.scope.country)
    await lock_values(unit, phones=given.numbers, emails=[])
    card = await lock_card(unit, id_in_path("contact", contact_id))
    book = await stage_book(unit, "lead")
    # The lead's name that was shown in the place of a first name may come back.
    is_stand_in = card.contact.name is None and body.first_name == card.lead.name
    change = CardChange(
        contact=ContactChange(
            first_name=UNSET if is_stand_in else body.first_name,
            last_name=body.last_name,
            phones=given.phones(card.contact.phones),
            emails=given.emails(card.contact.emails),
            custom=await values_by_name(
                unit, "contact", given.custom, given.problems, card.contact.custom
            ),
            prompt_id=given.prompt_id,
            is_autopilot=body.is_autopilot,
            is_unread=body.is_updated,
        ),
        lead=LeadChange(source=given.source, owner_id=given.owner_id),
        stage=given.stage(book, book.by_id.get(card.lead.stage_id)),
    )
    card = await change_card(unit, card, change, book, given.problems)
    return await _show_changed(unit, card, book, "Contact updated")


async def _show_changed(
    unit: Unit, card: Card, book: StageBook, message: str
) -> ChangedContactShape:
    (shape,) = await show_cards(unit, [card], book)
    data: ChangedContact = {"contact": shape, "message": message}
    return {"success": True, "data": data, "message": message, "contact": shape}


async def delete_contact(request: Request[None]) -> DeletedContactShape:
    contact_id = id_in_path("contact", request.path["id"])
    await delete_card(request.unit, contact_id)
    return {"message": "Contact deleted", "data": {"_id": contact_id.hex()}}


def _change_operation(name: str, method: str, summary: str) -> Operation:
    return operation(
        name=name,
        method=method,
        path=_PATH,
        summary=summary,
        right=Right.CONTACT_WRITE,
        run=update_contact,
        tag=TAG,
        body=ContactBody,
        names=SENT_NAMES,
        answer=ChangedContactShape,
        error_body=envelope_error,
        errors={400: "Wrong input", 404: "Contact not found"},
        description=(
            "Only what is sent changes. Keys that are no fields of a contact are values "
            "of custom fields."
        ),
    )


OPERATIONS = (
    operation(
        name="contact.create",
        method="POST",
        path="/api/contact",
        summary="Create a contact",
        right=Right.CONTACT_WRITE,
        run=create_contact,
        tag=TAG,
        body=ContactBody,
        names=SENT_NAMES,
        answer=ChangedContactShape,
        status=201,
        error_body=envelope_error,
        errors={400: "Wrong input, or a phone number that another contact has"},
        description=(
            "A phone number is required. Keys that are no fields of a contact are values "
            "of custom fields."
        ),
    ),
    operation(
        name="contact.change",
        method="PUT",
        path="/api/contact",
        summary="Update the contact whose id is in the body",
        right=Right.CONTACT_WRITE,
        run=change_contact,
        tag=TAG,
        body=ContactIdBody,
        names=SENT_NAMES,
        answer=ChangedContactShape,
        error_body=envelope_error,
        errors={400: "Wrong input", 404: "Contact not found"},
    ),
    operation(
        name="contact.get",
        method="GET",
        path=_PATH,
        summary="Get one contact",
        right=Right.CONTACT_READ,
        run=get_contact,
        tag=TAG,
        answer=OneContactShape,
        error_body=envelope_error,
        errors={404: "Contact not found"},
    ),
    _change_operation("contact.patch", "PATCH", "Patch contact fields"),
    _change_operation("contact.update", "PUT", "Update a contact"),
    operation(
        name="contact.delete",
        method="DELETE",
        path=_PATH,
        summary="Delete a contact, and its lead with it if it is the only one",
        right=Right.CONTACT_WRITE,
        run=delete_contact,
        tag=TAG,
        answer=DeletedContactShape,
        error_body=plain_error,
        errors={
            403: "Only the owner of a contact and admins may delete it",
            404: "Contact not found",
        },
    ),
)
