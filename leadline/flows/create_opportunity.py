"""A new opportunity: on a lead, or with a lead of its own when nobody says which."""

from __future__ import annotations

from datetime import date

from leadline.features.contacts.queries import check_is_on_lead
from leadline.features.contacts.tables import CONTACTS
from leadline.features.leads.inputs import NewLead
from leadline.features.leads.tables import LEADS, Lead
from leadline.features.opportunities.actions import insert_opportunity
from leadline.features.opportunities.inputs import NewOpportunity
from leadline.features.opportunities.tables import Opportunity
from leadline.features.pipelines.queries import stage_book
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.actions import record_opportunity_transition
from leadline.flows.create_lead import create_lead
from leadline.kernel.errors import Problems, RefusedError
from leadline.store import rows
from leadline.store.unit import Unit


async def create_opportunity(
    unit: Unit,
    lead_id: bytes | None,
    stage: Stage | None,
    new: NewOpportunity,
    problems: Problems,
    *,
    today: date,
) -> Opportunity:
    """Adds an opportunity. Raises all ``problems``, its own included.

    Without a lead it is on its contact's, and without a contact on a new and nameless one.
    ``stage`` None is one that does not exist: a problem that is told already.
    """
    lead = await _find_lead(unit, lead_id, new.contact_id, problems)
    problems.stop_if_any()
    if stage is None:
        raise RefusedError("The pipeline has no status.")
    if lead is None:
        first = (await stage_book(unit, "lead")).first()
        if first is None:
            raise RefusedError("The default lead pipeline has no status.")
        lead, _ = await create_lead(unit, NewLead(), [], first)
    opportunity = await insert_opportunity(unit, lead.id, stage, new, today=today)
    await record_opportunity_transition(
        unit, lead, opportunity.id, stage, None, at=opportunity.created_at
    )
    return opportunity


async def _find_lead(
    unit: Unit, lead_id: bytes | None, contact_id: bytes | None, problems: Problems
) -> Lead | None:
    """The lead that is given, or else the contact's; the contact must be on it."""
    lead = None
    if lead_id is not None:
        lead = await rows.find(unit, LEADS, lead_id)
        if lead is None:
            problems.add("not_found", "lead_id")
    if contact_id is not None:
        contact = await rows.find(unit, CONTACTS, contact_id)
        check_is_on_lead(contact, {lead.id if lead else None}, problems)
        if contact is not None and lead_id is None:
            lead = await rows.get(unit, LEADS, contact.lead_id)
    return lead
