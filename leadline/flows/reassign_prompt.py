"""Putting one prompt in the place of another: everything that used it moves, then it is deleted."""

from __future__ import annotations

from typing import Any, LiteralString

import msgspec

from leadline.features.contacts.tables import CONTACTS
from leadline.features.conversations.tables import CONVERSATIONS
from leadline.features.lead_sources.tables import LEAD_SOURCES
from leadline.features.prompts.actions import lock_own_prompt, remove_prompt
from leadline.features.prompts.queries import Usage, find_usable_prompt
from leadline.kernel.errors import InvalidError, NotFoundError, problem
from leadline.store import rows
from leadline.store.tables import Row, Table
from leadline.store.unit import Unit

# Before everything else: what uses the prompt, locked, so that its events tell the truth.
_CONFIGURATIONS: LiteralString = "AND default_process_id = %(prompt_id)s ORDER BY id FOR UPDATE"
_OTHERS: LiteralString = "AND prompt_id = %(prompt_id)s ORDER BY id FOR UPDATE"

_MOVE_CONFIGURATIONS: LiteralString = (
    "UPDATE lead_sources SET default_process_id = %(target_id)s, updated_at = %(now)s "
    "WHERE organization_id = %(organization_id)s AND default_process_id = %(prompt_id)s"
)
_MOVE_CONTACTS: LiteralString = (
    "UPDATE contacts SET prompt_id = %(target_id)s, updated_at = %(now)s, "
    "updated_by = %(user_id)s "
    "WHERE organization_id = %(organization_id)s AND prompt_id = %(prompt_id)s"
)
_MOVE_CONVERSATIONS: LiteralString = (
    "UPDATE conversations SET prompt_id = %(target_id)s, updated_at = %(now)s "
    "WHERE organization_id = %(organization_id)s AND prompt_id = %(prompt_id)s"
)


async def reassign_prompt(unit: Unit, prompt_id: bytes, target_id: bytes) -> Usage:
    """Moves everything from a prompt to another one and deletes it. Returns what has moved.

    Each noun takes two statements, however many rows there are.
    """
    if prompt_id == target_id:
        words = "A prompt cannot be reassigned to itself."
        raise InvalidError([problem("conflict", "target_id", text=words)])
    # Whoever wants to use the prompt waits for this lock, so nothing new can appear below.
    prompt = await lock_own_prompt(unit, prompt_id)
    if await find_usable_prompt(unit, target_id) is None:
        raise NotFoundError("prompt", "Target prompt not found")
    move = {"prompt_id": prompt_id, "target_id": target_id}
    configurations = await rows.select(unit, LEAD_SOURCES, _CONFIGURATIONS, **move)
    contacts = await rows.select(unit, CONTACTS, _OTHERS, **move)
    conversations = await rows.select(unit, CONVERSATIONS, _OTHERS, **move)
    user_id = unit.scope.user_id
    await unit.execute(_MOVE_CONFIGURATIONS, **move)
    await unit.execute(_MOVE_CONTACTS, **move, user_id=user_id)
    await unit.execute(_MOVE_CONVERSATIONS, **move)
    _record(unit, LEAD_SOURCES, configurations, default_process_id=target_id)
    _record(unit, CONTACTS, contacts, prompt_id=target_id, updated_by=user_id)
    _record(unit, CONVERSATIONS, conversations, prompt_id=target_id)
    await remove_prompt(unit, prompt)
    return Usage(len(configurations), len(contacts), len(conversations))


def _record(unit: Unit, table: Table[Row], found: list[Row], **changes: Any) -> None:
    for before in found:
        after = msgspec.structs.replace(before, **changes, updated_at=unit.now)
        unit.record("updated", table, before, after)
