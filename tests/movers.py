"""Moving leads in tests: many transitions at given instants, by many writers at once."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from leadline.features.leads.tables import LEADS, Lead
from leadline.features.pipelines.queries import stage_book
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.actions import record_lead_transition
from leadline.flows.change_time_zone import change_time_zone
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope
from leadline.store import rows
from leadline.store.database import Database
from leadline.store.unit import Unit
from tests.cast import World
from tests.conftest import TEST_SETTINGS
from tests.outreach import make_configuration, send_lead

MICROSECOND = timedelta(microseconds=1)

Entry = tuple[Lead, Stage, datetime]


class Movers:
    """Writes transitions of two leads, one of Bo's and one of Cy's, without the API's checks."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.scope = Scope(world.ada.organization_id, world.ada.user_id, Role.ADMIN, b"test")
        for place, person in enumerate((world.bo, world.cy)):
            send_lead(person, make_configuration(person), phoneNumber=f"+1415555010{place}")
        self.leads, self.stages = world.call(self._read)
        self.sources = ("Facebook Lead Ad", "FACEBOOK lead ad", "Zillow")

    async def _read(self) -> tuple[list[Lead], list[Stage]]:
        async with self.world.services.database.reading(self.scope) as unit:
            return await rows.select(unit, LEADS), (await stage_book(unit, "lead")).active()

    def entry(self, at: datetime) -> Entry:
        lead = random.choice(self.leads)
        source, owner = random.choice(self.sources), random.choice(self.leads).owner_id
        changed = msgspec.structs.replace(lead, source=source, owner_id=owner)
        return changed, random.choice(self.stages), at

    async def write(self, unit: Unit, entries: list[Entry]) -> None:
        for lead, stage, at in entries:
            await record_lead_transition(unit, lead, stage, None, at=at)

    def move(self, entries: list[Entry]) -> None:
        async def run() -> None:
            async with self.world.services.database.writing(self.scope) as unit:
                await self.write(unit, entries)

        self.world.call(run)

    def set_zone(self, zone: str) -> None:
        async def run() -> None:
            async with self.world.services.database.writing(self.scope) as unit:
                await change_time_zone(unit, zone)

        self.world.call(run)

    @asynccontextmanager
    async def crowd(self) -> AsyncIterator[Database]:
        """A pool that is large enough for many transactions at once."""
        settings = msgspec.structs.replace(TEST_SETTINGS, pool_size=24)
        url = self.world.services.database.pool.conninfo
        assert isinstance(url, str)
        database = Database(url, settings, self.world.clock)
        await database.open()
        try:
            yield database
        finally:
            await database.close()


async def until_somebody_waits(database: Database, what: str) -> None:
    """Returns when a statement of this database waits for a lock of that kind."""
    async with database.connection() as connection:
        for _ in range(10_000):
            cursor = await connection.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                "AND wait_event_type = 'Lock' AND wait_event = %s",
                (what,),
            )
            if await cursor.fetchone() is not None:
                return
    raise AssertionError(f"nobody waits for a lock of kind {what}")


def clock_changes(zone: str, start: datetime, end: datetime) -> list[datetime]:
    """The instants at which the clocks of the zone change, to the minute."""
    step, found = timedelta(minutes=1), []
    moment = start
    while moment < end:
        if _offset(moment, zone) != _offset(moment + timedelta(days=1), zone):
            while _offset(moment, zone) == _offset(moment + step, zone):
                moment += step
            found.append(moment + step)
        moment += timedelta(hours=12)
    return found


def _offset(instant: datetime, zone: str) -> timedelta | None:
    return instant.astimezone(ZoneInfo(zone)).utcoffset()


def odd_instants(zone: str, count: int) -> list[datetime]:
    """Instants at and around midnights and changes of the clocks, and some anywhere."""
    first, last = datetime(2010, 9, 1, tzinfo=UTC), datetime(2012, 4, 1, tzinfo=UTC)
    changes = clock_changes(zone, first, last) or [datetime(2011, 7, 1, tzinfo=UTC)]
    found = []
    for _ in range(count):
        instant = random.choice(changes) + timedelta(minutes=random.randint(-2900, 2900))
        if random.random() < 0.1:
            instant = first + random.random() * (last - first)
        if random.random() < 0.5:
            local = instant.astimezone(ZoneInfo(zone))
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            instant = midnight.replace(fold=random.randint(0, 1)).astimezone(UTC)
        found.append(instant + random.randint(-1, 1) * MICROSECOND)
    return found
