"""Conversations and their messages in the Tether dialect: ``/api/conversation/...``."""

from __future__ import annotations

from typing import Literal, TypedDict

import msgspec

from leadline.dialects.tether.spelling import (
    id_in_path,
    page_of,
    spell_id_or_null,
    spell_time,
    spell_time_or_null,
)
from leadline.features.contacts.tables import CONTACTS, Contact
from leadline.features.conversations.queries import (
    Digest,
    conversations_of,
    count_messages,
    digests_of,
    messages_of,
)
from leadline.features.conversations.tables import CONVERSATIONS, Channel, Conversation, Message
from leadline.features.custom_fields.queries import names_by_key
from leadline.kernel.errors import RefusedError
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.operation import Parameter, Request, operation

TAG = "Conversations"


class ConversationShape(TypedDict):
    """Values of custom fields stand beside these, under the names of the fields."""

    _id: str
    contactId: str
    organizationId: str
    userId: str | None
    assignees: list[str]
    channelType: str
    channelIdentifier: str | None
    process: str | None
    isAutopilot: bool
    isResolved: bool
    messageCount: int
    latestMessage: str | None
    lastMessageTime: str | None
    createdAt: str
    updatedAt: str


class ConversationsShape(TypedDict):
    conversations: list[ConversationShape]


class OneConversationShape(TypedDict):
    data: ConversationShape


class MessageShape(TypedDict):
    _id: str
    conversationId: str
    contactId: str
    content: str
    direction: str
    channelType: str
    to: str | None
    status: str
    error: str | None
    sentBy: str | None
    isAIGenerated: bool
    createdAt: str
    updatedAt: str


class MessagesShape(TypedDict):
    success: Literal[True]
    data: list[MessageShape]
    total: int


class OfContactBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    contact_id: str
    channel_type: Channel = "sms"


async def list_conversations(request: Request[None]) -> ConversationsShape:
    contact_id = request.query.get("contactId", "").strip()
    if not contact_id:
        raise RefusedError("'contactId' query param is required")
    return await _show_all(request.unit, contact_id, None)


async def find_conversations(request: Request[OfContactBody]) -> ConversationsShape:
    return await _show_all(request.unit, request.body.contact_id, request.body.channel_type)


async def get_conversation(request: Request[None]) -> OneConversationShape:
    unit = request.unit
    row, contact = await _find(request)
    (shape,) = await _show(unit, contact, [row])
    return {"data": shape}


async def list_messages(request: Request[None]) -> MessagesShape:
    unit = request.unit
    size, skip = page_of(request.query, 50)
    row, contact = await _find(request)
    messages = await messages_of(unit, row.id, size, skip)
    return {
        "success": True,
        "data": [_spell_message(message, contact) for message in messages],
        "total": await count_messages(unit, row.id),
    }


async def _find(request: Request[None]) -> tuple[Conversation, Contact]:
    conversation_id = id_in_path("conversation", request.path["id"])
    row = await rows.get(request.unit, CONVERSATIONS, conversation_id)
    return row, await rows.get(request.unit, CONTACTS, row.contact_id)


async def _show_all(unit: Unit, contact_id: str, channel: Channel | None) -> ConversationsShape:
    contact = await rows.get(unit, CONTACTS, id_in_path("contact", contact_id))
    found = [
        row for row in await conversations_of(unit, contact.id) if channel in (None, row.channel)
    ]
    return {"conversations": await _show(unit, contact, found)}


async def _show(unit: Unit, contact: Contact, found: list[Conversation]) -> list[ConversationShape]:
    fields = await names_by_key(unit, "conversation")
    digests = await digests_of(unit, [row.id for row in found])
    # One that is being deleted at this moment has no messages left.
    return [
        _spell(row, contact, digests.get(row.id, Digest(row.id, 0, None)), fields) for row in found
    ]


def _spell(
    row: Conversation, contact: Contact, digest: Digest, fields: dict[str, str]
) -> ConversationShape:
    addresses = {"sms": contact.phones, "voice": contact.phones, "email": contact.emails}
    address = addresses.get(row.channel)
    shape: ConversationShape = {
        "_id": row.id.hex(),
        "contactId": row.contact_id.hex(),
        "organizationId": row.organization_id.hex(),
        "userId": spell_id_or_null(row.user_id),
        "assignees": [row.user_id.hex()] if row.user_id else [],
        "channelType": row.channel,
        "channelIdentifier": address[0]["value"] if address else None,
        "process": spell_id_or_null(row.prompt_id),
        "isAutopilot": row.is_autopilot,
        "isResolved": row.is_resolved,
        "messageCount": digest.message_count,
        "latestMessage": spell_id_or_null(digest.latest_message_id),
        "lastMessageTime": spell_time_or_null(row.last_message_at),
        "createdAt": spell_time(row.created_at),
        "updatedAt": spell_time(row.updated_at),
    }
    values = {fields[key]: value for key, value in row.custom.items() if key in fields}
    return {**values, **shape}  # type: ignore[typeddict-item]  # the document is open


def _spell_message(row: Message, contact: Contact) -> MessageShape:
    return {
        "_id": row.id.hex(),
        "conversationId": row.conversation_id.hex(),
        "contactId": contact.id.hex(),
        "content": row.body,
        "direction": row.direction,
        "channelType": row.channel,
        "to": row.recipient,
        "status": row.status,
        "error": row.error,
        "sentBy": spell_id_or_null(row.user_id),
        "isAIGenerated": False,  # nothing here writes messages by itself yet
        "createdAt": spell_time(row.created_at),
        "updatedAt": spell_time(row.updated_at),
    }


OPERATIONS = (
    operation(
        name="conversation.list",
        method="GET",
        path="/api/conversation/all",
        summary="Get the conversations with a contact, the latest first",
        right=Right.CONVERSATION_READ,
        run=list_conversations,
        tag=TAG,
        answer=ConversationsShape,
        query=(Parameter("contactId", "The id of the contact.", required=True),),
        errors={400: "'contactId' query param is required", 404: "Contact not found"},
    ),
    operation(
        name="conversation.find",
        method="POST",
        path="/api/conversation/all",
        summary="Get the conversations with a contact over a channel",
        right=Right.CONVERSATION_READ,
        run=find_conversations,
        tag=TAG,
        body=OfContactBody,
        answer=ConversationsShape,
        errors={404: "Contact not found"},
    ),
    operation(
        name="conversation.get",
        method="GET",
        path="/api/conversation/{id}",
        summary="Get one conversation",
        right=Right.CONVERSATION_READ,
        run=get_conversation,
        tag=TAG,
        answer=OneConversationShape,
        errors={404: "Conversation not found"},
    ),
    operation(
        name="conversation.messages",
        method="GET",
        path="/api/conversation/{id}/messages",
        summary="Get the messages of a conversation, oldest first",
        right=Right.CONVERSATION_READ,
        run=list_messages,
        tag=TAG,
        answer=MessagesShape,
        query=(
            Parameter(
                "page",
                "Page number, starting at 1.",
                {"type": "integer", "minimum": 1, "default": 1},
            ),
            Parameter(
                "size",
                "Contacts per page, at most 200.",
                {"type": "integer", "minimum": 1, "default": 50},
            ),
        ),
        errors={404: "Conversation not found"},
    ),
)
