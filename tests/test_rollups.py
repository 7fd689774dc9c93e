"""Counts per day: the history report equals a count of the transitions, whatever happens."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations_with_replacement
from typing import NamedTuple
from zoneinfo import ZoneInfo

import psycopg
import pytest

from leadline.cli import main
from leadline.flows.change_time_zone import change_time_zone
from leadline.store.database import Database
from tests.cast import Person, World
from tests.movers import MICROSECOND, Movers, odd_instants, until_somebody_waits

# Clocks that change at one minute past midnight, at midnight, by half an hour, by a whole day.
ZONES = (
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)
PERIODS: dict[str, Callable[[date], str]] = {
    "day": lambda day: day.isoformat(),
    "week": lambda day: "{:04}-{:02}".format(*day.isocalendar()),
    "month": lambda day: day.isoformat()[:7],
}

Window = tuple[datetime, datetime]


@pytest.fixture
def movers(world: World) -> Movers:
    return Movers(world)


class Recorded(NamedTuple):
    """A transition as it stands in the table, with its day in a zone."""

    at: datetime
    day: date
    stage: str
    source: str
    configuration_id: bytes
    owner_id: bytes


def recorded(movers: Movers, zone: str) -> list[Recorded]:
    """Every transition of the organization."""
    rows = movers.world.sql(
        "SELECT created_at, stage_name, source, configuration_id, owner_id FROM stage_transitions "
        "WHERE organization_id = %s",
        movers.scope.organization_id,
    )
    in_zone = ZoneInfo(zone)
    return [Recorded(at, at.astimezone(in_zone).date(), *others) for at, *others in rows]


def counted(
    movers: Movers,
    transitions: list[Recorded],
    window: Window,
    group_by: str,
    query: dict[str, str],
) -> Counter[tuple[str, str, str]]:
    """The history as it must be, counted from the transitions one by one."""
    start, end = window
    bo = movers.world.bo.user_id
    own = {lead.configuration_id for lead in movers.leads if lead.owner_id == bo}
    wanted = query.get("filterUserId")
    return Counter(
        (PERIODS[group_by](each.day), each.stage, each.source)
        for each in transitions
        if start <= each.at <= end
        and query.get("source", each.source).lower() == each.source.lower()
        and (
            each.configuration_id in own
            if wanted is None
            else wanted in ("all", each.owner_id.hex())
        )
    )


def told(
    person: Person, window: Window, group_by: str, query: dict[str, str]
) -> Counter[tuple[str, str, str]]:
    """The history as the API tells it."""
    start, end = window
    params = {"from": start.isoformat(), "to": end.isoformat(), "groupBy": group_by, **query}
    data = person.tether.get("/outreach-metrics/history", params=params)["data"]
    answer = Counter({(e["period"], e["stage"], e["source"]): e["count"] for e in data})
    assert len(answer) == len(data)
    assert all(answer.values())
    return answer


@pytest.mark.parametrize("zone", ZONES)
def test_the_history_equals_a_count_of_the_transitions(movers: Movers, zone: str):
    random.seed(zone)
    world = movers.world
    movers.set_zone(zone)
    instants = odd_instants(zone, 300)
    for start in range(0, len(instants), 30):
        movers.move([movers.entry(at) for at in instants[start : start + 30]])
    questions: list[tuple[Person, dict[str, str]]] = [
        (world.bo, {}),
        (world.bo, {"source": "facebook LEAD ad"}),
        (world.ada, {"filterUserId": "all"}),
        (world.ada, {"filterUserId": "all", "source": "zillow"}),
        (world.ada, {"filterUserId": world.bo.user_id.hex()}),
    ]
    transitions, found = recorded(movers, zone), 0
    for _ in range(200):
        earlier, later = sorted(random.choices(instants, k=2))
        person, query = random.choice(questions)
        group_by = random.choice(list(PERIODS))
        answer = told(person, (earlier, later), group_by, query)
        assert answer == counted(movers, transitions, (earlier, later), group_by, query)
        found += answer.total()
    assert found > 1000


def test_a_day_that_another_day_interrupts_is_counted_right(movers: Movers):
    """At one minute past midnight clocks go back to 23:01: two days take turns."""
    zone = "America/St_Johns"
    movers.set_zone(zone)
    change = datetime(2010, 11, 7, 2, 31, tzinfo=UTC)
    minutes = (-2000, -1441, -1440, -60, -1, 0, 30, 59, 90, 1499, 1500)
    moments = [change + timedelta(minutes=number) for number in minutes]
    moments += [moment - MICROSECOND for moment in moments]
    movers.move([movers.entry(at) for at in moments])
    query, transitions = {"filterUserId": "all"}, recorded(movers, zone)
    for window in combinations_with_replacement(sorted(moments), 2):
        answer = told(movers.world.ada, window, "day", query)
        assert answer == counted(movers, transitions, window, "day", query)


def test_whole_days_are_not_counted_again(movers: Movers):
    """The report reads the counts where it can: they are what makes it fast."""
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    movers.move([movers.entry(noon)] * 3)
    movers.world.sql(
        "UPDATE stage_transition_counts SET counts[4] = counts[4] + 10 WHERE organization_id = %s "
        "AND month = '2026-03-01' AND counts[4] > 0",
        movers.scope.organization_id,
    )

    def total(start: datetime, end: datetime, **query: str) -> int:
        query = query or {"filterUserId": "all"}
        return told(movers.world.ada, (start, end), "day", query).total()

    midnight, next_midnight = noon.replace(hour=0), noon.replace(day=5, hour=0)
    assert total(midnight, next_midnight - MICROSECOND) == 13
    assert total(midnight + MICROSECOND, next_midnight) == 3
    assert total(midnight, next_midnight - 2 * MICROSECOND) == 3
    owner = total(midnight, next_midnight, filterUserId=movers.leads[0].owner_id.hex())
    assert owner in (0, 3)


def total_of(movers: Movers) -> int:
    return days(movers).total()


def test_many_writers_of_the_same_count_add_up(movers: Movers):
    entry, before = movers.entry(movers.world.clock.now()), total_of(movers)

    async def run() -> None:
        async with movers.crowd() as database:

            async def work() -> None:
                for _ in range(10):
                    async with database.writing(movers.scope) as unit:
                        await movers.write(unit, [entry, entry])

            await asyncio.gather(*(work() for _ in range(16)))

    movers.world.call(run)
    assert total_of(movers) == before + 16 * 10 * 2


def test_more_writers_than_slots_wait_for_one(movers: Movers):
    entry, before = movers.entry(movers.world.clock.now()), total_of(movers)

    async def run() -> list[int]:
        counted, go_on = asyncio.Semaphore(0), asyncio.Event()

        async def work(database: Database) -> None:
            async with database.writing(movers.scope) as unit:
                await movers.write(unit, [entry])
                await unit.finish()
                await unit.fetch_value("SELECT 1")
                counted.release()
                await go_on.wait()

        async with movers.crowd() as database, asyncio.TaskGroup() as tasks:
            for _ in range(20):
                tasks.create_task(work(database))
            for _ in range(16):
                await counted.acquire()
            await until_somebody_waits(database, "advisory")
            assert counted.locked()
            go_on.set()
        async with movers.world.services.database.reading(movers.scope) as unit:
            return await unit.fetch_values(
                "SELECT DISTINCT slot FROM stage_transition_counts "
                "WHERE organization_id = %(organization_id)s AND stage_id = %(stage_id)s "
                "ORDER BY 1",
                stage_id=entry[1].id,
            )

    assert movers.world.call(run) == list(range(16))
    assert total_of(movers) == before + 20


def test_what_is_rolled_back_is_not_counted(movers: Movers):
    entry, before = movers.entry(movers.world.clock.now()), total_of(movers)

    async def fail(database: Database) -> None:
        async with database.writing(movers.scope) as unit:
            await movers.write(unit, [entry])
            raise ZeroDivisionError

    async def run() -> None:
        database = movers.world.services.database
        with pytest.raises(ZeroDivisionError):
            await fail(database)
        async with database.writing(movers.scope) as unit:
            await movers.write(unit, [entry])

    movers.world.call(run)
    assert total_of(movers) == before + 1


def test_who_moves_a_lead_during_a_change_of_zone_counts_by_the_new_one(movers: Movers):
    at = datetime(2026, 3, 4, 23, tzinfo=UTC)
    entry = movers.entry(at)

    async def run() -> None:
        async with movers.crowd() as database, asyncio.TaskGroup() as tasks:

            async def work() -> None:
                async with database.writing(movers.scope) as unit:
                    await movers.write(unit, [entry])

            async with database.writing(movers.scope) as unit:
                await change_time_zone(unit, "Asia/Kathmandu")
                await unit.fetch_value("SELECT 1")
                tasks.create_task(work())
                await until_somebody_waits(database, "transactionid")

    movers.world.call(run)
    answer = told(movers.world.ada, (at, at + timedelta(days=9)), "day", {"filterUserId": "all"})
    assert [period for period, _, _ in answer] == ["2026-03-05"]
    assert days(movers)[date(2026, 3, 5)] == 1


def test_a_change_of_zone_counts_what_was_about_to_be_committed(movers: Movers):
    entry = movers.entry(datetime(2026, 3, 4, 23, tzinfo=UTC))

    async def run() -> None:
        async with movers.crowd() as database, asyncio.TaskGroup() as tasks:

            async def change() -> None:
                async with database.writing(movers.scope) as unit:
                    await change_time_zone(unit, "Asia/Kathmandu")

            async with database.writing(movers.scope) as unit:
                await movers.write(unit, [entry])
                await unit.finish()
                await unit.fetch_value("SELECT 1")
                tasks.create_task(change())
                await until_somebody_waits(database, "transactionid")

    movers.world.call(run)
    assert days(movers)[date(2026, 3, 5)] == 1
    assert date(2026, 3, 4) not in days(movers)


def days(movers: Movers) -> Counter[date]:
    """How much is counted of each day."""
    found = movers.world.sql(
        "SELECT month + number::integer - 1, sum(count)::integer FROM stage_transition_counts, "
        "unnest(counts) WITH ORDINALITY AS counted (count, number) "
        "WHERE organization_id = %s AND count > 0 GROUP BY 1",
        movers.scope.organization_id,
    )
    return Counter(dict(found))


def test_the_zone_changes_again_and_again_while_leads_move(movers: Movers):
    random.seed(7)
    instants = odd_instants("America/New_York", 240)

    async def run() -> None:
        async with movers.crowd() as database:

            async def work(mine: list[datetime]) -> None:
                for place in range(0, len(mine), 3):
                    async with database.writing(movers.scope) as unit:
                        entries = [movers.entry(at) for at in mine[place : place + 3]]
                        await movers.write(unit, entries)

            async def change() -> None:
                for zone in (*ZONES, "America/New_York"):
                    async with database.writing(movers.scope) as unit:
                        await change_time_zone(unit, zone)

            await asyncio.gather(change(), *(work(instants[start::8]) for start in range(8)))

    movers.world.call(run)
    zone = ZoneInfo("America/New_York")
    moved = Counter(at.astimezone(zone).date() for at in instants)
    taken_in = movers.world.clock.now().astimezone(zone).date()
    assert days(movers) == moved + Counter({taken_in: 2})


def test_the_command_sets_the_zone(
    movers: Movers,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    world = movers.world
    movers.move([movers.entry(datetime(2026, 3, 4, 23, tzinfo=UTC))])
    monkeypatch.setenv("LEADLINE_DATABASE_URL", database_url)
    options = ["--organization", world.ada.org, "--time-zone", "Asia/Tokyo", "--json"]
    with pytest.raises(SystemExit) as ended:
        main(["set-time-zone", *options])
    assert ended.value.code == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said == {"organization_id": world.ada.org, "time_zone": "Asia/Tokyo"}
    window = {"from": "2026-03-04", "to": "2026-03-06", "filterUserId": "all"}
    data = world.ada.tether.get("/outreach-metrics/history", params=window)["data"]
    assert [entry["period"] for entry in data] == ["2026-03-05"]
    (event,) = world.sql(
        "SELECT before ->> 'time_zone', after ->> 'time_zone' FROM events "
        "WHERE organization_id = %s AND noun = 'organization' AND action = 'updated'",
        world.ada.organization_id,
    )
    assert event == ("UTC", "Asia/Tokyo")


def test_a_zone_that_the_database_does_not_know_is_refused(movers: Movers):
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="Mars/Olympus"):
        movers.set_zone("Mars/Olympus")
    assert days(movers).total() == 2
