"""What a worker does again and again: each task with failures and pauses of its own.

A task that fails waits longer and longer and keeps no other task, and no job, from running. What
fails is kept in the database, where ``leadline doctor`` and ``/metrics`` find it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
import structlog
from psycopg import AsyncConnection

from leadline.store.database import Database

log = structlog.get_logger("leadline.worker")

MAX_PAUSE_S = 600.0
_RECORD = """
INSERT INTO failing_tasks (name, failures, failing_since, last_failed_at, last_error)
VALUES (%(name)s, 1, %(now)s, %(now)s, %(error)s)
ON CONFLICT (name) DO UPDATE SET failures = failing_tasks.failures + 1,
    last_failed_at = excluded.last_failed_at, last_error = excluded.last_error
"""


class Periodic(msgspec.Struct, frozen=True):
    """Something to be done every ``every_s`` seconds."""

    name: str
    every_s: float
    run: Callable[[Database], Awaitable[None]]


async def repeat(task: Periodic, database: Database) -> None:
    """Carries the task out for ever; only being cancelled ends it."""
    failures = 0
    while True:
        try:
            await task.run(database)
        except Exception as error:  # whatever it is, the task is due again
            failures += 1
            log.exception("periodic task failed", task=task.name, failures=failures)
            await _record(database, task.name, error)
        else:
            if failures:
                log.info("periodic task works again", task=task.name, failures=failures)
                failures = 0
                await _forget(database, task.name)
        await asyncio.sleep(pause_after(task.every_s, failures))


def pause_after(every_s: float, failures: int) -> float:
    """Seconds until a task is due again: twice as long after each failure, ten minutes at most."""
    if not failures:
        return every_s
    return max(every_s, min(every_s * 2.0 ** min(failures, 20), MAX_PAUSE_S))


async def _record(database: Database, name: str, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}"[:2000]
    await _tell(database, _RECORD, {"name": name, "now": database.clock.now(), "error": text})


async def _forget(database: Database, name: str) -> None:
    await _tell(database, "DELETE FROM failing_tasks WHERE name = %(name)s", {"name": name})


async def _tell(database: Database, sql: Any, parameters: dict[str, Any]) -> None:
    # Where the database itself is away, the log has said it, and the next attempt says it again.
    with suppress(Exception):
        connection: AsyncConnection[Any]
        async with database.connection() as connection:
            await connection.execute(sql, parameters)
