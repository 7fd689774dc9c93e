"""Reads of conversations."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.conversations.tables import CONVERSATIONS, MESSAGES, Conversation, Message
from leadline.store import rows
from leadline.store.unit import Unit


class Activity(msgspec.Struct, frozen=True):
    """What the conversations with a contact say of it. ``user_ids`` are those who lead them."""

    contact_id: bytes
    channels: list[str]
    user_ids: list[bytes]
    last_message_at: datetime | None


class Digest(msgspec.Struct, frozen=True):
    """What the messages of a conversation come to."""

    conversation_id: bytes
    message_count: int
    latest_message_id: bytes | None


async def conversations_of(unit: Unit, contact_id: bytes) -> list[Conversation]:
    """The conversations with a contact, the one that was active last first."""
    return await rows.select(
        unit,
        CONVERSATIONS,
        "AND contact_id = %(contact_id)s ORDER BY last_message_at DESC NULLS LAST, id DESC",
        contact_id=contact_id,
    )


async def latest_conversation(unit: Unit, contact_id: bytes) -> Conversation | None:
    """The conversation with a contact that was active last, if there is any."""
    found = await conversations_of(unit, contact_id)
    return found[0] if found else None


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


async def count_messages(unit: Unit, conversation_id: bytes) -> int:
    """How many messages a conversation has."""
    count: int = await unit.fetch_value(
        "SELECT count(*) FROM messages WHERE organization_id = %(organization_id)s "
        "AND conversation_id = %(conversation_id)s",
        conversation_id=conversation_id,
    )
    return count


async def activity_of_contacts(unit: Unit, contact_ids: list[bytes]) -> dict[bytes, Activity]:
    """The activity of each contact that has conversations; fetched at once."""
    if not contact_ids:
        return {}
    found = await unit.fetch_all(
        Activity,
        "SELECT contact_id, array_agg(DISTINCT channel), "
        "coalesce(array_agg(DISTINCT user_id) FILTER (WHERE user_id IS NOT NULL), '{}'), "
        "max(last_message_at) FROM conversations WHERE organization_id = %(organization_id)s "
        "AND contact_id = ANY(%(contact_ids)s) GROUP BY contact_id",
        contact_ids=contact_ids,
    )
    return {activity.contact_id: activity for activity in found}


async def digests_of(unit: Unit, conversation_ids: list[bytes]) -> dict[bytes, Digest]:
    """The digest of each conversation; fetched at once."""
    if not conversation_ids:
        return {}
    found = await unit.fetch_all(
        Digest,
        "SELECT c.id, (SELECT count(*) FROM messages m WHERE m.organization_id = "
        "%(organization_id)s AND m.conversation_id = c.id), (SELECT m.id FROM messages m "
        "WHERE m.organization_id = %(organization_id)s AND m.conversation_id = c.id "
        "ORDER BY m.id DESC LIMIT 1) FROM conversations c "
        "WHERE c.organization_id = %(organization_id)s AND c.id = ANY(%(conversation_ids)s)",
        conversation_ids=conversation_ids,
    )
    return {digest.conversation_id: digest for digest in found}
