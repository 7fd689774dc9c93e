"""A clock that jumps: ids stay apart and in order, jobs run once, tokens end when they should."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leadline.features.conversations.jobs import Delivered, deliver_with
from leadline.features.conversations.tables import Message
from leadline.kernel.ids import new_id
from leadline.platform.jobs import Worker
from leadline.store.housekeeping import take_back_future
from leadline.worker import JOBS
from tests.cast import PASSWORD, World
from tests.conftest import START
from tests.outreach import make_configuration, send_lead

HOUR = timedelta(hours=1)
JUMPS = [
    timedelta(0),
    timedelta(days=400),
    -timedelta(days=800),
    HOUR,
    -HOUR,
    timedelta(microseconds=1),
    -timedelta(seconds=2),
]


def test_ids_stay_apart_whatever_the_clock_does() -> None:
    instant, made = START, []
    for jump in JUMPS * 20:
        instant += jump
        made += [new_id(instant) for _ in range(50)]
    assert len(set(made)) == len(made)


def test_ids_follow_each_other_as_the_clock_goes_on_and_when_it_is_corrected() -> None:
    instant = START + timedelta(days=4000)
    made = []
    for seconds in (0, 0, 0.000001, 1, -2, -30, 5, 60, 3600, -59, 0):
        instant += timedelta(seconds=seconds)
        made += [new_id(instant) for _ in range(50)]
    assert made == sorted(made)
    # By more than a minute, and the clock is right: whatever was made in the future stays there.
    assert new_id(instant - HOUR) < made[0]


def messages(world: World) -> list[Any]:
    return world.sql(
        "SELECT status, (SELECT count(*) FROM events e WHERE e.object_id = m.id "
        "AND e.action = 'updated') FROM messages m WHERE organization_id = %s",
        world.ada.organization_id,
    )


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])
def test_a_job_that_is_wanted_now_runs_once_after_a_jump(world: World, jump: timedelta) -> None:
    configuration = make_configuration(world.ada, starterMessage="Hi")
    send_lead(world.ada, configuration)
    world.clock.instant += jump

    async def housekeeping() -> None:
        async with world.services.database.connection() as connection:
            await take_back_future(connection, world.clock.now())

    world.call(housekeeping)
    assert world.run_jobs() == 1
    assert world.run_jobs() == 0
    assert messages(world) == [("sent", 1)]


def test_a_job_that_is_wanted_later_is_as_late_as_it_was(world: World) -> None:
    send_lead(world.ada, make_configuration(world.ada, starterMessage="Hi"))
    world.sql("UPDATE jobs SET run_at = created_at + interval '10 minutes', locked_until = run_at")
    world.clock.instant -= HOUR

    async def housekeeping() -> None:
        async with world.services.database.connection() as connection:
            await take_back_future(connection, world.clock.now())

    world.call(housekeeping)
    assert world.run_jobs() == 0
    world.clock.advance(minutes=11)
    assert world.run_jobs() == 1


def test_a_lease_that_a_jump_ends_early_does_not_send_twice(world: World) -> None:
    send_lead(world.ada, make_configuration(world.ada, starterMessage="Hi"))
    database, sent = world.services.database, []

    async def provider(message: Message) -> Delivered:
        sent.append(message.id)
        world.clock.advance(hours=2)  # now the lease seems to be over, and another worker looks
        assert not await Worker(database, JOBS).run_next()
        return Delivered("slow", message.id.hex())

    async def work() -> None:
        await Worker(database, {**JOBS, "messages.deliver": deliver_with(provider)}).run_due()

    world.call(work)
    assert len(sent) == 1
    assert messages(world) == [("sent", 1)]
    assert world.run_jobs() == 0


def test_a_token_ends_with_its_time_and_not_before(world: World) -> None:
    login = {"email": world.ada.email, "password": PASSWORD}
    tokens = world.nobody.tether.post("/auth/login", login)
    path = f"/api/organizations/{world.ada.org}/outreach-close-stages"
    bearer = {"Authorization": f"Bearer {tokens['token']}"}

    def status() -> int:
        return world.client.get(path, headers=bearer).status_code

    assert status() == 200
    world.clock.advance(hours=-3)
    assert status() == 200
    world.clock.advance(hours=3 + 9)
    assert status() == 401
    world.clock.advance(hours=-9)
    assert status() == 200


@pytest.mark.parametrize("jump", [HOUR, -HOUR, -timedelta(days=30)], ids=str)
def test_a_repeat_after_a_jump_is_a_repeat(world: World, jump: timedelta) -> None:
    key = {"Idempotency-Key": "once"}
    first = world.ada.close.send("POST", "/outcome/", {"name": "Sold"}, headers=key)
    world.clock.instant += jump
    again = world.ada.close.send("POST", "/outcome/", {"name": "Sold"}, headers=key)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"


def test_positions_follow_the_commits_not_the_clock(world: World) -> None:
    for hours in (0, 5, -9, 2):
        world.clock.advance(hours=hours)
        world.ada.close.post("/outcome/", {"name": f"{hours}"})
        world.run_jobs()
    found = world.sql(
        "SELECT after ->> 'name', position FROM events "
        "WHERE organization_id = %s AND noun = 'outcome' ORDER BY position",
        world.ada.organization_id,
    )
    assert [name for name, _ in found] == ["0", "5", "-9", "2"]
    assert [position - found[0][1] for _, position in found] == [0, 1, 2, 3]
