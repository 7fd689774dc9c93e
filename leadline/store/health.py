"""What the database can tell about how it is going: work that waits, work that failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import args_row

# A job that is due for so long is waiting for a worker that does not come.
OVERDUE = timedelta(minutes=5)
# A task that still fails has failed again within this time.
LATELY = timedelta(hours=2)


class Health(msgspec.Struct, frozen=True):
    """``newest_event_at`` is in the future when the clock has been set back."""

    failed_jobs: int
    overdue_jobs: int
    events_waiting: int
    oldest_waiting_at: datetime | None
    newest_event_at: datetime | None
    failing_tasks: list[str]


def read_health(connection: psycopg.Connection[Any], now: datetime) -> Health:
    """Reads it in one statement that uses indexes only, however much there is."""
    cursor = connection.cursor(row_factory=args_row(Health))
    cursor.execute(
        """
        SELECT
            (SELECT count(*) FROM jobs WHERE failed_at IS NOT NULL),
            (SELECT count(*) FROM jobs
             WHERE failed_at IS NULL AND run_at < %(overdue)s
               AND (locked_until IS NULL OR locked_until < %(now)s)),
            (SELECT count(*) FROM events WHERE position IS NULL),
            (SELECT occurred_at FROM events WHERE position IS NULL ORDER BY sequence LIMIT 1),
            (SELECT max(last.occurred_at) FROM organizations CROSS JOIN LATERAL (
                 SELECT occurred_at FROM events
                 WHERE organization_id = organizations.id AND position IS NOT NULL
                 ORDER BY position DESC LIMIT 1
             ) last),
            array(SELECT name || ' (' || failures || ' times; ' || last_error || ')'
                  FROM failing_tasks WHERE last_failed_at >= %(lately)s ORDER BY name)
        """,
        {"now": now, "overdue": now - OVERDUE, "lately": now - LATELY},
    )
    return cursor.fetchall()[0]


class Backlog(msgspec.Struct, frozen=True):
    """What waits for a worker. The ages are seconds, 0 when nothing waits."""

    jobs_waiting: int
    jobs_failed: int
    oldest_job_s: float
    events_waiting: int
    oldest_event_s: float
    failing_tasks: int


async def read_backlog(connection: AsyncConnection[Any], now: datetime) -> Backlog:
    """Reads it in one statement that looks at nothing but what waits."""
    cursor = connection.cursor(row_factory=args_row(Backlog))
    await cursor.execute(
        """
        SELECT
            (SELECT count(*) FROM jobs WHERE failed_at IS NULL),
            (SELECT count(*) FROM jobs WHERE failed_at IS NOT NULL),
            greatest(0, extract(epoch FROM %(now)s - (
                SELECT min(run_at) FROM jobs WHERE failed_at IS NULL
            )))::float8,
            (SELECT count(*) FROM events WHERE position IS NULL),
            greatest(0, extract(epoch FROM %(now)s - (
                SELECT occurred_at FROM events WHERE position IS NULL ORDER BY sequence LIMIT 1
            )))::float8,
            (SELECT count(*) FROM failing_tasks WHERE last_failed_at >= %(lately)s)
        """,
        {"now": now, "lately": now - LATELY},
    )
    return (await cursor.fetchall())[0]
