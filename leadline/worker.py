"""The worker: runs jobs as they come due, and what has to be done again and again."""

from __future__ import annotations

import asyncio
import time

import structlog

from leadline.features.conversations import jobs as conversation_jobs
from leadline.flows import conform_custom_values
from leadline.platform.jobs import JobFunction, Periodic, Worker
from leadline.settings import Settings
from leadline.store.database import Database
from leadline.store.events import number_events
from leadline.store.housekeeping import delete_expired, take_back_future

log = structlog.get_logger("leadline.worker")

# Every job that can be enqueued, by its name.
JOBS: dict[str, JobFunction] = {**conversation_jobs.JOBS, **conform_custom_values.JOBS}

EVENTS_AT_ONCE = 5000


async def _number(database: Database) -> None:
    async with database.connection() as connection:
        # New ones come in all the time, and jobs wait meanwhile: only a backlog is worth a repeat.
        while await number_events(connection, EVENTS_AT_ONCE) == EVENTS_AT_ONCE:
            pass


async def _delete_expired(database: Database) -> None:
    async with database.connection() as connection:
        await delete_expired(connection, database.clock.now())


async def _take_back_future(database: Database) -> None:
    async with database.connection() as connection:
        await take_back_future(connection, database.clock.now())


PERIODIC = (
    Periodic("number events", 1.0, _number),
    Periodic("take back the future", 60.0, _take_back_future),
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
