"""The first message to a contact: the configuration's starter message, in their conversation."""

from __future__ import annotations

from leadline.features.contacts.tables import Contact
from leadline.features.conversations.actions import queue_message, start_conversation
from leadline.features.conversations.queries import find_conversation
from leadline.features.conversations.tables import Channel, Conversation
from leadline.features.custom_fields.queries import names_by_key
from leadline.features.custom_fields.tables import CustomValues
from leadline.features.lead_sources.tables import LeadSource
from leadline.features.leads.tables import Lead
from leadline.kernel.placeholders import names, render
from leadline.store.unit import Unit


async def conversation_for(
    unit: Unit, contact: Contact, configuration: LeadSource, custom: CustomValues
) -> Conversation:
    """The conversation over the channel that reaches the contact: SMS, or e-mail without phone."""
    channel: Channel = "sms" if contact.phones or not contact.emails else "email"
    known = await find_conversation(unit, contact.id, channel)
    if known is not None:
        return known
    return await start_conversation(
        unit,
        contact.id,
        user_id=configuration.user_id,
        channel=channel,
        prompt_id=configuration.default_process_id,
        is_autopilot=contact.is_autopilot,
        custom=custom,
    )


async def queue_starter_message(
    unit: Unit,
    lead: Lead,
    contact: Contact,
    conversation: Conversation,
    configuration: LeadSource,
) -> bool:
    """Queues the starter message. False when there is none, nobody to send it to, or workflows
    alone may act."""
    text = configuration.starter_message
    methods = contact.phones if conversation.channel == "sms" else contact.emails
    if not text or not methods or configuration.use_workflow_only:
        return False
    body = render(text, await _values(unit, text, lead, contact))
    if not body.strip():
        return False
    await queue_message(unit, conversation, body, methods[0]["value"])
    return True


async def _values(unit: Unit, text: str, lead: Lead, contact: Contact) -> dict[str, object]:
    """What placeholders may name: the contact's own fields, with or without ``contact.``."""
    own: dict[str, object] = {
        "firstName": contact.first_name,
        "lastName": contact.last_name,
        "name": contact.name,
        "fullName": contact.name,
        "title": contact.title,
        "email": contact.emails[0]["value"] if contact.emails else None,
        "phoneNumber": contact.phones[0]["value"] if contact.phones else None,
        "source": lead.source,
    }
    wanted = {name.removeprefix("contact.") for name in names(text)}
    if contact.custom and not wanted <= set(own):
        for key, name in (await names_by_key(unit, "contact")).items():
            own.setdefault(name, contact.custom.get(key))
    return {**own, **{f"contact.{name}": value for name, value in own.items()}}
