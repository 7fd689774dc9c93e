"""A lead as Close shows it, with its contacts, opportunities and open tasks embedded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, NotRequired, TypedDict
from zoneinfo import ZoneInfo

import msgspec

from leadline.dialects.close.leads.contacts import (
    ContactShape,
    EmailShape,
    PhoneShape,
    Reach,
    spell_contact,
)
from leadline.dialects.close.leads.opportunity_shapes import OpportunityShape, spell_opportunity
from leadline.dialects.close.leads.task_shapes import (
    NO_NAMES,
    Names,
    TaskShape,
    people_of,
    spell_task,
)
from leadline.dialects.close.protocol.custom_values import spell_custom
from leadline.dialects.close.protocol.object_links import (
    NO_EXTRAS,
    Extras,
    LinkShape,
    extras_for,
    links_on,
)
from leadline.dialects.close.protocol.recent_calls import RecentCallShape
from leadline.dialects.close.protocol.spelling import (
    spell_organization_id,
    spell_shared_id,
    spell_time,
    spell_user_id,
)
from leadline.features.contacts.queries import contacts_of_leads, lead_display_name
from leadline.features.contacts.tables import Contact
from leadline.features.custom_fields.queries import names_by_key
from leadline.features.leads.tables import Address, Lead
from leadline.features.opportunities.queries import opportunities_of_leads
from leadline.features.opportunities.tables import Opportunity
from leadline.features.pipelines.tables import PIPELINES, STAGES, Pipeline, Stage
from leadline.features.tasks.queries import Calendar, open_tasks_of_leads
from leadline.features.tasks.tables import Task
from leadline.features.users.queries import names_of
from leadline.store import rows
from leadline.store.unit import Unit


class LeadShape(TypedDict):
    """Values of custom fields stand beside these, as ``custom.cf_..``, and in ``custom`` by name.

    ``recent_calls`` is there when it is view for.
    """

    addresses: list[Address]
    contact_ids: list[str]
    contacts: list[ContactShape]
    contacts_summary: str
    created_by: str | None
    created_by_name: str | None
    custom: dict[str, Any]
    date_created: str
    date_updated: str
    description: str
    display_name: str
    html_url: str
    id: str
    integration_links: list[LinkShape]
    localtime: str | None
    name: str | None
    opportunities: list[OpportunityShape]
    organization_id: str
    primary_address_full: str | None
    primary_address_summary: str | None
    primary_email: EmailShape | None
    primary_phone: PhoneShape | None
    recent_calls: NotRequired[list[RecentCallShape]]
    source: str
    status_id: str
    status_label: str
    summaries: list[Any]
    tasks: list[TaskShape]
    updated_by: str | None
    updated_by_name: str | None
    url: str | None


class Related(msgspec.Struct, frozen=True):
    """What leads are shown with: each by the id of its lead, or its own.

    ``fields`` are the names of custom fields, by the keys of their values.
    """

    contacts: Mapping[bytes, list[Contact]]
    opportunities: Mapping[bytes, list[Opportunity]]
    stages: Mapping[bytes, Stage]
    pipelines: Mapping[bytes, Pipeline]
    names: Mapping[bytes | None, str]
    tasks: Mapping[bytes, list[Task]] = {}
    extras: Extras = NO_EXTRAS
    fields: Mapping[str, str] = {}


async def related_to(unit: Unit, leads: list[Lead]) -> Related:
    """Everything that these leads are shown with, each kind fetched at once."""
    lead_ids = [lead.id for lead in leads]
    contacts = await contacts_of_leads(unit, lead_ids)
    opportunities = await opportunities_of_leads(unit, lead_ids)
    deals = [deal for of_lead in opportunities.values() for deal in of_lead]
    tasks = await open_tasks_of_leads(unit, lead_ids)
    people = {user_id for lead in leads for user_id in (lead.created_by, lead.updated_by)}
    people |= people_of(task for of_lead in tasks.values() for task in of_lead)
    for deal in deals:
        people |= {deal.created_by, deal.updated_by, deal.user_id}
    stage_ids = [lead.stage_id for lead in leads] + [deal.stage_id for deal in deals]
    return Related(
        contacts,
        opportunities,
        await rows.select_ids(unit, STAGES, stage_ids),
        await rows.select_ids(unit, PIPELINES, [deal.pipeline_id for deal in deals]),
        await names_of(unit, people),
        tasks,
        await extras_for(unit, (row for of_lead in contacts.values() for row in of_lead)),
        await names_by_key(unit, "lead") if any(lead.custom for lead in leads) else {},
    )


class LeadView(msgspec.Struct, frozen=True):
    """What of a request shows in its leads: the caller's clock, and where people find leads."""

    base_url: str
    currency: str
    calendar: Calendar
    now: datetime
    stalled_before: datetime
    clocks: dict[str, str] = {}  # by zone, since most leads of a page are in the same few


# The parts of an address: all, as on a letter, or what is enough to tell where it is.
_FULL = itemgetter("address_1", "address_2", "city", "state", "zipcode", "country")
_SUMMARY = itemgetter("city", "state", "country")


def _address(lead: Lead, parts: Callable[[Any], tuple[str | None, ...]]) -> str | None:
    """Of the first address what it has of these parts."""
    if not lead.addresses:
        return None
    return ", ".join(text for text in parts(lead.addresses[0]) if text) or None


def _local_time(contacts: list[Contact], view: LeadView) -> str | None:
    """The time of day where the lead is, if one of its contacts tells the zone."""
    for contact in contacts:
        zone = contact.time_zone
        if zone:
            if zone not in view.clocks:
                local = view.now.astimezone(ZoneInfo(zone))
                view.clocks[zone] = local.isoformat("T", "microseconds")
            return view.clocks[zone]
    return None


def _reach(contacts: list[ContactShape]) -> Reach:
    """The first address and the first number of a lead."""
    email = phone = None
    for contact in contacts:
        if email is None and contact["emails"]:
            email = contact["emails"][0]
        if phone is None and contact["phones"]:
            phone = contact["phones"][0]
    return Reach(email, phone)


def _spell_deal(
    deal: Opportunity, related: Related, names: Names, reach: Reach, view: LeadView
) -> OpportunityShape:
    return spell_opportunity(
        deal,
        lead_name=names.leads[deal.lead_id],
        contact_name=names.contacts.get(deal.contact_id or b""),
        stage=related.stages[deal.stage_id],
        pipeline=related.pipelines[deal.pipeline_id],
        names=related.names,
        reach=reach,
        stalled_before=view.stalled_before,
        currency=view.currency,
        links=related.extras.links,
    )


def spell_lead(lead: Lead, related: Related, view: LeadView) -> LeadShape:
    contacts = [row for row in related.contacts[lead.id] if not row.is_placeholder]
    extras = related.extras
    shown = [spell_contact(contact, extras) for contact in contacts]
    called = [contact["display_name"] for contact in shown]
    shown_name = lead_display_name(lead, contacts)
    reach = _reach(shown)
    lead_id = spell_shared_id("lead", lead.id)
    deals, tasks = related.opportunities.get(lead.id, ()), related.tasks.get(lead.id, ())
    names = NO_NAMES
    if deals or tasks:
        by_contact = {row.id: name for row, name in zip(contacts, called, strict=True)}
        names = Names(related.names, {lead.id: shown_name}, by_contact)
    shape: LeadShape = {
        "addresses": lead.addresses,
        "contact_ids": [contact["id"] for contact in shown],
        "contacts": shown,
        "contacts_summary": ", ".join(called),
        "created_by": spell_user_id(lead.created_by),
        "created_by_name": related.names.get(lead.created_by),
        "custom": {},
        "date_created": spell_time(lead.created_at),
        "date_updated": spell_time(lead.updated_at),
        "description": lead.description,
        "display_name": shown_name,
        "html_url": f"{view.base_url}/lead/{lead_id}/",
        "id": lead_id,
        "integration_links": [],
        "localtime": _local_time(contacts, view),
        "name": lead.name,
        "opportunities": [_spell_deal(deal, related, names, reach, view) for deal in deals],
        "organization_id": spell_organization_id(lead.organization_id),
        "primary_address_full": _address(lead, _FULL),
        "primary_address_summary": _address(lead, _SUMMARY),
        "primary_email": reach.email,
        "primary_phone": reach.phone,
        "source": lead.source,
        "status_id": spell_shared_id("stat", lead.stage_id),
        "status_label": related.stages[lead.stage_id].name,
        "summaries": [],
        "tasks": [spell_task(task, names, view.calendar) for task in tasks],
        "updated_by": spell_user_id(lead.updated_by),
        "updated_by_name": related.names.get(lead.updated_by),
        "url": lead.url,
    }
    if lead.custom:
        fields = related.fields
        values = {fields[key]: value for key, value in lead.custom.items() if key in fields}
        shape["custom"] = values
        shape.update(spell_custom(lead.custom))  # type: ignore[typeddict-item]  # keys of its own
    if extras.links:
        shape["integration_links"] = links_on(extras.links, "lead", shape)
    return shape
