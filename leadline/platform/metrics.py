"""What the server does, counted for Prometheus: requests, database work, the pool, what waits.

Counting is in memory. With several processes it is in files that they share, in the folder that
PROMETHEUS_MULTIPROC_DIR names (the library's own variable, set by ``leadline serve --workers``), so
that whichever process is asked answers for all of them.
"""

from __future__ import annotations

import asyncio
import os
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from psycopg import AsyncConnection

from leadline.store.database import Database
from leadline.store.health import Backlog, read_backlog
from leadline.store.unit import Unit

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# How old the figures of the other processes may be.
_SAMPLE_S = 5.0
# An answer without what the database tells is better than none.
_DATABASE_PATIENCE_S = 1.0

# What reading a file of a neighbour can raise: it is gone, too short, or not yet what it will be.
_UNREADABLE = (OSError, RuntimeError, ValueError, LookupError, TypeError, struct.error)

_registry = CollectorRegistry()
_OPERATION = ("dialect", "operation")

_requests = Histogram(
    "leadline_request_seconds",
    "Time from a request's arrival to the last byte of its answer.",
    (*_OPERATION, "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    registry=_registry,
)
_statements = Counter(
    "leadline_database_statements", "SQL statements of requests.", _OPERATION, registry=_registry
)
_database_s = Counter(
    "leadline_database_seconds",
    "Time that requests waited for the database.",
    _OPERATION,
    registry=_registry,
)
_pool_s = Counter(
    "leadline_pool_wait_seconds",
    "Time that requests waited for a connection to the database.",
    _OPERATION,
    registry=_registry,
)
_connections = Gauge(
    "leadline_pool_connections",
    "Connections to the database.",
    ("state",),
    multiprocess_mode="livesum",
    registry=_registry,
)
_pool_waiting = Gauge(
    "leadline_pool_requests_waiting",
    "Requests that wait for a connection right now.",
    multiprocess_mode="livesum",
    registry=_registry,
)
_cpu_s = Gauge(
    "leadline_process_cpu_seconds",
    "Processor time used since the process started.",
    multiprocess_mode="liveall",
    registry=_registry,
)
_memory = Gauge(
    "leadline_process_resident_memory_bytes",
    "Memory of the process, with what it shares with others.",
    multiprocess_mode="liveall",
    registry=_registry,
)


class RequestCounter:
    """Counts the requests of one dialect. The label values are names of operations only."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._timers: dict[tuple[str, int], Any] = {}
        self._costs: dict[str, tuple[Any, Any, Any]] = {}

    def count(self, operation: str, status: int, seconds: float, units: Sequence[Unit]) -> None:
        """Notes one answered request and what its units of work have cost."""
        key = (operation, status // 100)
        timer = self._timers.get(key)
        if timer is None:
            timer = _requests.labels(self._dialect, operation, f"{status // 100}xx")
            self._timers[key] = timer
        timer.observe(seconds)
        if not units:
            return
        costs = self._costs.get(operation)
        if costs is None:
            names = (self._dialect, operation)
            costs = _statements.labels(*names), _database_s.labels(*names), _pool_s.labels(*names)
            self._costs[operation] = costs
        statements, database_s, pool_s = costs
        for unit in units:
            statements.inc(unit.statement_count)
            database_s.inc(unit.database_s)
            pool_s.inc(unit.pool_wait_s)


def is_shared() -> bool:
    """Whether several processes count together."""
    return SHARED_FOLDER in os.environ


async def sample_forever(database: Database) -> None:
    """Keeps the figures of this process fresh for the process that is asked for them."""
    while True:
        _sample(database)
        await asyncio.sleep(_SAMPLE_S)


async def exposition(database: Database) -> bytes:
    """All figures in the text format of Prometheus."""
    _sample(database)
    backlog: Backlog | None = None
    # Whatever is wrong with the database, "leadline_database_up 0" says it.
    with suppress(Exception):
        async with (
            asyncio.timeout(_DATABASE_PATIENCE_S),
            database.connection(_DATABASE_PATIENCE_S) as connection,
        ):
            backlog = await _read_backlog(connection, database)
    # In a thread, because there may be thousands of lines.
    return await asyncio.to_thread(_render, backlog)


async def _read_backlog(connection: AsyncConnection[Any], database: Database) -> Backlog:
    return await read_backlog(connection, database.clock.now())


def _render(backlog: Backlog | None) -> bytes:
    counted = _registry
    if is_shared():
        _forget_the_dead(Path(os.environ[SHARED_FOLDER]))
        counted = CollectorRegistry()
        counted.register(SharedFigures(Path(os.environ[SHARED_FOLDER])))
    waiting = CollectorRegistry()
    waiting.register(_BacklogFigures(backlog))
    return generate_latest(counted) + generate_latest(waiting)


def _sample(database: Database) -> None:
    pool = database.pool.get_stats()
    idle = pool.get("pool_available", 0)
    _connections.labels("idle").set(idle)
    _connections.labels("in use").set(pool.get("pool_size", 0) - idle)
    _pool_waiting.set(pool.get("requests_waiting", 0))
    _cpu_s.set(time.process_time())
    with suppress(OSError):  # only Linux has it
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        _memory.set(pages * os.sysconf("SC_PAGE_SIZE"))


def _forget_the_dead(folder: Path) -> None:
    """Counts of a process that has died stay; what it held at the moment does not."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # a neighbour has noticed it, too
                mark_process_dead(pid)  # type: ignore[no-untyped-call]
        except PermissionError:
            pass  # somebody else's process has the number now


class SharedFigures:
    """The figures of all processes, but for files that cannot be read at this moment.

    A process that starts or ends has its file half written, or gone between two looks at it: its
    figures are there at the next question, and the others' now.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> list[Metric]:
        merge = MultiProcessCollector.merge
        files = [str(path) for path in self._folder.glob("*.db")]
        try:
            return list(merge(files))  # type: ignore[no-untyped-call]
        except _UNREADABLE:
            return list(merge(list(filter(_is_readable, files))))  # type: ignore[no-untyped-call]


def _is_readable(file: str) -> bool:
    try:
        MultiProcessCollector.merge([file])  # type: ignore[no-untyped-call]
    except _UNREADABLE:
        return False
    return True


class _BacklogFigures:
    """What waits in the database, as one answer shows it."""

    def __init__(self, backlog: Backlog | None) -> None:
        self._backlog = backlog

    def collect(self) -> Iterator[Metric]:
        found = self._backlog
        yield _gauge("leadline_database_up", "1 when the database answers.", found is not None)
        if found is None:
            return
        yield _gauge("leadline_jobs_waiting", "Jobs to be run.", found.jobs_waiting)
        yield _gauge(
            "leadline_jobs_oldest_seconds",
            "How long the oldest job that is due has been due.",
            found.oldest_job_s,
        )
        yield _gauge("leadline_jobs_failed", "Jobs that failed for good.", found.jobs_failed)
        yield _gauge(
            "leadline_events_without_position",
            "Changes that are not in the feed yet.",
            found.events_waiting,
        )
        yield _gauge(
            "leadline_events_lag_seconds",
            "How old the oldest change is that is not in the feed yet.",
            found.oldest_event_s,
        )
        yield _gauge(
            "leadline_periodic_tasks_failing",
            "Periodic tasks of workers that fail at the moment.",
            found.failing_tasks,
        )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
