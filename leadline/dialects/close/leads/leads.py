"""Leads in the Close dialect: ``/api/v1/lead/``, with their contacts and opportunities embedded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.leads.contacts import (
    ContactBody,
    Text,
    read_new_contact,
)
from leadline.dialects.close.leads.lead_shapes import (
    LeadShape,
    LeadView,
    Related,
    related_to,
    spell_lead,
)
from leadline.dialects.close.leads.statuses import read_status
from leadline.dialects.close.leads.tasks import calendar_of
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.comment_summaries import add_comment_summaries
from leadline.dialects.close.protocol.custom_values import fields_for, read_custom
from leadline.dialects.close.protocol.file_links import sign_links
from leadline.dialects.close.protocol.object_links import extras_for
from leadline.dialects.close.protocol.recent_calls import add_recent_calls
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import LeadId, StatusId, UserId
from leadline.dialects.close.query.parameters import QUERY, latest_first, rows_in_order, search_in
from leadline.features.contacts.inputs import MAX_CONTACTS_AT_ONCE, NewContact
from leadline.features.custom_fields.actions import merged
from leadline.features.custom_fields.queries import names_by_key
from leadline.features.leads import actions
from leadline.features.leads.inputs import LeadChange, NewLead
from leadline.features.leads.queries import count_leads, page_of_leads
from leadline.features.leads.tables import LEADS, Address, Lead
from leadline.features.opportunities.queries import STALLED_AFTER
from leadline.features.pipelines.queries import stage_book
from leadline.features.users.queries import check_members
from leadline.flows import create_lead as flow
from leadline.flows.delete_lead import delete_lead
from leadline.flows.move_lead import move_lead
from leadline.kernel.errors import InvalidError, Path, Problems, RefusedError, problem
from leadline.kernel.names import check_count
from leadline.kernel.rights import Right
from leadline.platform import web_addresses
from leadline.reporting.search.queries import found_with_count
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.instants import Instant
from leadline.wire.operation import Request

MAX_LIMIT = 200
MAX_ADDRESSES = 100
MAX_DIGITS = 18


class LeadListShape(TypedDict):
    data: list[LeadShape]
    has_more: bool
    total_results: int


class AddressBody(msgspec.Struct, frozen=True, kw_only=True):
    address_1: Text | None = None
    address_2: Text | None = None
    city: Text | None = None
    state: Text | None = None
    zipcode: Text | None = None
    country: Text | None = None
    label: Text | None = None


class LeadBody(msgspec.Struct, frozen=True, kw_only=True):
    """Give the status by its id or by its label; without either it is the first one."""

    name: Text | None = None
    description: str | None = None
    url: str | None = None
    status_id: StatusId | None = None
    status: str | None = None
    contacts: list[ContactBody] | None = None
    addresses: list[AddressBody] | None = None
    date_created: Instant | None = None
    created_by: UserId | None = None


class LeadChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears, but for the status: a lead always has one. Addresses are replaced whole.

    Contacts, opportunities and tasks are changed at their own addresses; here they are ignored.
    """

    name: Text | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    url: str | UnsetType | None = UNSET
    status_id: StatusId | UnsetType = UNSET
    status: str | UnsetType = UNSET
    addresses: list[AddressBody] | UnsetType | None = UNSET


async def show(request: Request[Any], found: list[Lead]) -> list[LeadShape]:
    return await _show(request, found, await related_to(request.unit, found))


async def _show(request: Request[Any], leads: list[Lead], related: Related) -> list[LeadShape]:
    now = request.unit.now
    view = LeadView(
        request.base_url,
        request.scope.currency,
        calendar_of(request),
        now,
        stalled_before=now - STALLED_AFTER,
    )
    shapes = [spell_lead(lead, related, view) for lead in leads]
    await add_recent_calls(request, "lead_id", [lead.id for lead in leads], shapes)
    opportunities = [each for shape in shapes for each in shape["opportunities"]]
    await add_comment_summaries(request.unit, opportunities)
    await sign_links(request.unit, opportunities)
    return shapes


# On the way in.


def _read_text(text: str | None) -> str | None:
    return (text or "").strip() or None


def _read_url(text: str | None, problems: Problems) -> str | None:
    if not text or not text.strip():
        return None
    url = web_addresses.normalise(text)
    if url is None:
        problems.add("url", "url")
    return url


def _read_addresses(given: list[AddressBody] | None, problems: Problems) -> list[Address]:
    check_count(given or (), MAX_ADDRESSES, problems, "addresses")
    return [
        {
            "address_1": _read_text(body.address_1),
            "address_2": _read_text(body.address_2),
            "city": _read_text(body.city),
            "state": _read_text(body.state),
            "zipcode": _read_text(body.zipcode),
            "country": _read_text(body.country),
            "label": _read_text(body.label) or "business",
        }
        for body in given or ()
    ]


async def _read_contacts(
    unit: Unit, request: Request[LeadBody], problems: Problems
) -> list[NewContact]:
    bodies = request.body.contacts or []
    if not check_count(bodies, MAX_CONTACTS_AT_ONCE, problems, "contacts"):
        problems.stop_if_any()  # before so many are read
    raw: list[dict[str, Any]] = request.raw.get("contacts") or []
    fields = await fields_for(unit, "contact", raw)
    return [
        read_new_contact(unit, body, raw[index], fields, problems, path=("contacts", index))
        for index, body in enumerate(bodies)
    ]


def _page_of(query: Mapping[str, str]) -> spelling.Page:
    """Of leads alone a page that is too large is a problem of its field."""
    limit = query.get("_limit", "").strip()
    if limit.isdecimal() and len(limit) <= MAX_DIGITS and int(limit) > MAX_LIMIT:
        words = f"Input should be less than or equal to {MAX_LIMIT}"
        raise InvalidError([problem("too_large", "_limit", text=words)])
    return spelling.page_of(query, MAX_LIMIT)


# The operations.


async def list_leads(request: Request[None]) -> LeadListShape:
    unit = request.unit
    page = _page_of(request.query)
    search = await search_in(request, "lead")
    if search is None:
        leads = await page_of_leads(unit, page.limit, page.skip)
        total = await count_leads(unit)
    else:
        ids, total = await found_with_count(
            unit, latest_first(search), limit=page.limit, skip=page.skip
        )
        leads = await rows_in_order(unit, LEADS, ids)
    shapes = await show(request, leads)
    has_more = page.skip + page.limit < total
    listed = spelling.list_of(shapes, page, request.query, has_more=has_more)
    return {**listed, "total_results": total}


async def create_lead(request: Request[LeadBody]) -> LeadShape:
    unit, body = request.unit, request.body
    problems = Problems()
    contacts = await _read_contacts(unit, request, problems)
    people: dict[Path, bytes | None] = {
        ("contacts", index, "created_by"): contact.created_by
        for index, contact in enumerate(contacts)
    }
    people[("created_by",)] = body.created_by or unit.scope.user_id
    people[("updated_by",)] = unit.scope.user_id
    names = await check_members(unit, people, problems)
    book = await stage_book(unit, "lead")
    stage = read_status(book, body.status_id, body.status, problems) or book.first()
    fields = await fields_for(unit, "lead", [request.raw])
    new = NewLead(
        name=_read_text(body.name),
        description=body.description or "",
        url=_read_url(body.url, problems),
        addresses=_read_addresses(body.addresses, problems),
        custom=merged({}, read_custom(fields, request.raw, problems)),
        created_at=body.date_created,
        created_by=body.created_by,
    )
    problems.stop_if_any()
    if stage is None:
        raise RefusedError("The default lead pipeline has no status.")
    lead, made = await flow.create_lead(unit, new, contacts, stage)
    extras = await extras_for(unit, made)
    field_names = {key: field.name for key, field in fields.by_key.items()}
    if not lead.custom.keys() <= field_names.keys():  # somebody restricted got it assigned
        field_names = await names_by_key(unit, "lead")
    related = Related(
        {lead.id: made},
        {},
        {stage.id: stage},
        {},
        names,
        extras=extras,
        fields=field_names,
    )
    (shape,) = await _show(request, [lead], related)
    return spelling.pick(shape, request.query)


async def update_lead(request: Request[LeadChangeBody]) -> LeadShape:
    unit, body = request.unit, request.body
    lead = await rows.lock(unit, LEADS, RESOURCE.id_in(request))
    problems = Problems()
    book = await stage_book(unit, "lead")
    stage = read_status(
        book,
        body.status_id,
        body.status,
        problems,
        pipeline_id=lead.pipeline_id,
        present_id=lead.stage_id,
    )
    fields = await fields_for(unit, "lead", [request.raw])
    url, addresses = body.url, body.addresses
    change = LeadChange(
        name=UNSET if body.name is UNSET else _read_text(body.name),
        description=UNSET if body.description is UNSET else body.description or "",
        url=UNSET if url is UNSET or url == lead.url else _read_url(url, problems),
        addresses=UNSET if addresses is UNSET else _read_addresses(addresses, problems),
        custom=read_custom(fields, request.raw, problems, before=lead.custom),
    )
    problems.stop_if_any()
    lead = await actions.update_lead(unit, lead, change)
    if stage is not None:
        lead = await move_lead(unit, lead, stage, book)
    async with unit.seeing_all():  # it may have been assigned to somebody else
        return await RESOURCE.show_one(request, lead)


RESOURCE = Resource(
    noun="lead",
    tag="Leads",
    path="/api/v1/lead/",
    prefix=LeadId.prefix,
    table=LEADS,
    shape=LeadShape,
    show=show,
    read=Right.LEAD_READ,
    write=Right.LEAD_WRITE,
    delete=Right.LEAD_DELETE,
)

OPERATIONS = (
    list_operation(RESOURCE, list_leads, answer=LeadListShape, filters=(QUERY,)),
    create_operation(RESOURCE, create_lead, body=LeadBody),
    get_operation(RESOURCE),
    update_operation(RESOURCE, update_lead, body=LeadChangeBody),
    delete_operation(RESOURCE, action=delete_lead),
)
