"""What somebody has allowed apps, and, before any organization is known, by which secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import args_row

from leadline.store.unit import Unit

_BY_CODE = b"SELECT organization_id, id, app_id, user_id, 'code' FROM oauth_grants "
_BY_TOKEN = b"""
SELECT g.organization_id, g.id, g.app_id, g.user_id, t.kind
FROM oauth_tokens t
JOIN oauth_grants g ON g.organization_id = t.organization_id AND g.id = t.grant_id
"""


class Presented(msgspec.Struct, frozen=True):
    """The grant of a code or token that somebody presents, and which of these it is."""

    organization_id: bytes
    grant_id: bytes
    app_id: bytes
    user_id: bytes
    kind: Literal["code", "access", "refresh"]


class AllowedApp(msgspec.Struct, frozen=True):
    """A grant whose app has taken its tokens, with the name of the app."""

    id: bytes
    app_id: bytes
    app_name: str
    scope: str
    created_at: datetime


async def page_of_own(unit: Unit, *, limit: int, skip: int) -> list[AllowedApp]:
    """A page of what the caller has allowed, oldest first."""
    return await unit.fetch_all(
        AllowedApp,
        "SELECT g.id, g.app_id, a.name, g.scope, g.created_at FROM oauth_grants g "
        "JOIN oauth_apps a ON a.organization_id = g.organization_id AND a.id = g.app_id "
        "WHERE g.organization_id = %(organization_id)s AND g.user_id = %(user_id)s "
        "AND g.exchanged_at IS NOT NULL ORDER BY g.id LIMIT %(limit)s OFFSET %(skip)s",
        user_id=unit.scope.user_id,
        limit=limit,
        skip=skip,
    )


async def find_by_code(connection: AsyncConnection[Any], code_hash: bytes) -> Presented | None:
    return await _find(connection, _BY_CODE + b"WHERE code_hash = %s", code_hash)


async def find_by_token(connection: AsyncConnection[Any], token_hash: bytes) -> Presented | None:
    return await _find(connection, _BY_TOKEN + b"WHERE t.token_hash = %s", token_hash)


async def _find(
    connection: AsyncConnection[Any], sql: bytes, presented_hash: bytes
) -> Presented | None:
    cursor = connection.cursor(row_factory=args_row(Presented), binary=True)
    await cursor.execute(sql, (presented_hash,))
    return await cursor.fetchone()
