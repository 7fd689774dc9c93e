"""Opening an application (an opportunity) for a lead that a configuration has taken in."""

from __future__ import annotations

from leadline.features.contacts.tables import Contact
from leadline.features.custom_fields.tables import CustomValues
from leadline.features.lead_sources.tables import LeadSource
from leadline.features.leads.tables import Lead
from leadline.features.opportunities.actions import insert_opportunity
from leadline.features.opportunities.inputs import NewOpportunity
from leadline.features.opportunities.tables import Opportunity
from leadline.features.pipelines.queries import stage_book
from leadline.features.stage_transitions.actions import record_opportunity_transition
from leadline.kernel.errors import RefusedError
from leadline.store.unit import Unit


async def open_application(
    unit: Unit, lead: Lead, contact: Contact, configuration: LeadSource, custom: CustomValues
) -> Opportunity:
    """Adds the application in the stage that the configuration names, else in the first one."""
    book = await stage_book(unit, "opportunity")
    named = (configuration.application_pipeline_stage_id, configuration.application_status_id)
    stages = (book.by_id.get(stage_id) for stage_id in named if stage_id is not None)
    stage = next((found for found in stages if found is not None and found.is_active), None)
    stage = stage or book.first(configuration.application_pipeline_id)
    if stage is None:
        raise RefusedError("The application pipeline of this configuration has no stage")
    application = await insert_opportunity(
        unit,
        lead.id,
        stage,
        NewOpportunity(
            contact_id=contact.id,
            name=configuration.application_name or contact.name,
            user_id=configuration.user_id,
            custom=custom,
        ),
    )
    await record_opportunity_transition(unit, lead, application.id, stage, None)
    return application
