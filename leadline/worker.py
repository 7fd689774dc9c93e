"""The worker: runs jobs as they come due, and what has to be done again and again."""

from __future__ import annotations

import asyncio
import time

import structlog

from leadline.features.conversations import jobs as conversation_jobs
from leadline.platform.jobs import JobFunction, Periodic, Worker
from leadline.settings import Settings
from leadline.store.database import Database
from leadline.store.events import number_events
from leadline.store.housekeeping import delete_expired

log = structlog.get_logger("leadline.worker")

# Every job that can be enqueued, by its name.
JOBS: dict[str, JobFunction] = {**conversation_jobs.JOBS}


async def _number(database: Database) -> None:
    async with database.connection() as connection:
        while await number_events(connection):
            pass


async def _delete_expired(database: Database) -> None:
    async with database.connection() as connection:
        await delete_expired(connection, database.clock.now())


PERIODIC = (
    Periodic("number events", 1.0, _number),
    Periodic("delete what has expired", 600.0, _delete_expired),
)


async def run_worker(database: Database, settings: Settings) -> None:
    """Works until it is cancelled. A failure is logged, and work goes on after a pause."""
    worker = Worker(database, JOBS)
    due = dict.fromkeys(range(len(PERIODIC)), 0.0)
    while True:
        try:
            for index, task in enumerate(PERIODIC):
                if time.monotonic() >= due[index]:
                    due[index] = time.monotonic() + task.every_s
                    await task.run(database)
            if not await worker.run_next():
                await asyncio.sleep(settings.job_poll_s)
        except Exception:  # the database may be away for a while; the worker outlives that
            log.exception("the worker stumbled")
            await asyncio.sleep(settings.job_poll_s * 5)
