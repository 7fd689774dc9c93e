"""Reads of sign-ins, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import args_row

from leadline.store.unit import Unit

_COLUMNS = "SELECT id, happened_at, action, user_id, email, client FROM sign_ins "


class SignIn(msgspec.Struct, frozen=True):
    """``user_id`` is None where nobody has the address."""

    id: bytes
    happened_at: datetime
    action: str
    user_id: bytes | None
    email: str | None
    client: str


async def list_sign_ins(unit: Unit, limit: int) -> list[SignIn]:
    """Those of the organization's people."""
    return await unit.fetch_all(
        SignIn,
        _COLUMNS + "WHERE organization_id = %(organization_id)s ORDER BY id DESC LIMIT %(limit)s",
        limit=limit,
    )


async def list_unknown_sign_ins(connection: AsyncConnection[Any], limit: int) -> list[SignIn]:
    """Those with addresses that nobody has: they belong to no organization."""
    cursor = connection.cursor(row_factory=args_row(SignIn), binary=True)
    await cursor.execute(
        (_COLUMNS + "WHERE organization_id IS NULL ORDER BY id DESC LIMIT %s").encode(), (limit,)
    )
    return await cursor.fetchall()
