"""The feed of events: positions without gaps, given only to what no open request can precede."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from leadline.store.events import number_events
from tests.cast import World
from tests.holding import held
from tests.outreach import make_configuration, send_lead


def number(world: World) -> None:
    async def run() -> None:
        async with world.services.database.connection() as connection:
            await number_events(connection)

    world.call(run)


def positions(world: World, noun: str) -> list[Any]:
    found = world.sql(
        "SELECT position FROM events WHERE organization_id = %s AND noun = %s "
        "AND action = 'created' ORDER BY sequence",
        world.ada.organization_id,
        noun,
    )
    return [position for (position,) in found]


def test_an_event_waits_for_those_before_it(world: World, database_url: str):
    configuration = make_configuration(world.bo, starterMessage="Hi")
    world.run_jobs()
    with ThreadPoolExecutor(1) as pool:
        with held(database_url, "jobs") as wait_until_waiting:
            # Its events are written; it waits to write its job, and is not committed.
            slow = pool.submit(send_lead, world.bo, configuration)
            wait_until_waiting(1)
            world.ada.close.post("/outcome/", {"name": "Quick"}, 201)
            number(world)
            assert positions(world, "outcome") == [None]
            assert positions(world, "lead") == []
        slow.result()
    world.run_jobs()
    (of_lead,), (of_outcome,) = positions(world, "lead"), positions(world, "outcome")
    assert of_lead < of_outcome


def test_positions_have_no_gaps_and_stay_as_they_are(world: World):
    for name in ("One", "Two", "Three"):
        world.ada.close.post("/outcome/", {"name": name}, 201)
    world.eve.close.post("/outcome/", {"name": "South's own"}, 201)
    world.run_jobs()
    before = positions(world, "outcome")
    assert before == list(range(before[0], before[0] + 3))
    world.ada.close.post("/outcome/", {"name": "Four"}, 201)
    world.run_jobs()
    assert positions(world, "outcome") == [*before, before[-1] + 1]
    everything = world.sql(
        "SELECT position FROM events WHERE organization_id = %s ORDER BY position",
        world.ada.organization_id,
    )
    assert [position for (position,) in everything] == list(range(1, len(everything) + 1))
