"""Rows that nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

IDEMPOTENCY_KEPT = timedelta(days=2)
LOGIN_FAILURES_KEPT = timedelta(days=1)
LOGIN_NETWORKS_KEPT = timedelta(days=90)
FAILURES_KEPT = timedelta(days=1)
SIGN_INS_KEPT = timedelta(days=180)
# Longer than any request lasts that may still be using them.
OAUTH_KEPT = timedelta(days=1)
# Failed logins with addresses that nobody has: anybody can make as many as they like.
UNKNOWN_SIGN_INS_KEPT = 10_000
# Clocks of machines differ by less.
FUTURE = timedelta(minutes=1)


async def delete_expired(connection: AsyncConnection[Any], now: datetime) -> None:
    """Deletes old idempotency keys, sign-ins and login failures, and expired tokens and links."""
    await connection.execute(
        "DELETE FROM idempotency_keys WHERE created_at < %s", (now - IDEMPOTENCY_KEPT,)
    )
    await connection.execute(
        "DELETE FROM refresh_tokens r WHERE expires_at < %s "
        "OR NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = r.family_id)",
        (now,),
    )
    await connection.execute("DELETE FROM sessions WHERE expires_at < %s", (now,))
    await connection.execute(
        "DELETE FROM sessions s WHERE NOT EXISTS (SELECT 1 FROM refresh_tokens r "
        "WHERE r.family_id = s.id)"
    )
    await connection.execute("DELETE FROM account_links WHERE expires_at < %s", (now,))
    await connection.execute("DELETE FROM oauth_tokens WHERE expires_at < %s", (now - OAUTH_KEPT,))
    await connection.execute(
        "DELETE FROM oauth_grants g WHERE g.code_expires_at < %s AND NOT EXISTS (SELECT 1 "
        "FROM oauth_tokens t WHERE t.organization_id = g.organization_id AND t.grant_id = g.id)",
        (now - OAUTH_KEPT,),
    )
    await connection.execute(
        "DELETE FROM login_failures WHERE last_failed_at < %s", (now - LOGIN_FAILURES_KEPT,)
    )
    await connection.execute(
        "DELETE FROM login_networks WHERE last_succeeded_at < %s", (now - LOGIN_NETWORKS_KEPT,)
    )
    # Of workers that ended before they could say that a task works again.
    await connection.execute(
        "DELETE FROM failing_tasks WHERE last_failed_at < %s", (now - FAILURES_KEPT,)
    )
    await connection.execute("DELETE FROM sign_ins WHERE happened_at < %s", (now - SIGN_INS_KEPT,))
    await connection.execute(
        "DELETE FROM sign_ins WHERE organization_id IS NULL AND id <= (SELECT id FROM sign_ins "
        "WHERE organization_id IS NULL ORDER BY id DESC OFFSET %s LIMIT 1)",
        (UNKNOWN_SIGN_INS_KEPT,),
    )


async def take_back_future(connection: AsyncConnection[Any], now: datetime) -> None:
    """Jobs that were wanted in a future that has been taken back are wanted now.

    Otherwise a clock that is set back by an hour would let them wait for that hour.
    """
    await connection.execute(
        "UPDATE jobs SET run_at = run_at - (created_at - %(now)s), created_at = %(now)s, "
        "locked_until = NULL WHERE created_at > %(future)s",
        {"now": now, "future": now + FUTURE},
    )
