"""Jobs: run once, tried again with growing pauses, and given up in the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope
from leadline.platform.jobs import MAX_ATTEMPTS, Worker, pause_after
from leadline.store.unit import Unit
from tests.cast import World
from tests.conftest import START


def enqueue(world: World, name: str, run_at: datetime | None = None) -> None:
    async def run() -> None:
        scope = Scope(world.ada.organization_id, world.ada.user_id, Role.ADMIN, b"test")
        async with world.services.database.writing(scope) as unit:
            unit.enqueue(name, {"name": name}, run_at)

    world.call(run)


def states(world: World) -> list[tuple[Any, ...]]:
    return world.sql("SELECT name, attempts, failed_at, last_error FROM jobs ORDER BY id")


class Runs:
    """A function of jobs that notes when it ran, and fails until it is told otherwise."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.at: list[timedelta] = []
        self.fails = True

    async def __call__(self, unit: Unit, payload: dict[str, Any]) -> None:
        self.at.append(unit.now - START)
        await unit.execute(
            "UPDATE organizations SET name = 'Changed by a job' WHERE id = %(organization_id)s"
        )
        if self.fails:
            raise ValueError("not yet")

    def run_due(self) -> int:
        count: int = self._world.call(Worker(self._world.services.database, {"try": self}).run_due)
        return count


def test_a_job_that_fails_is_tried_again_after_growing_pauses(world: World):
    runs = Runs(world)
    enqueue(world, "try")
    for seconds in (0, 0.5, 0.5, 3.5, 0.5, 15.5, 0.5):
        world.clock.advance(seconds=seconds)
        runs.run_due()
    assert runs.at == [timedelta(seconds=seconds) for seconds in (0, 1, 5, 21)]
    assert [pause_after(attempts).total_seconds() for attempts in (1, 2, 3, 4)] == [1, 4, 16, 64]
    assert pause_after(MAX_ATTEMPTS) == timedelta(hours=1)
    # Nothing of a run that failed is kept.
    assert world.ada.close.get("/me/")["organizations"][0]["name"] == "North"
    assert states(world) == [("try", 4, None, "ValueError: not yet")]
    runs.fails = False
    world.clock.advance(hours=1)
    assert runs.run_due() == 1
    assert states(world) == []
    assert world.ada.close.get("/me/")["organizations"][0]["name"] == "Changed by a job"


def test_a_job_is_given_up_after_twelve_failures(world: World):
    runs = Runs(world)
    enqueue(world, "try")
    for _ in range(MAX_ATTEMPTS):
        assert runs.run_due() == 1
        world.clock.advance(hours=1)
    given_up = world.clock.instant - timedelta(hours=1)
    assert states(world) == [("try", 12, given_up, "ValueError: not yet")]
    runs.fails = False
    for days in (0, 1, 400):
        world.clock.advance(days=days)
        assert runs.run_due() == 0
    assert len(runs.at) == MAX_ATTEMPTS == 12
    assert states(world) == [("try", 12, given_up, "ValueError: not yet")]


def test_one_job_that_fails_keeps_no_other_waiting(world: World):
    runs = Runs(world)
    enqueue(world, "unknown")
    enqueue(world, "try", START + timedelta(minutes=1))
    assert runs.run_due() == 1
    world.clock.advance(minutes=1)
    runs.fails = False
    assert runs.run_due() == 2
    ((name, attempts, failed_at, error),) = states(world)
    assert (name, attempts, failed_at) == ("unknown", 2, None)
    assert "no job is named unknown" in error


@pytest.mark.parametrize("seconds", [59, 61])
def test_a_worker_that_died_loses_its_job_with_its_lease(world: World, seconds: int):
    runs = Runs(world)
    runs.fails = False
    enqueue(world, "try")
    world.sql("UPDATE jobs SET attempts = 1, locked_until = %s", START + timedelta(seconds=60))
    world.clock.advance(seconds=seconds)
    assert runs.run_due() == (1 if seconds > 60 else 0)
