"""The same transitions in DuckDB, in a file of its own, asked for the same history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from benchmarks.history_data import Tenant
from leadline.reporting.history import GroupBy, HistoryEntry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import duckdb

THREADS = 2
_FORMATS = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m"}
_COLUMNS = {
    "organization_id": "varchar",
    "created_at": "timestamptz",
    "stage_id": "varchar",
    "stage_name": "varchar",
    "source": "varchar",
    "configuration_id": "varchar",
}
_QUERY = """
SELECT strftime(counted.period, $format), counted.stage_name, counted.source,
    sum(counted.count)::bigint
FROM (
    SELECT date_trunc($unit, timezone($zone, created_at)) AS period, stage_id, stage_name, source,
        count(*) AS count
    FROM transitions
    WHERE organization_id = $organization_id AND created_at BETWEEN $start AND $end
    GROUP BY ALL
) counted LEFT JOIN stages s ON s.id = counted.stage_id
GROUP BY counted.period, counted.stage_name, counted.source
ORDER BY counted.period, min(s.rank) NULLS LAST, counted.stage_name, counted.source
"""


def is_installed() -> bool:
    """Whether there is DuckDB to compare with; ``make bench`` installs it."""
    return find_spec("duckdb") is not None


def load(url: str, folder: Path) -> Path:
    """Copies what the report reads out of PostgreSQL, in the order of time."""
    import duckdb

    file = folder / "transitions.duckdb"
    with psycopg.connect(url) as source, duckdb.connect(str(file)) as target:
        _copy(
            source,
            folder / "transitions.csv",
            "SELECT encode(organization_id, 'hex'), created_at, encode(stage_id, 'hex'), "
            "stage_name, source, encode(configuration_id, 'hex') FROM stage_transitions "
            "WHERE kind = 'lead' AND configuration_id IS NOT NULL ORDER BY created_at",
        )
        _copy(source, folder / "stages.csv", "SELECT encode(id, 'hex'), rank FROM stages")
        for table, columns in (
            ("transitions", _COLUMNS),
            ("stages", {"id": "varchar", "rank": "integer"}),
        ):
            csv = folder / f"{table}.csv"
            target.execute(
                f"CREATE TABLE {table} AS SELECT * FROM "
                f"read_csv('{csv}', header = false, columns = {columns})"
            )
            csv.unlink()
    return file


def _copy(source: psycopg.Connection, file: Path, query: str) -> None:
    with (
        file.open("wb") as out,
        source.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)".encode()) as copy,
    ):
        for data in copy:
            out.write(data)


class Columnar:
    """An open DuckDB file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def ask(
        self, tenant: Tenant, window: tuple[datetime, datetime], group_by: GroupBy
    ) -> Callable[[], Awaitable[list[HistoryEntry]]]:
        values = {
            "organization_id": tenant.scope.organization_id.hex(),
            "zone": tenant.scope.time_zone,
            "unit": group_by,
            "format": _FORMATS[group_by],
            "start": window[0],
            "end": window[1],
        }

        async def ask() -> list[HistoryEntry]:
            found = self._connection.execute(_QUERY, values).fetchall()
            return [HistoryEntry(*row) for row in found]

        return ask


@contextmanager
def opened(file: Path | None) -> Iterator[Columnar | None]:
    """The file, open for reading; None without one."""
    if file is None:
        yield None
        return
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(f"SET threads = {THREADS}")
        yield Columnar(connection)
