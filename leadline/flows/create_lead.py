"""A new lead: its row, its contacts (one of them primary) and its entry into the first stage."""

from __future__ import annotations

from decimal import Decimal

from leadline.features.contacts.actions import insert_contact
from leadline.features.contacts.inputs import MAX_CONTACTS_AT_ONCE, NewContact
from leadline.features.contacts.tables import Contact
from leadline.features.leads.actions import insert_lead
from leadline.features.leads.inputs import NewLead
from leadline.features.leads.tables import Lead
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.actions import record_lead_transition
from leadline.kernel.errors import Problems
from leadline.kernel.names import TEXT_LENGTH, check_count, check_length
from leadline.store.unit import Unit


async def create_lead(
    unit: Unit,
    new: NewLead,
    contacts: list[NewContact],
    stage: Stage,
    *,
    intake_cost: Decimal | None = None,
) -> tuple[Lead, list[Contact]]:
    """Adds a lead with its contacts in ``stage``; without any it gets an empty placeholder.

    ``intake_cost`` is given when a configuration takes the lead in: what the lead cost, frozen
    in its first transition.
    """
    problems = Problems()
    check_count(contacts, MAX_CONTACTS_AT_ONCE, problems, "contacts")
    check_length(new.description, TEXT_LENGTH, problems, "description")
    problems.stop_if_any()
    lead = await insert_lead(unit, new, stage)
    made = [
        await insert_contact(
            unit,
            lead.id,
            contact,
            is_primary=index == 0,
            is_placeholder=not contacts,
        )
        for index, contact in enumerate(contacts or [NewContact(created_at=new.created_at)])
    ]
    await record_lead_transition(
        unit,
        lead,
        stage,
        None,
        is_intake=intake_cost is not None,
        cost=intake_cost,
        at=new.created_at,
    )
    return lead, made
