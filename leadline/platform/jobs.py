"""Jobs: rows written in the transaction that wants them, run at least once after its commit.

A worker takes a due job under a lease. A worker that dies loses its lease, and another runs the
job again; so every job must bear being run twice. Failures are retried with growing pauses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from leadline.kernel.scope import Scope
from leadline.store.database import Database
from leadline.store.unit import Unit

log = structlog.get_logger("leadline.jobs")

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 12

JobFunction = Callable[[Unit, dict[str, Any]], Awaitable[None]]

_TAKE = """
UPDATE jobs SET locked_until = %(until)s, attempts = attempts + 1
WHERE (organization_id, id) = (
    SELECT organization_id, id FROM jobs
    WHERE failed_at IS NULL AND run_at <= %(now)s
      AND (locked_until IS NULL OR locked_until < %(now)s)
    ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING organization_id, id, name, payload, attempts
"""


class Job(msgspec.Struct, frozen=True):
    """One job as a worker sees it. ``attempts`` counts this run too."""

    organization_id: bytes
    id: bytes
    name: str
    payload: dict[str, Any]
    attempts: int


class Worker:
    """Runs jobs one after the other. ``functions`` names what can be run."""

    def __init__(self, database: Database, functions: Mapping[str, JobFunction]) -> None:
        self._database = database
        self._functions = functions

    async def run_next(self) -> bool:
        """Runs one due job; False when there is none."""
        job = await self._take()
        if job is None:
            return False
        try:
            await self._run(job)
        except Exception as error:  # a job may fail in any way; it is noted and tried again
            log.exception("job failed", job=job.name, attempt=job.attempts)
            await self._postpone(job, error)
        return True

    async def run_due(self) -> int:
        """Runs everything that is due now and what that leads to; returns how many."""
        count = 0
        while await self.run_next():
            count += 1
        return count

    async def _take(self) -> Job | None:
        now = self._database.clock.now()
        async with self._database.connection() as connection:
            cursor = await connection.execute(_TAKE, {"now": now, "until": now + LEASE})
            row = await cursor.fetchone()
        return None if row is None else Job(*row)

    async def _run(self, job: Job) -> None:
        function = self._functions.get(job.name)
        if function is None:
            raise LookupError(f"no job is named {job.name}")
        scope = Scope.system(job.organization_id)
        async with asyncio.timeout(LEASE.total_seconds() * 0.9):
            async with self._database.writing(scope) as unit:
                # Gone means that another worker has finished it while our lease had run out.
                gone = await unit.execute_count(
                    "DELETE FROM jobs WHERE organization_id = %(organization_id)s "
                    "AND id = %(id)s AND attempts = %(attempts)s",
                    id=job.id,
                    attempts=job.attempts,
                )
                if gone:
                    await function(unit, job.payload)

    async def _postpone(self, job: Job, error: Exception) -> None:
        now = self._database.clock.now()
        is_last = job.attempts >= MAX_ATTEMPTS
        async with self._database.connection() as connection:
            await connection.execute(
                "UPDATE jobs SET locked_until = NULL, run_at = %(run_at)s, failed_at = %(failed)s, "
                "last_error = %(error)s WHERE organization_id = %(organization_id)s "
                "AND id = %(id)s AND attempts = %(attempts)s",
                {
                    "run_at": now + pause_after(job.attempts),
                    "failed": now if is_last else None,
                    "error": f"{type(error).__name__}: {error}"[:2000],
                    "organization_id": job.organization_id,
                    "id": job.id,
                    "attempts": job.attempts,
                },
            )


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: 1 s, 4 s, 16 s ... at most an hour."""
    return timedelta(seconds=min(4 ** (attempts - 1), 3600))
