"""Rows that nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

IDEMPOTENCY_KEPT = timedelta(days=2)
LOGIN_FAILURES_KEPT = timedelta(days=1)


async def delete_expired(connection: AsyncConnection[Any], now: datetime) -> None:
    """Deletes old idempotency keys, expired refresh tokens and forgotten login failures."""
    await connection.execute(
        "DELETE FROM idempotency_keys WHERE created_at < %s", (now - IDEMPOTENCY_KEPT,)
    )
    await connection.execute("DELETE FROM refresh_tokens WHERE expires_at < %s", (now,))
    await connection.execute(
        "DELETE FROM login_failures WHERE last_failed_at < %s", (now - LOGIN_FAILURES_KEPT,)
    )
