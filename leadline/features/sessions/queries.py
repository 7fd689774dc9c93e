"""Who can log in, and where they are. The first comes before any organization is known, so it
has no scope."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import args_row

from leadline.store.unit import Unit

_LOGINS = """
SELECT m.organization_id, u.id, m.role, u.email, u.first_name, u.last_name, u.password_hash,
       u.must_change_password
FROM users u JOIN memberships m ON m.user_id = u.id AND m.is_active
"""


class Login(msgspec.Struct, frozen=True):
    """A user in the organization that the login leads to."""

    organization_id: bytes
    user_id: bytes
    role: str
    email: str
    first_name: str
    last_name: str
    password_hash: str | None
    must_change_password: bool

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


async def find_logins_by_email(
    connection: AsyncConnection[Any], email: str, organization_id: bytes | None = None
) -> list[Login]:
    """Everybody with that address and a password: one in each organization, oldest first.

    Of somebody in several organizations it is the oldest active membership.
    """
    found = await _find(
        connection,
        _LOGINS + "WHERE u.email = %s AND m.organization_id = coalesce(%s, m.organization_id) "
        "AND u.password_hash IS NOT NULL ORDER BY m.created_at, m.id LIMIT 20",
        email,
        organization_id,
    )
    first_of = {login.user_id: login for login in reversed(found)}
    return [login for login in found if first_of[login.user_id] is login]


async def find_login(
    connection: AsyncConnection[Any], organization_id: bytes, user_id: bytes
) -> Login | None:
    """The user in that organization, while the membership is active."""
    found = await _find(
        connection, _LOGINS + "WHERE m.organization_id = %s AND u.id = %s", organization_id, user_id
    )
    return found[0] if found else None


async def _find(connection: AsyncConnection[Any], sql: str, *parameters: Any) -> list[Login]:
    cursor = connection.cursor(row_factory=args_row(Login), binary=True)
    await cursor.execute(sql.encode(), parameters)
    return await cursor.fetchall()


class OpenSession(msgspec.Struct, frozen=True):
    """Where somebody is logged in. ``last_used_at`` is when it was last refreshed."""

    id: bytes
    device: str
    network: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


async def list_sessions_of(unit: Unit, user_id: bytes) -> list[OpenSession]:
    """The sessions of a member, newest first."""
    return await unit.fetch_all(
        OpenSession,
        "SELECT id, device, network, created_at, last_used_at, expires_at FROM sessions "
        "WHERE organization_id = %(organization_id)s AND user_id = %(user_id)s "
        "AND expires_at > %(now)s ORDER BY id DESC LIMIT 200",
        user_id=user_id,
    )
