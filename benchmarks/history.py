"""The history of a year beside DuckDB and a covering index, its growth, and what counting costs.

Ten million transitions of five organizations; one of them has three million in that year. Every
round asks every way once, in a new order; what counts are the medians and their ratios.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from benchmarks import history_duckdb, history_writes
from benchmarks.history_data import Tenant, fill, open_database, shuffled
from benchmarks.report import write_section
from leadline.flows.change_time_zone import change_time_zone
from leadline.reporting.history import GroupBy, HistoryEntry, history
from leadline.reporting.outreach import Outreach
from leadline.store.database import Database
from leadline.store.embedded import attach

PERIODS: tuple[GroupBy, ...] = ("day", "week", "month")
Window = tuple[datetime, datetime]
Ask = Callable[[], Awaitable[list[HistoryEntry]]]

# The plain way: the transitions themselves, from the index that has all that is needed.
_FORMATS = {"day": "YYYY-MM-DD", "week": "IYYY-IW", "month": "YYYY-MM"}
_COVERING_INDEX = """
SELECT counted.period, counted.stage, counted.source, sum(counted.count)::bigint FROM (
    SELECT to_char(date_trunc(%(unit)s, t.created_at AT TIME ZONE %(zone)s), %(format)s) AS period,
        t.stage_id, t.stage_name AS stage, t.source, count(*) AS count
    FROM stage_transitions t
    WHERE t.organization_id = %(organization_id)s AND t.kind = 'lead'
        AND t.configuration_id IS NOT NULL AND t.created_at BETWEEN %(start)s AND %(end)s
    GROUP BY 1, 2, 3, 4
) counted
LEFT JOIN stages s ON s.organization_id = %(organization_id)s AND s.id = counted.stage_id
GROUP BY 1, 2, 3 ORDER BY 1, min(s.rank) NULLS LAST, 2, 3
"""


def windows(zone: str) -> dict[str, Window]:
    """A year of the zone; with edges at odd seconds; a year of another zone."""
    here, elsewhere = ZoneInfo(zone), ZoneInfo("Asia/Kathmandu")
    moment = timedelta(microseconds=1)
    return {
        "whole days": (
            datetime(2024, 7, 1, tzinfo=here).astimezone(UTC),
            datetime(2025, 7, 1, tzinfo=here).astimezone(UTC) - moment,
        ),
        "odd seconds": (
            datetime(2024, 7, 1, 11, 12, 13, tzinfo=here).astimezone(UTC),
            datetime(2025, 6, 30, 15, 16, 17, tzinfo=here).astimezone(UTC),
        ),
        "days of another zone": (
            datetime(2024, 7, 1, tzinfo=elsewhere).astimezone(UTC),
            datetime(2025, 7, 1, tzinfo=elsewhere).astimezone(UTC) - moment,
        ),
    }


@dataclass
class Case:
    """One question asked in one way, and how long the answers took."""

    ask: Ask
    milliseconds: list[float] = field(default_factory=list)
    answer: list[HistoryEntry] = field(default_factory=list)

    async def run(self) -> None:
        started = time.perf_counter()
        self.answer = await self.ask()
        self.milliseconds.append((time.perf_counter() - started) * 1000)

    @property
    def median(self) -> float:
        return median(self.milliseconds)


class Asking:
    """The ways to ask for the history of one organization."""

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self._database = database
        self._tenant = tenant

    def ours(self, window: Window, group_by: GroupBy) -> Ask:
        outreach = Outreach(start=window[0], end=window[1], everybody=True)

        async def ask() -> list[HistoryEntry]:
            async with self._database.reading(self._tenant.scope) as unit:
                return await history(unit, outreach, group_by)

        return ask

    def covering_index(self, window: Window, group_by: GroupBy) -> Ask:
        async def ask() -> list[HistoryEntry]:
            async with self._database.reading(self._tenant.scope) as unit:
                return await unit.fetch_all(
                    HistoryEntry,
                    _COVERING_INDEX.encode(),
                    unit=group_by,
                    format=_FORMATS[group_by],
                    zone=self._tenant.scope.time_zone,
                    start=window[0],
                    end=window[1],
                )

        return ask


async def in_turns(cases: dict[str, Case], rounds: int) -> None:
    """Runs every case once to warm up, then once in every round."""
    for _ in range(rounds + 1):
        for name in shuffled(list(cases)):
            await cases[name].run()
    for case in cases.values():
        del case.milliseconds[0]


async def compare(url: str, tenant: Tenant, duck: Path | None, rounds: int) -> list[list[str]]:
    """Rows of the table: ours, the index and DuckDB for every window and period."""
    database = open_database(url)
    await database.open()
    asking = Asking(database, tenant)
    rows = []
    with history_duckdb.opened(duck) as columnar:
        for name, window in windows(tenant.scope.time_zone).items():
            cases = {}
            for group_by in PERIODS:
                cases[f"ours {group_by}"] = Case(asking.ours(window, group_by))
                cases[f"index {group_by}"] = Case(asking.covering_index(window, group_by))
                if columnar is not None:
                    ask = columnar.ask(tenant, window, group_by)
                    cases[f"duckdb {group_by}"] = Case(ask)
            await in_turns(cases, rounds)
            rows += [_row(name, group_by, cases) for group_by in PERIODS]
            print("\n".join("  ".join(row) for row in rows[-3:]), flush=True)
    await database.close()
    return rows


def _row(window: str, group_by: GroupBy, cases: dict[str, Case]) -> list[str]:
    ours, index = cases[f"ours {group_by}"], cases[f"index {group_by}"]
    duck = cases.get(f"duckdb {group_by}")
    assert ours.answer == index.answer
    assert duck is None or sorted(duck.answer, key=repr) == sorted(ours.answer, key=repr)
    return [
        window,
        group_by,
        f"{sum(entry.count for entry in ours.answer):,}",
        f"{len(ours.answer):,}",
        f"{ours.median:.0f}",
        f"{index.median:,.0f}",
        f"{duck.median:.0f}" if duck else "-",
        f"{ours.median / index.median:.3f}",
        f"{ours.median / duck.median:.2f}" if duck else "-",
    ]


async def grow(places: dict[int, tuple[str, Tenant]], rounds: int) -> list[list[str]]:
    """Rows of the table: the same question at every size, all sizes in turns."""
    databases = {size: open_database(url) for size, (url, _) in places.items()}
    cases = {}
    for size, (_, tenant) in places.items():
        await databases[size].open()
        asking = Asking(databases[size], tenant)
        for name, window in windows(tenant.scope.time_zone).items():
            for group_by in PERIODS:
                cases[f"{name} {group_by} {size}"] = Case(asking.ours(window, group_by))
    await in_turns(cases, rounds)
    for database in databases.values():
        await database.close()
    rows = []
    for name in windows("UTC"):
        for group_by in PERIODS:
            each = [cases[f"{name} {group_by} {size}"] for size in places]
            shown = [f"{case.median:.1f} ms, {len(case.answer):,} entries" for case in each]
            ratio = each[-1].median / each[-2].median
            rows.append([name, group_by, *shown, f"{ratio:.2f}"])
    return rows


async def rezone(url: str, tenant: Tenant, zone: str) -> float:
    """How many seconds it takes to count everything anew in another zone, and back again."""
    database = open_database(url)
    await database.open()
    taken = []
    for each in (zone, tenant.scope.time_zone):
        started = time.perf_counter()
        async with database.writing(tenant.scope) as unit:
            await change_time_zone(unit, each)
        taken.append(time.perf_counter() - started)
    await database.close()
    return median(taken)


def main(*, small: bool, write: bool) -> None:
    """Runs everything; ``small`` is a quick check that it works at all."""
    sizes = (1_000, 10_000) if small else (10_000, 1_000_000, 10_000_000)
    rounds = 1 if small else 7
    with tempfile.TemporaryDirectory(prefix="leadline-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user where this runs as root
        with attach(folder / "data", database="writes") as server:
            costs = asyncio.run(history_writes.measure(server.database_url, small=small))
        places = {}
        for size in sizes:
            started = time.perf_counter()
            with attach(folder / "data", database=f"history_{size}") as server:
                tenant = asyncio.run(fill(server.database_url, size))[0]
                # Asked as the server asks: by the role that row security binds.
                places[size] = server.app_url, tenant
            print(f"{size:,} transitions in {time.perf_counter() - started:.0f} s", flush=True)
        with attach(folder / "data", database=f"history_{sizes[-1]}") as server:
            url, tenant = places[sizes[-1]]
            duck = None
            if history_duckdb.is_installed():
                duck = history_duckdb.load(server.database_url, folder)
            compared = asyncio.run(compare(url, tenant, duck, rounds))
            grown = asyncio.run(grow(places, rounds * 3))
            seconds = asyncio.run(rezone(url, tenant, "Asia/Kathmandu"))
    headings = ["window", "by", "transitions", "entries", "Leadline ms", "covering index ms"]
    headings += ["DuckDB ms", "/ index", "/ DuckDB"]
    write_section("history", headings, compared, write=write)
    headings = ["window", "by", *(f"of {size:,}" for size in sizes), "last / one before"]
    write_section("history growth", headings, grown, write=write)
    write_section("history writes", history_writes.HEADINGS, costs, write=write)
    anew = [[f"{sizes[-1] * 6 // 10:,}", f"{seconds:.1f} s"]]
    write_section("history zone", ["transitions counted anew", "time"], anew, write=write)
