"""Taking in a lead: match or create, route by the configuration, greet, and count it once.

The same lead sent many times at once is one lead: the intake waits for its turn on the phone
number and the e-mail address before it looks whether they are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.contacts import queries as contacts
from leadline.features.contacts.actions import update_contact
from leadline.features.contacts.inputs import ContactChange, NewContact
from leadline.features.contacts.tables import CONTACTS, Contact, Method
from leadline.features.conversations.queries import latest_conversation
from leadline.features.conversations.tables import Conversation
from leadline.features.custom_fields.queries import fields_of
from leadline.features.custom_fields.tables import CustomValues
from leadline.features.lead_sources.tables import LEAD_SOURCES, LeadSource
from leadline.features.leads.actions import change_row
from leadline.features.leads.inputs import NewLead
from leadline.features.leads.tables import LEADS, UNASSIGNED, Lead
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.actions import record_lead_transition
from leadline.flows.create_lead import create_lead
from leadline.flows.greet_contact import conversation_for, queue_starter_message
from leadline.flows.move_lead import move_lead
from leadline.flows.name_values import values_by_name
from leadline.flows.open_application import open_application
from leadline.kernel.errors import NotFoundError, Problems, RefusedError
from leadline.store import rows
from leadline.store.locks import lock_values
from leadline.store.unit import Unit

MergeOutcome = Literal["created", "updated", "matched"]
INACTIVE = "Configuration is inactive and cannot process outreach requests"


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A lead as it comes in: phones in E.164, e-mails in lower case, extra values by field name.

    ``extras`` are values that nobody has assigned to the contact, application or conversation.
    """

    configuration_id: bytes
    contact_id: bytes | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    emails: list[str] = []
    phones: list[str] = []
    source: str | None = None
    extras: Mapping[str, Any] = {}
    contact_values: Mapping[str, Any] = {}
    application_values: Mapping[str, Any] = {}
    conversation_values: Mapping[str, Any] = {}


class IntakeResult(msgspec.Struct, frozen=True):
    """What became of it. ``greeted`` says whether a starter message was queued.

    Without a contact the person is known on a lead that is hidden from the caller.
    """

    contact_id: bytes | None
    lead_id: bytes | None
    application_id: bytes | None
    conversation_id: bytes | None
    outcome: MergeOutcome
    greeted: bool


class _Values(msgspec.Struct, frozen=True):
    """Custom values by the noun they belong to."""

    contact: CustomValues
    application: CustomValues
    conversation: CustomValues


async def intake(unit: Unit, incoming: Incoming) -> IntakeResult:
    """Takes the lead in for one of the caller's own active configurations."""
    configuration = await rows.find(unit, LEAD_SOURCES, incoming.configuration_id)
    if configuration is None or configuration.user_id != unit.scope.user_id:
        raise NotFoundError("configuration")
    if configuration.status != "active":
        raise RefusedError(INACTIVE)
    book = await stage_book(unit, "lead")
    await lock_values(
        unit,
        phones=incoming.phones,
        emails=incoming.emails,
    )
    contact = await _match(unit, incoming)
    values = await _route_values(unit, incoming)
    if contact is not None and await _is_hidden(unit, contact):
        return await _leave_hidden(unit, contact)
    if contact is None:
        lead, contact = await _create(unit, incoming, configuration, book, values)
        outcome: MergeOutcome = "created"
    else:
        lead, contact, changed = await _merge(unit, incoming, configuration, book, contact, values)
        outcome = "updated" if changed else "matched"
    fresh = outcome == "created" or configuration.allow_recontact
    conversation: Conversation | None
    greeted = False
    if fresh:
        conversation = await conversation_for(unit, contact, configuration, values.conversation)
        greeted = await queue_starter_message(unit, lead, contact, conversation, configuration)
    else:
        conversation = await latest_conversation(unit, contact.id)
    application_id = None
    if fresh and (configuration.create_application or values.application):
        application = await open_application(unit, lead, contact, configuration, values.application)
        application_id = application.id
    return IntakeResult(
        contact.id,
        lead.id,
        application_id,
        conversation.id if conversation else None,
        outcome,
        greeted,
    )


async def _match(unit: Unit, incoming: Incoming) -> Contact | None:
    """The contact this is about: by id, then by phone, then by e-mail; the oldest wins."""
    if incoming.contact_id is not None:
        found = await rows.find(unit, CONTACTS, incoming.contact_id)
        if found is None:
            raise NotFoundError("contact")
        return found
    kinds: tuple[tuple[Literal["phone", "email"], list[str]], ...] = (
        ("phone", incoming.phones),
        ("email", incoming.emails),
    )
    async with unit.seeing_all():  # a known person is known, also on a lead that is hidden
        for kind, values in kinds:
            for value in values:
                match = await contacts.find_by_method(unit, kind, value)
                if match is not None:
                    return match
    return None


async def _is_hidden(unit: Unit, contact: Contact) -> bool:
    if unit.visibility is None:
        return False
    return await rows.find(unit, LEADS, contact.lead_id) is None


async def _leave_hidden(unit: Unit, contact: Contact) -> IntakeResult:
    """The caller does not see the lead: it stays as it is, with an event for those who do."""
    async with unit.seeing_all():
        lead = await rows.get(unit, LEADS, contact.lead_id)
    unit.record("arrived", LEADS, lead, lead, lead_id=lead.id)
    return IntakeResult(None, None, None, None, "matched", greeted=False)


async def _route_values(unit: Unit, incoming: Incoming) -> _Values:
    """Extra values go where a field of that name stands; unknown names become contact fields."""
    contact_values = dict(incoming.contact_values)
    application_values = dict(incoming.application_values)
    conversation_values = dict(incoming.conversation_values)
    if incoming.extras:
        of_contact = {field.name for field in await fields_of(unit, "contact")}
        of_application = {field.name for field in await fields_of(unit, "opportunity")}
        of_conversation = {field.name for field in await fields_of(unit, "conversation")}
        for name, value in incoming.extras.items():
            if name in of_application and name not in of_contact:
                application_values[name] = value
            elif name in of_conversation and name not in of_contact:
                conversation_values[name] = value
            else:
                contact_values[name] = value
    problems = Problems()
    values = _Values(
        await values_by_name(unit, "contact", contact_values, problems),
        await values_by_name(unit, "opportunity", application_values, problems),
        await values_by_name(unit, "conversation", conversation_values, problems),
    )
    problems.stop_if_any()
    return values


async def _create(
    unit: Unit,
    incoming: Incoming,
    configuration: LeadSource,
    book: StageBook,
    values: _Values,
) -> tuple[Lead, Contact]:
    new_contact = NewContact(
        name=incoming.name,
        first_name=incoming.first_name,
        last_name=incoming.last_name,
        emails=_methods(incoming.emails),
        phones=_methods(incoming.phones),
        custom=values.contact,
        prompt_id=configuration.default_process_id,
        is_autopilot=configuration.is_autopilot and not configuration.use_workflow_only,
    )
    new_lead = NewLead(
        source=incoming.source or configuration.source,
        configuration_id=configuration.id,
        owner_id=configuration.user_id,
    )
    lead, made = await create_lead(
        unit,
        new_lead,
        [new_contact],
        entry_stage(book, configuration),
        intake_cost=configuration.cost_per_lead,
    )
    return lead, made[0]


async def _merge(  # noqa: PLR0917 - the parts of one intake, in the order they were found
    unit: Unit,
    incoming: Incoming,
    configuration: LeadSource,
    book: StageBook,
    contact: Contact,
    values: _Values,
) -> tuple[Lead, Contact, bool]:
    """Brings the news into what is known. Returns whether anything changed."""
    lead_before = await rows.lock(unit, LEADS, contact.lead_id)
    before = await rows.lock(unit, CONTACTS, contact.id)
    after = await update_contact(
        unit,
        before,
        ContactChange(
            name=_given(incoming.name),
            first_name=_given(incoming.first_name),
            last_name=_given(incoming.last_name),
            emails=_with_added(before.emails, incoming.emails),
            phones=_with_added(before.phones, incoming.phones),
            custom=values.contact,
        ),
    )
    lead = await _adopt(unit, lead_before, incoming, configuration, book)
    if configuration.allow_recontact:
        lead = await move_lead(unit, lead, return_stage(book, configuration), book)
    return lead, after, after is not before or lead is not lead_before


async def _adopt(
    unit: Unit, lead: Lead, incoming: Incoming, configuration: LeadSource, book: StageBook
) -> Lead:
    """A lead that no configuration has counts for this one from now on; the first one keeps it."""
    if lead.configuration_id is not None:
        return lead
    source = lead.source
    if source == UNASSIGNED:
        source = incoming.source or configuration.source
    adopted = await change_row(unit, lead, configuration_id=configuration.id, source=source)
    stage = book.by_id[lead.stage_id]
    await record_lead_transition(
        unit, adopted, stage, None, is_intake=True, cost=configuration.cost_per_lead
    )
    return adopted


def entry_stage(book: StageBook, configuration: LeadSource) -> Stage:
    """Where new leads enter. A stage that was retired since gives way to its pipeline's first."""
    stage = book.by_id.get(configuration.initial_stage_id)
    if stage is not None and stage.is_active:
        return stage
    first = book.first(stage.pipeline_id if stage else None)
    if first is None:
        raise RefusedError("The pipeline of this configuration has no stage")
    return first


def return_stage(book: StageBook, configuration: LeadSource) -> Stage:
    """Where known leads are placed that may be contacted again."""
    stage = book.by_id.get(configuration.pipeline_stage_id or b"")
    if stage is not None and stage.is_active:
        return stage
    return entry_stage(book, configuration)


def _given(text: str | None) -> str | UnsetType:
    return text if text else UNSET


def _methods(values: list[str]) -> list[Method]:
    return [{"value": value, "type": "office"} for value in values]


def _with_added(known: list[Method], values: list[str]) -> list[Method] | UnsetType:
    there = {method["value"] for method in known}
    added = [value for value in values if value not in there]
    return [*known, *_methods(added)] if added else UNSET
