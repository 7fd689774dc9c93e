"""Whose link that is. It comes before the organization is known, so there is no scope."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import args_row

from leadline.platform.authentication import secret_hash


class LinkOwner(msgspec.Struct, frozen=True):
    """The member who chooses a password by a link."""

    organization_id: bytes
    user_id: bytes
    role: str
    email: str
    full_name: str


async def find_link_owner(
    connection: AsyncConnection[Any], token: str, now: datetime
) -> LinkOwner | None:
    """The active member whom the link is for, as long as it is good."""
    cursor = connection.cursor(row_factory=args_row(LinkOwner), binary=True)
    await cursor.execute(
        "SELECT m.organization_id, u.id, m.role, u.email, u.first_name || ' ' || u.last_name "
        "FROM account_links l "
        "JOIN memberships m ON m.organization_id = l.organization_id AND m.user_id = l.user_id "
        "JOIN users u ON u.id = l.user_id "
        "WHERE l.token_hash = %s AND l.expires_at > %s AND m.is_active",
        (secret_hash(token), now),
    )
    return await cursor.fetchone()
