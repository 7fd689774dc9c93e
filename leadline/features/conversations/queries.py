"""Reads of conversations."""

from __future__ import annotations

from leadline.features.conversations.tables import CONVERSATIONS, MESSAGES, Conversation, Message
from leadline.store import rows
from leadline.store.unit import Unit


async def conversations_of(unit: Unit, contact_id: bytes) -> list[Conversation]:
    """The conversations with a contact, the one that was active last first."""
    return await rows.select(
        unit,
        CONVERSATIONS,
        "AND contact_id = %(contact_id)s ORDER BY last_message_at DESC NULLS LAST, id DESC",
        contact_id=contact_id,
    )


async def find_conversation(unit: Unit, contact_id: bytes, channel: str) -> Conversation | None:
    """The conversation with a contact over a channel, if there is one."""
    found = await rows.select(
        unit,
        CONVERSATIONS,
        "AND contact_id = %(contact_id)s AND channel = %(channel)s ORDER BY id LIMIT 1",
        contact_id=contact_id,
        channel=channel,
    )
    return found[0] if found else None


async def messages_of(
    unit: Unit, conversation_id: bytes, limit: int, skip: int = 0
) -> list[Message]:
    """The messages of a conversation, oldest first."""
    return await rows.select(
        unit,
        MESSAGES,
        "AND conversation_id = %(conversation_id)s ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        conversation_id=conversation_id,
        limit=limit,
        skip=skip,
    )
