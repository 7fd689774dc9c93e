"""The worker: what fails in it keeps nothing else waiting, and is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec
import psycopg
import pytest

from leadline import worker
from leadline.cli.doctor import _contents
from leadline.platform.periodic import Periodic, pause_after
from leadline.store.database import Database
from leadline.store.health import Backlog, read_backlog, read_health
from leadline.store.housekeeping import delete_expired
from leadline.worker import run_worker
from tests.cast import World

PATIENCE_S = 30


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.01)


def work_until(world: World, condition: Callable[[], Awaitable[bool]]) -> None:
    """Runs the real worker on the world's database until something is so."""
    settings = msgspec.structs.replace(world.services.settings, job_poll_s=0.01)

    async def run() -> None:
        working = asyncio.ensure_future(run_worker(world.services.database, settings))
        try:
            await until(condition)
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    world.call(run)


def test_a_task_that_always_fails_keeps_no_job_and_no_other_task_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch, database_url: str
):
    calls = {"hangs": 0, "fails": 0, "works": 0}

    async def hang(database: Database) -> None:
        calls["hangs"] += 1
        await asyncio.Event().wait()

    async def fail(database: Database) -> None:
        calls["fails"] += 1
        raise ZeroDivisionError("always")

    async def succeed(database: Database) -> None:
        calls["works"] += 1

    tasks = (
        Periodic("hangs", 0.01, hang),
        Periodic("fails", 0.01, fail),
        Periodic("works", 0.01, succeed),
    )
    monkeypatch.setattr(worker, "PERIODIC", tasks)
    field = world.ada.close.post("/custom_field/lead/", {"name": "F", "type": "text"}, 200)
    world.ada.close.put(f"/custom_field/lead/{field['id']}/", {"type": "number"}, 200)
    world.clock.advance(hours=1)
    due = f"SELECT count(*) FROM jobs WHERE run_at <= '{world.clock.now().isoformat()}'"
    assert world.sql(due) != [(0,)]

    async def is_done() -> bool:
        async with world.services.database.connection() as connection:
            cursor = await connection.execute(due.encode())
            return (await cursor.fetchall()) == [(0,)] and calls["fails"] > 2

    work_until(world, is_done)
    assert calls["hangs"] == 1
    assert calls["works"] > calls["fails"]

    # It is told where operators look.
    with psycopg.connect(database_url, autocommit=True) as connection:
        health = read_health(connection, world.clock.now())
        (told,) = health.failing_tasks
        assert told.startswith("fails (")
        assert told.endswith("times; ZeroDivisionError: always)")
        tasks_found = {found.about: found for found in _contents(health, world.clock.now())}
        assert (tasks_found["tasks"].state, told in tasks_found["tasks"].text) == ("warn", True)

    async def backlog() -> Backlog:
        async with world.services.database.connection() as connection:
            return await read_backlog(connection, world.clock.now())

    assert world.call(backlog).failing_tasks == 1

    # And forgotten when the worker died before it could say that all is well again.
    world.clock.advance(days=2)

    async def tidy() -> None:
        async with world.services.database.connection() as connection:
            await delete_expired(connection, world.clock.now())

    world.call(tidy)
    assert world.sql("SELECT count(*) FROM failing_tasks") == [(0,)]


def test_a_task_that_works_again_is_forgotten(world: World, monkeypatch: pytest.MonkeyPatch):
    failures = 2

    async def stumble(database: Database) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise ZeroDivisionError

    monkeypatch.setattr(worker, "PERIODIC", (Periodic("stumbles", 0.01, stumble),))

    async def is_forgotten() -> bool:
        async with world.services.database.connection() as connection:
            cursor = await connection.execute("SELECT count(*) FROM failing_tasks")
            return failures < 0 and (await cursor.fetchall()) == [(0,)]

    work_until(world, is_forgotten)


@pytest.mark.parametrize(
    ("every_s", "failures", "expected"),
    [(1, 0, 1), (1, 1, 2), (1, 3, 8), (1, 50, 600), (3600, 5, 3600), (60, 4, 600)],
)
def test_pauses_grow_to_ten_minutes(every_s: float, failures: int, expected: float):
    assert pause_after(every_s, failures) == expected
