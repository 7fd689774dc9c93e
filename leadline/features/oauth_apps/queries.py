"""Reads of OAuth apps, also before any organization is known."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import args_row

_FIND = b"""
SELECT a.organization_id, a.id, a.name, a.redirect_uris, a.secret_hash, o.name
FROM oauth_apps a JOIN organizations o ON o.id = a.organization_id
WHERE a.id = %s
"""


class KnownApp(msgspec.Struct, frozen=True):
    """An app as the pages and tokens need it: with the name of its organization."""

    organization_id: bytes
    id: bytes
    name: str
    redirect_uris: list[str]
    secret_hash: bytes
    organization_name: str


async def find_app(connection: AsyncConnection[Any], app_id: bytes) -> KnownApp | None:
    """The app of that id, in whatever organization."""
    cursor = connection.cursor(row_factory=args_row(KnownApp), binary=True)
    await cursor.execute(_FIND, (app_id,))
    return await cursor.fetchone()
