"""Contacts in the Close dialect: ``/api/v1/contact/``. Leads embed them in the same shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.custom_values import (
    FieldBook,
    fields_for,
    read_custom,
    spell_custom,
)
from leadline.dialects.close.protocol.object_links import (
    NO_EXTRAS,
    Extras,
    LinkShape,
    extras_for,
    links_on,
)
from leadline.dialects.close.protocol.recent_calls import RecentCallShape, add_recent_calls
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    ContactId,
    LeadId,
    ListOf,
    UserId,
    spell_id,
    spell_organization_id,
    spell_shared_id,
    spell_user_id,
)
from leadline.dialects.close.query.parameters import QUERY, contacts_found
from leadline.features.contacts import actions
from leadline.features.contacts.inputs import (
    NAME_LENGTH,
    ContactChange,
    NewContact,
    check_time_zone,
    read_emails,
    read_phones,
    read_urls,
)
from leadline.features.contacts.queries import display_name, page_of_contacts
from leadline.features.contacts.tables import CONTACTS, Contact, Method
from leadline.features.custom_fields.actions import merged
from leadline.features.leads.tables import LEADS
from leadline.features.users.queries import check_members
from leadline.flows import change_contacts
from leadline.kernel.errors import NotFoundError, Path, Problems
from leadline.kernel.rights import Right
from leadline.platform import phone_numbers
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.instants import Instant
from leadline.wire.operation import Parameter, Request


class EmailShape(TypedDict):
    email: str
    is_unsubscribed: bool
    type: str


class PhoneShape(TypedDict):
    country: str | None
    phone: str
    phone_formatted: str
    type: str


class UrlShape(TypedDict):
    type: str
    url: str


class ContactShape(TypedDict):
    """Values of custom fields stand beside these, as ``custom.cf_..``.

    ``recent_calls`` is there when it is asked for.
    """

    created_by: str | None
    date_created: str
    date_updated: str
    display_name: str
    emails: list[EmailShape]
    id: str
    integration_links: list[LinkShape]
    lead_id: str
    lead_suggestions_operation_id: None
    name: str | None
    organization_id: str
    phones: list[PhoneShape]
    recent_calls: NotRequired[list[RecentCallShape]]
    subscriptions: list[Any]
    timezone: str | None
    timezone_source: None
    title: str | None
    updated_by: str | None
    urls: list[UrlShape]


READABLE = frozenset(ContactShape.__annotations__)

Text = Annotated[str, Meta(max_length=NAME_LENGTH)]
Label = Annotated[str, Meta(max_length=100)]


class EmailBody(msgspec.Struct, frozen=True):
    email: str
    type: Label | None = None


class PhoneBody(msgspec.Struct, frozen=True):
    phone: str | None = None
    type: Label | None = None


class UrlBody(msgspec.Struct, frozen=True):
    url: str
    type: Label | None = None


class ContactBody(msgspec.Struct, frozen=True, kw_only=True):
    """A new contact, as leads nest it."""

    name: Text | None = None
    title: Text | None = None
    emails: list[EmailBody] | None = None
    phones: list[PhoneBody] | None = None
    urls: list[UrlBody] | None = None
    timezone: str | None = None
    date_created: Instant | None = None
    created_by: UserId | None = None


class NewContactBody(ContactBody, frozen=True, kw_only=True):
    """Without a lead the contact gets one of its own."""

    lead_id: LeadId | None = None


class ContactChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears, but for the lead: a contact is always on one. Lists are replaced whole."""

    lead_id: LeadId | None = None
    name: Text | UnsetType | None = UNSET
    title: Text | UnsetType | None = UNSET
    emails: list[EmailBody] | UnsetType | None = UNSET
    phones: list[PhoneBody] | UnsetType | None = UNSET
    urls: list[UrlBody] | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET


# On the way out.


def spell_email(method: Method, unsubscribed: frozenset[str]) -> EmailShape:
    email = method["value"]
    return {"email": email, "is_unsubscribed": email in unsubscribed, "type": method["type"]}


@lru_cache(maxsize=20_000)
def spell_phone(number: str, kind: str) -> PhoneShape:
    return {
        "country": phone_numbers.country_of(number),
        "phone": number,
        "phone_formatted": phone_numbers.for_people(number),
        "type": kind,
    }


class Reach(NamedTuple):
    """How somebody is reached first."""

    email: EmailShape | None
    phone: PhoneShape | None


def reach_of(contacts: Iterable[Contact], extras: Extras) -> Reach:
    """The first address and the first number of these contacts of one lead."""
    email = next((method for contact in contacts for method in contact.emails), None)
    phone = next((method for contact in contacts for method in contact.phones), None)
    return Reach(
        email and spell_email(email, extras.unsubscribed),
        phone and spell_phone(phone["value"], phone["type"]),
    )


def spell_contact(row: Contact, extras: Extras = NO_EXTRAS) -> ContactShape:
    shape: ContactShape = {
        "created_by": spell_user_id(row.created_by),
        "date_created": spelling.spell_time(row.created_at),
        "date_updated": spelling.spell_time(row.updated_at),
        "display_name": display_name(row),
        "emails": [spell_email(method, extras.unsubscribed) for method in row.emails],
        "id": spell_id("cont", row.id),
        "integration_links": [],
        "lead_id": spell_shared_id("lead", row.lead_id),
        "lead_suggestions_operation_id": None,
        "name": row.name,
        "organization_id": spell_organization_id(row.organization_id),
        "phones": [spell_phone(each["value"], each["type"]) for each in row.phones],
        "subscriptions": [],
        "timezone": row.time_zone,
        "timezone_source": None,
        "title": row.title,
        "updated_by": spell_user_id(row.updated_by),
        "urls": [{"type": method["type"], "url": method["value"]} for method in row.urls],
    }
    if row.custom:
        shape.update(spell_custom(row.custom))  # type: ignore[typeddict-item]  # keys of its own
    if extras.links:
        shape["integration_links"] = links_on(extras.links, "contact", shape)
    return shape


async def show(request: Request[Any], found: list[Contact]) -> list[ContactShape]:
    extras = await extras_for(request.unit, found)
    shapes = [spell_contact(row, extras) for row in found]
    await add_recent_calls(request, "contact_id", [row.id for row in found], shapes)
    return shapes


# On the way in.


def _emails(given: list[EmailBody] | None, path: Path, problems: Problems) -> list[Method]:
    pairs = [(each.email, each.type or "office") for each in given or ()]
    return read_emails(pairs, (*path, "emails"), problems)


def _phones(
    given: list[PhoneBody] | None, country: str, path: Path, problems: Problems
) -> list[Method]:
    pairs = [(each.phone or "", each.type or "office") for each in given or ()]
    return read_phones(pairs, country, (*path, "phones"), problems)


def _urls(given: list[UrlBody] | None, path: Path, problems: Problems) -> list[Method]:
    pairs = [(each.url, each.type or "url") for each in given or ()]
    return read_urls(pairs, (*path, "urls"), problems)


def read_new_contact(
    unit: Unit,
    body: ContactBody,
    raw: Mapping[str, Any],
    fields: FieldBook,
    problems: Problems,
    *,
    path: Path = (),
) -> NewContact:
    """A contact from a body; whatever is wrong with it is added to ``problems``."""
    check_time_zone(body.timezone, (*path, "timezone"), problems)
    return NewContact(
        name=body.name,
        title=body.title,
        emails=_emails(body.emails, path, problems),
        phones=_phones(body.phones, unit.scope.country, path, problems),
        urls=_urls(body.urls, path, problems),
        time_zone=body.timezone,
        custom=merged({}, read_custom(fields, raw, problems, path)),
        created_at=body.date_created,
        created_by=body.created_by,
    )


def _read_change(
    request: Request[ContactChangeBody],
    before: Contact,
    fields: FieldBook,
    problems: Problems,
) -> ContactChange:
    body, country = request.body, request.scope.country
    if body.timezone is not UNSET and body.timezone != before.time_zone:
        check_time_zone(body.timezone, ("timezone",), problems)
    return ContactChange(
        name=body.name,
        title=body.title,
        emails=UNSET if body.emails is UNSET else _emails(body.emails, (), problems),
        phones=UNSET if body.phones is UNSET else _phones(body.phones, country, (), problems),
        urls=UNSET if body.urls is UNSET else _urls(body.urls, (), problems),
        time_zone=body.timezone,
        custom=read_custom(fields, request.raw, problems, before=before.custom),
    )


# The operations.


async def list_contacts(request: Request[None]) -> ListOf[ContactShape]:
    page = spelling.page_of(request.query)
    lead_ids = filters.ids(request.query, "lead_id", "lead")
    found = await contacts_found(request, lead_ids, page)
    if found is None:
        found = await page_of_contacts(request.unit, lead_ids, page.fetch, page.skip)
    return spelling.list_of(await show(request, found), page, request.query)


async def get_contact(request: Request[None]) -> ContactShape:
    return await RESOURCE.show_one(request, await _visible(request.unit, RESOURCE.id_in(request)))


async def create_contact(request: Request[NewContactBody]) -> ContactShape:
    unit, body = request.unit, request.body
    problems = Problems()
    fields = await fields_for(unit, "contact", [request.raw])
    new = read_new_contact(unit, body, request.raw, fields, problems)
    await check_members(unit, {("created_by",): body.created_by}, problems)
    await _check_lead(unit, body.lead_id, problems)
    problems.stop_if_any()
    return await RESOURCE.show_one(
        request, await change_contacts.add_contact(unit, body.lead_id, new)
    )


async def update_contact(request: Request[ContactChangeBody]) -> ContactShape:
    unit, body = request.unit, request.body
    contact = await _visible(unit, RESOURCE.id_in(request))
    problems = Problems()
    is_moving = body.lead_id is not None and body.lead_id != contact.lead_id
    if is_moving:
        await _check_lead(unit, body.lead_id, problems)
    fields = await fields_for(unit, "contact", [request.raw])
    change = _read_change(request, contact, fields, problems)
    problems.stop_if_any()
    if body.lead_id is not None and is_moving:
        contact = await change_contacts.move_contact(unit, contact.id, body.lead_id)
    else:
        contact = await rows.lock(unit, CONTACTS, contact.id)
    return await RESOURCE.show_one(request, await actions.update_contact(unit, contact, change))


async def delete_contact(request: Request[None]) -> None:
    contact = await _visible(request.unit, RESOURCE.id_in(request))
    await change_contacts.delete_contact(request.unit, contact.id)


async def _visible(unit: Unit, contact_id: bytes) -> Contact:
    contact = await rows.get(unit, CONTACTS, contact_id)
    if contact.is_placeholder:
        raise NotFoundError(CONTACTS.noun)
    return contact


async def _check_lead(unit: Unit, lead_id: bytes | None, problems: Problems) -> None:
    if lead_id is not None and await rows.find(unit, LEADS, lead_id) is None:
        problems.add("not_found", "lead_id")


RESOURCE = Resource(
    noun="contact",
    tag="Contacts",
    path="/api/v1/contact/",
    prefix=ContactId.prefix,
    table=CONTACTS,
    shape=ContactShape,
    show=show,
    read=Right.CONTACT_READ,
    write=Right.CONTACT_WRITE,
)

OPERATIONS = (
    list_operation(
        RESOURCE,
        list_contacts,
        filters=(
            Parameter("lead_id", "Filter by lead ids, comma separated."),
            QUERY,
        ),
    ),
    create_operation(RESOURCE, create_contact, body=NewContactBody, ignored=READABLE),
    get_operation(RESOURCE, get_contact),
    update_operation(RESOURCE, update_contact, body=ContactChangeBody, ignored=READABLE),
    delete_operation(RESOURCE, delete_contact),
)
