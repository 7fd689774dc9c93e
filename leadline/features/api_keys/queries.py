"""Reads of API keys."""

from __future__ import annotations

from leadline.features.api_keys.tables import API_KEYS, ApiKey
from leadline.store import rows
from leadline.store.unit import Unit


async def active_keys(unit: Unit, user_id: bytes) -> list[ApiKey]:
    """The keys of a member that still work, newest first."""
    return await rows.select(
        unit,
        API_KEYS,
        "AND user_id = %(user_id)s AND revoked_at IS NULL ORDER BY id DESC",
        user_id=user_id,
    )
