"""Every change of conversations and messages."""

from __future__ import annotations

from leadline.features.conversations.tables import (
    CONVERSATIONS,
    MESSAGES,
    Channel,
    Conversation,
    Message,
)
from leadline.features.custom_fields.tables import CustomValues
from leadline.store import writes
from leadline.store.unit import Unit

DELIVER = "messages.deliver"


async def start_conversation(
    unit: Unit,
    contact_id: bytes,
    *,
    user_id: bytes | None,
    channel: Channel,
    prompt_id: bytes | None,
    is_autopilot: bool,
    custom: CustomValues | None = None,
) -> Conversation:
    """Adds a conversation with a contact."""
    row = Conversation(
        **unit.time_stamps(),
        contact_id=contact_id,
        user_id=user_id,
        channel=channel,
        prompt_id=prompt_id,
        is_autopilot=is_autopilot,
        is_resolved=False,
        last_message_at=None,
        custom=custom or {},
    )
    return await writes.insert(unit, CONVERSATIONS, row)


async def queue_message(
    unit: Unit, conversation: Conversation, body: str, recipient: str | None
) -> Message:
    """Adds an outgoing message and the job that delivers it, in the same transaction."""
    row = Message(
        **unit.time_stamps(),
        conversation_id=conversation.id,
        direction="outbound",
        channel=conversation.channel,
        recipient=recipient,
        body=body,
        status="queued",
        provider=None,
        provider_message_id=None,
        error=None,
        user_id=conversation.user_id,
    )
    await writes.insert(unit, MESSAGES, row)
    await writes.update(unit, CONVERSATIONS, conversation, last_message_at=unit.now)
    unit.enqueue(DELIVER, {"message_id": row.id.hex()})
    return row


async def delete_conversations(unit: Unit, contact_id: bytes, lead_id: bytes) -> None:
    """Removes the conversations with a contact and their messages."""
    messages = await unit.fetch_all(
        Message,
        MESSAGES.delete_where(
            b"conversation_id IN (SELECT id FROM conversations "
            b"WHERE organization_id = %(organization_id)s AND contact_id = %(contact_id)s)"
        ),
        contact_id=contact_id,
    )
    for message in messages:
        unit.record("deleted", MESSAGES, message, None, lead_id=lead_id)
    for conversation in await unit.fetch_all(
        Conversation,
        CONVERSATIONS.delete_where(b"contact_id = %(contact_id)s"),
        contact_id=contact_id,
    ):
        unit.record("deleted", CONVERSATIONS, conversation, None, lead_id=lead_id)
