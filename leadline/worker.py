"""The worker: runs jobs as they come due, and what has to be done again and again."""

from __future__ import annotations

import asyncio

import structlog

from leadline.features.conversations import jobs as conversation_jobs
from leadline.features.files import jobs as file_jobs
from leadline.features.leads.actions import begin_count, count_anew
from leadline.flows import conform_custom_values, delete_custom_type
from leadline.kernel.scope import Scope
from leadline.platform.file_storage import FileStorage, storage_of
from leadline.platform.jobs import JobFunction, Worker
from leadline.platform.periodic import Periodic, repeat
from leadline.settings import Settings
from leadline.store.database import Database
from leadline.store.events import number_events
from leadline.store.housekeeping import delete_expired, take_back_future

log = structlog.get_logger("leadline.worker")

# Every job that can be enqueued, by its name; those with files come in ``jobs_with``.
JOBS: dict[str, JobFunction] = {
    **conversation_jobs.JOBS,
    **conform_custom_values.JOBS,
    **delete_custom_type.JOBS,
}

EVENTS_AT_ONCE = 5000


def jobs_with(storage: FileStorage) -> dict[str, JobFunction]:
    """Every job, where files lie in that storage."""
    return {**JOBS, **file_jobs.jobs_of(storage)}


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


async def count_leads(database: Database) -> None:
    """Counts the old leads of every large organization, so that lists need not."""
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT id FROM organizations")
        organizations = [organization_id for (organization_id,) in await cursor.fetchall()]
    for organization_id in organizations:
        scope = Scope.system(organization_id)
        for step in (begin_count, count_anew):
            async with database.writing(scope) as unit:
                await step(unit)


PERIODIC = (
    Periodic("number events", 1.0, _number),
    Periodic("take back the future", 60.0, _take_back_future),
    Periodic("delete what has expired", 600.0, _delete_expired),
    Periodic("count leads", 3600.0, count_leads),
)


async def run_worker(database: Database, settings: Settings) -> None:
    """Works until it is cancelled. Jobs and each periodic task go on whatever happens to others."""
    storage = storage_of(settings)
    worker = Worker(database, jobs_with(storage))
    periodic = (*PERIODIC, Periodic("tidy files", 600.0, lambda _: storage.tidy()))
    async with asyncio.TaskGroup() as group:
        for task in periodic:
            group.create_task(repeat(task, database), name=task.name)
        group.create_task(_run_jobs(worker, settings.job_poll_s), name="jobs")


async def _run_jobs(worker: Worker, poll_s: float) -> None:
    while True:
        try:
            if not await worker.run_next():
                await asyncio.sleep(poll_s)
        except Exception:  # the database may be away for a while; the worker outlives that
            log.exception("the worker stumbled")
            await asyncio.sleep(poll_s * 5)
