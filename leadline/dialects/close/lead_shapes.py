"""A lead as Close shows it, with its contacts, opportunities and open tasks embedded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import msgspec

from leadline.dialects.close.contacts import (
    ContactShape,
    EmailShape,
    PhoneShape,
    spell_contact,
    spell_email,
    spell_phone,
)
from leadline.dialects.close.custom_values import spell_custom
from leadline.dialects.close.object_links import (
    NO_EXTRAS,
    Extras,
    LinkShape,
    extras_for,
    links_on,
)
from leadline.dialects.close.opportunity_shapes import OpportunityShape, spell_opportunity
from leadline.dialects.close.spelling import spell_id, spell_id_or_null, spell_time
from leadline.dialects.close.task_shapes import Names, TaskShape, people_of, spell_task
from leadline.features.contacts.queries import (
    contacts_of_leads,
    display_name,
    lead_display_name,
)
from leadline.features.contacts.tables import Contact
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
    """Values of custom fields stand beside these, as ``custom.cf_..``."""

    addresses: list[Address]
    contact_ids: list[str]
    contacts: list[ContactShape]
    created_by: str | None
    created_by_name: str | None
    date_created: str
    date_updated: str
    description: str
    display_name: str
    html_url: str
    id: str
    integration_links: list[LinkShape]
    name: str | None
    opportunities: list[OpportunityShape]
    organization_id: str
    primary_email: EmailShape | None
    primary_phone: PhoneShape | None
    source: str
    status_id: str
    status_label: str
    tasks: list[TaskShape]
    updated_by: str | None
    updated_by_name: str | None
    url: str | None


class Related(msgspec.Struct, frozen=True):
    """What leads are shown with: each by the id of its lead, or its own."""

    contacts: Mapping[bytes, list[Contact]]
    opportunities: Mapping[bytes, list[Opportunity]]
    stages: Mapping[bytes, Stage]
    pipelines: Mapping[bytes, Pipeline]
    names: Mapping[bytes | None, str]
    tasks: Mapping[bytes, list[Task]] = {}
    extras: Extras = NO_EXTRAS


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
    )


def spell_lead(
    lead: Lead, related: Related, base_url: str, currency: str, calendar: Calendar
) -> LeadShape:
    contacts = [row for row in related.contacts[lead.id] if not row.is_placeholder]
    emails = [method for contact in contacts for method in contact.emails]
    phones = [method for contact in contacts for method in contact.phones]
    extras = related.extras
    lead_id = spell_id("lead", lead.id)
    shown_name = lead_display_name(lead, contacts)
    names = Names(
        related.names, {lead.id: shown_name}, {row.id: display_name(row) for row in contacts}
    )
    shape: LeadShape = {
        "addresses": lead.addresses,
        "contact_ids": [spell_id("cont", contact.id) for contact in contacts],
        "contacts": [spell_contact(contact, extras) for contact in contacts],
        "created_by": spell_id_or_null("user", lead.created_by),
        "created_by_name": related.names.get(lead.created_by),
        "date_created": spell_time(lead.created_at),
        "date_updated": spell_time(lead.updated_at),
        "description": lead.description,
        "display_name": shown_name,
        "html_url": f"{base_url}/lead/{lead_id}/",
        "id": lead_id,
        "integration_links": [],
        "name": lead.name,
        "opportunities": [
            spell_opportunity(
                deal,
                lead_name=shown_name,
                contact_name=names.contacts.get(deal.contact_id or b""),
                stage=related.stages[deal.stage_id],
                pipeline=related.pipelines[deal.pipeline_id],
                names=related.names,
                currency=currency,
                links=extras.links,
            )
            for deal in related.opportunities.get(lead.id, ())
        ],
        "organization_id": spell_id("orga", lead.organization_id),
        "primary_email": spell_email(emails[0], extras.unsubscribed) if emails else None,
        "primary_phone": spell_phone(phones[0]) if phones else None,
        "source": lead.source,
        "status_id": spell_id("stat", lead.stage_id),
        "status_label": related.stages[lead.stage_id].name,
        "tasks": [spell_task(task, names, calendar) for task in related.tasks.get(lead.id, ())],
        "updated_by": spell_id_or_null("user", lead.updated_by),
        "updated_by_name": related.names.get(lead.updated_by),
        "url": lead.url,
    }
    if lead.custom:
        shape.update(spell_custom(lead.custom))  # type: ignore[typeddict-item]  # keys of its own
    if extras.links:
        shape["integration_links"] = links_on(extras.links, "lead", shape)
    return shape
