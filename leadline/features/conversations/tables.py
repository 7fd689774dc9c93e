"""The tables of conversations and their messages."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from leadline.features.custom_fields.tables import CustomValues
from leadline.store.tables import Table

Channel = Literal["sms", "email", "webchat", "facebook", "voice"]


class Conversation(msgspec.Struct, frozen=True, gc=False):
    organization_id: bytes
    id: bytes
    contact_id: bytes
    user_id: bytes | None
    channel: str
    prompt_id: bytes | None
    is_autopilot: bool
    is_resolved: bool
    last_message_at: datetime | None
    custom: CustomValues
    created_at: datetime
    updated_at: datetime


class Message(msgspec.Struct, frozen=True, gc=False):
    """``status`` of an outgoing message: queued, then sent or failed by its provider."""

    organization_id: bytes
    id: bytes
    conversation_id: bytes
    direction: str
    channel: str
    recipient: str | None
    body: str
    status: str
    provider: str | None
    provider_message_id: str | None
    error: str | None
    user_id: bytes | None
    created_at: datetime
    updated_at: datetime


CONVERSATIONS = Table("conversations", "conversation", Conversation, json=("custom",))
MESSAGES = Table("messages", "message", Message)
