"""Whether there is a password. What it is, nobody reads but a login."""

from __future__ import annotations

from leadline.store.unit import Unit


async def has_password(unit: Unit, user_id: bytes) -> bool:
    """Whether a user can log in."""
    found: bool = await unit.fetch_value(
        "SELECT password_hash IS NOT NULL FROM users WHERE id = %(user_id)s", user_id=user_id
    )
    return found
