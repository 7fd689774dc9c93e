"""Noting who logged in and who tried. Never with a password or a token."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from psycopg import AsyncConnection

from leadline.kernel.ids import new_id

# reused: a refresh token came a second time, so somebody has a copy; the session was ended.
# confirmed: somebody who is logged in has shown the password once more.
SignInAction = Literal["succeeded", "failed", "reused", "ended", "confirmed"]

_INSERT = (
    "INSERT INTO sign_ins (id, happened_at, action, organization_id, user_id, email, client) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


async def record_sign_in(
    connection: AsyncConnection[Any],
    action: SignInAction,
    *,
    now: datetime,
    client: str,
    organization_id: bytes | None = None,
    user_id: bytes | None = None,
    email: str | None = None,
) -> None:
    """Adds one line. ``email`` must be an address: people type passwords into the wrong field."""
    await connection.execute(
        _INSERT, (new_id(now), now, action, organization_id, user_id, email, client[:64])
    )
