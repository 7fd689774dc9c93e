"""The unit of work: one scope, one connection, and for a write one transaction.

Reads are single statements without a transaction. A write is one transaction whose statements are
pipelined: BEGIN, inserts, events, jobs and COMMIT cost no round trip of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from itertools import starmap
from time import perf_counter
from typing import Any, TypedDict, TypeVar

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import args_row, scalar_row, tuple_row

from leadline.kernel.errors import LeadlineError
from leadline.kernel.ids import new_id
from leadline.kernel.rights import Right
from leadline.kernel.scope import Scope, VisibilityRule
from leadline.store.arrays import with_id_arrays
from leadline.store.row_security import TenantBinding
from leadline.store.scoping import Statement, check_scoped
from leadline.store.tables import Row, Table
from leadline.store.visibility import LeadVisibility

R = TypeVar("R")

_EVENT_COLUMNS = (
    "organization_id",
    "id",
    "occurred_at",
    "noun",
    "action",
    "object_id",
    "lead_id",
    "user_id",
    "api_key_id",
    "oauth_app_id",
    "request_id",
    "before",
    "after",
    "labels",
)
_JOB_COLUMNS = ("organization_id", "id", "name", "payload", "run_at", "created_at")


class TimeStamps(TypedDict):
    """What every row begins with."""

    organization_id: bytes
    id: bytes
    created_at: datetime
    updated_at: datetime


class Stamps(TimeStamps):
    """What a row begins with that keeps who made it."""

    created_by: bytes | None
    updated_by: bytes | None


class UpdateStamps(TypedDict):
    """What every change of a row sets."""

    updated_at: datetime
    updated_by: bytes | None


class Unit:
    """What an action works with. ``now`` is the instant of the whole request."""

    def __init__(  # noqa: PLR0917 - what the database knows of its connections
        self,
        connection: AsyncConnection[Any],
        scope: Scope,
        now: datetime,
        request_id: str | None = None,
        binding: TenantBinding | None = None,
        lead_visibility: LeadVisibility | None = None,
    ) -> None:
        self._connection = connection
        self._binding = binding
        self._lead_visibility = lead_visibility
        self.scope = scope
        self.now = now
        self.request_id = request_id
        # What it has cost: told by Server-Timing, the logs and the metrics.
        self.statement_count = 0
        self.row_count = 0
        self.database_s = 0.0
        self.pool_wait_s = 0.0
        self._events: list[tuple[Any, ...]] = []
        self._jobs: list[tuple[Any, ...]] = []
        self._tallies: dict[WriteTally, Counter[Any]] = {}
        self._after_commit: list[Callable[[], None]] = []

    @property
    def organization_id(self) -> bytes:
        return self.scope.organization_id

    def new_id(self) -> bytes:
        return new_id(self.now)

    # The columns that rows have in common, to be unpacked into their constructors.

    def stamps(
        self, *, created_at: datetime | None = None, created_by: bytes | None = None
    ) -> Stamps:
        """Those of a new row: made by the caller, now, unless something else is said.

        ``created_by`` can be another member, for those who may say so; the change is the caller's.
        """
        author = self.scope.speak_for(created_by, Right.ACTIVITY_MANAGE_OTHERS)
        return {
            "organization_id": self.scope.organization_id,
            "id": self.new_id(),
            "created_at": created_at or self.now,
            "updated_at": self.now,
            "created_by": author,
            "updated_by": self.scope.user_id,
        }

    def time_stamps(self) -> TimeStamps:
        """Those of a new row that does not keep who made it."""
        return {
            "organization_id": self.scope.organization_id,
            "id": self.new_id(),
            "created_at": self.now,
            "updated_at": self.now,
        }

    def update_stamps(self) -> UpdateStamps:
        """Those that a change sets. ``writes.update`` does it by itself."""
        return {"updated_at": self.now, "updated_by": self.scope.user_id}

    async def of_organization(self, organization_id: bytes) -> Unit:
        """The same transaction bound to another organization, for those who may cross."""
        if self._binding is not None:
            await self._binding.bind(self._connection, organization_id)
        self.scope = msgspec.structs.replace(self.scope, organization_id=organization_id)
        return self

    @property
    def visibility(self) -> VisibilityRule | None:
        """Which leads it sees; None is all of them."""
        return None if self._lead_visibility is None else self.scope.visibility

    async def restrict(self) -> None:
        """Lets the transaction see only what the user does; called where it begins."""
        rule = self.visibility
        if self._lead_visibility is not None and rule is not None:
            user_id = self.scope.require_user()
            await self._lead_visibility.restrict(self._connection, user_id, rule)

    @asynccontextmanager
    async def seeing_all(self) -> AsyncIterator[None]:
        """A part of the transaction that sees all leads: to find out what must be so for all of
        them, or to show a lead that the user has just given away."""
        restricting = self._lead_visibility
        if restricting is None or self.scope.visibility is None:
            yield
            return
        await restricting.lift(self._connection)
        self._lead_visibility = None
        try:
            yield
        except LeadlineError:  # after any other error the transaction is over
            self._lead_visibility = restricting
            await self.restrict()
            raise
        self._lead_visibility = restricting
        await self.restrict()

    # Statements. Every one gets %(organization_id)s and %(now)s; tenant tables must use the first.

    async def fetch_all(self, make: Callable[..., R], sql: Statement, **parameters: Any) -> list[R]:
        """All rows, each made by ``make(*columns)``."""
        # The driver makes tuples without calling any Python.
        return list(starmap(make, await self._fetch(sql, parameters, tuple_row)))

    async def fetch_one(
        self, make: Callable[..., R], sql: Statement, **parameters: Any
    ) -> R | None:
        """The first row made by ``make(*columns)``, or None."""
        rows: list[R] = await self._fetch(sql, parameters, args_row(make))
        return rows[0] if rows else None

    async def fetch_value(self, sql: Statement, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        values = await self._fetch(sql, parameters, scalar_row)
        return values[0] if values else None

    async def fetch_values(self, sql: Statement, **parameters: Any) -> list[Any]:
        """The first column of every row."""
        return await self._fetch(sql, parameters, scalar_row)

    async def execute(self, sql: Statement, **parameters: Any) -> None:
        """Runs a statement whose result nobody needs; in a write it is only queued."""
        started = perf_counter()
        await self._run(sql, parameters, tuple_row)
        self.database_s += perf_counter() - started

    async def execute_count(self, sql: Statement, **parameters: Any) -> int:
        """Runs a statement and says how many rows it touched."""
        started = perf_counter()
        async with self._connection.pipeline():  # leaving it waits for the answer
            cursor = await self._run(sql, parameters, tuple_row)
        self.database_s += perf_counter() - started
        return int(cursor.rowcount)

    async def _fetch(self, sql: Statement, parameters: dict[str, Any], factory: Any) -> list[Any]:
        started = perf_counter()
        cursor = await self._run(sql, parameters, factory)
        rows: list[Any] = await cursor.fetchall()
        self.database_s += perf_counter() - started
        self.row_count += len(rows)
        return rows

    async def _run(self, sql: Statement, parameters: dict[str, Any], factory: Any) -> Any:
        check_scoped(sql)
        self.statement_count += 1
        with_id_arrays(parameters)
        parameters["organization_id"] = self.scope.organization_id
        parameters["now"] = self.now
        cursor: Any = self._connection.cursor(row_factory=factory, binary=True)
        await cursor.execute(sql, parameters)
        return cursor

    # What a change leaves behind. Written with the commit, in the same transaction.

    def record(
        self,
        action: str,
        table: Table[Row],
        before: Row | None,
        after: Row | None,
        *,
        lead_id: bytes | None = None,
        labels: dict[str, Any] | None = None,
    ) -> None:
        """Notes one event: what the row was before and is after, whole.

        ``labels`` keeps names that the row refers to by id, so that the event can be told later.
        """
        row = after if after is not None else before
        if row is None:
            raise ValueError("an event needs a row before or after")
        self._events.append(
            (
                self.scope.organization_id,
                self.new_id(),
                self.now,
                table.noun,
                action,
                row.id,  # type: ignore[attr-defined]  # every tenant row has an id
                lead_id if lead_id is not None else getattr(row, "lead_id", None),
                self.scope.user_id,
                self.scope.api_key_id,
                self.scope.oauth_app_id,
                self.request_id,
                None if before is None else _encode(before),
                None if after is None else _encode(after),
                None if labels is None else _encode(labels),
            )
        )

    def enqueue(self, name: str, payload: dict[str, Any], run_at: datetime | None = None) -> None:
        """Adds a job that runs after the commit, at ``run_at`` at the earliest."""
        self._jobs.append(
            (
                self.scope.organization_id,
                self.new_id(),
                name,
                _encode(payload),
                run_at or self.now,
                self.now,
            )
        )

    def tally(self, write: WriteTally, key: Hashable) -> None:
        """Counts one more ``key``; ``write`` gets all counts right before the commit.

        For sums that many transactions add to: so each holds the rows of the sums only for a
        moment, and adds to each once.
        """
        self._tallies.setdefault(write, Counter())[key] += 1

    def after_commit(self, call: Callable[[], None]) -> None:
        """Calls back once everything is safely committed."""
        self._after_commit.append(call)

    async def flush(self) -> None:
        """Writes the events and jobs noted so far, one statement each."""
        if self._events:
            await self._insert_many("events", _EVENT_COLUMNS, self._events)
            self._events = []
        if self._jobs:
            await self._insert_many("jobs", _JOB_COLUMNS, self._jobs)
            self._jobs = []

    async def finish(self) -> None:
        """Writes what is left to write. Only the commit follows."""
        await self.flush()
        while self._tallies:
            write, counts = self._tallies.popitem()
            await write(self, counts)

    async def _insert_many(
        self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]
    ) -> None:
        # Groups of a power of two keep the number of different statements small, and groups of 16
        # at most keep each short enough for the driver to remember.
        start = 0
        while start < len(rows):
            size = 1 << min((len(rows) - start).bit_length() - 1, 4)
            chunk = rows[start : start + size]
            start += size
            cursor = self._connection.cursor()
            self.statement_count += 1
            await cursor.execute(
                _multi_insert(table, tuple(columns), size),
                [value for row in chunk for value in row],
            )

    def run_after_commit(self) -> None:
        """Called by the gate (or the worker) when the transaction is committed."""
        for call in self._after_commit:
            call()


WriteTally = Callable[[Unit, Counter[Any]], Awaitable[None]]


def _encode(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=_plain).decode()


def _plain(value: Any) -> Any:
    """Ids and times of inputs have types of their own, which the encoder does not know."""
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    raise NotImplementedError(type(value))  # how msgspec is told that a type is unknown


_multi_inserts: dict[tuple[str, int], bytes] = {}


def _multi_insert(table: str, columns: tuple[str, ...], size: int) -> bytes:
    found = _multi_inserts.get((table, size))
    if found is None:
        places = "(" + ", ".join(["%s"] * len(columns)) + ")"
        found = (
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES " + ", ".join([places] * size)
        ).encode()
        _multi_inserts[(table, size)] = found
    return found
