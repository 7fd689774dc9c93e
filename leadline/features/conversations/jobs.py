"""Delivering queued messages through a provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from leadline.features.conversations.actions import DELIVER
from leadline.features.conversations.tables import MESSAGES, Message
from leadline.platform.jobs import JobFunction
from leadline.store import writes
from leadline.store.unit import Unit


class Delivered(msgspec.Struct, frozen=True):
    """What a provider says of a message that it took: its own name and id for it."""

    provider: str
    provider_message_id: str


# A provider sends a message and says how it went; it raises to be tried again later. The id of
# the message is the provider's idempotency key, since a delivery may be repeated after a crash.
Provider = Callable[[Message], Awaitable[Delivered]]


async def record_only(message: Message) -> Delivered:
    """The default provider: the message counts as sent, and nothing leaves the server."""
    return Delivered("recorder", message.id.hex())


def deliver_with(provider: Provider) -> JobFunction:
    """The job that delivers through ``provider``."""

    async def deliver(unit: Unit, payload: dict[str, Any]) -> None:
        message = await unit.fetch_one(
            Message, MESSAGES.lock_sql, id=bytes.fromhex(payload["message_id"])
        )
        if message is None or message.status != "queued":
            return  # deleted with its lead, or delivered by a run before
        delivered = await provider(message)
        await writes.update(
            unit,
            MESSAGES,
            message,
            status="sent",
            provider=delivered.provider,
            provider_message_id=delivered.provider_message_id,
        )

    return deliver


JOBS: dict[str, JobFunction] = {DELIVER: deliver_with(record_only)}
