"""The connection pool, and the two ways to work with it: reading and writing."""

from __future__ import annotations

import asyncio
import select
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import msgspec
from psycopg import AsyncConnection, adapters, pq
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.json import set_json_dumps
from psycopg_pool import AsyncConnectionPool

from leadline.kernel.clock import Clock
from leadline.kernel.scope import Scope
from leadline.settings import Settings, SettingsError
from leadline.store import row_security
from leadline.store.unit import Unit
from leadline.store.visibility import LeadVisibility, base_of

set_json_dumps(msgspec.json.Encoder().encode)


_EMPTY_LIST, _EMPTY_OBJECT = b"\x01[]", b"\x01{}"


class _JsonLoader(Loader):
    """Decodes json: values are half of what is read, and this calls no Python for them."""

    format = pq.Format.BINARY
    load = staticmethod(msgspec.json.Decoder().decode)  # type: ignore[assignment]  # no method


class _JsonbLoader(Loader):
    """Decodes jsonb, as which it comes when a statement names its columns itself."""

    format = pq.Format.BINARY

    def load(self, data: Buffer) -> Any:
        # The first byte is the version of the format. Most lists and objects are empty.
        if data == _EMPTY_LIST:
            return []
        if data == _EMPTY_OBJECT:
            return {}
        return msgspec.json.decode(memoryview(data)[1:])


adapters.register_loader("json", _JsonLoader)
adapters.register_loader("jsonb", _JsonbLoader)


class Database:
    """A pool of connections to one PostgreSQL. Open it before use; close it at the end.

    ``revive`` brings the server back when it cannot be reached; it may block, and runs in a thread.
    """

    def __init__(
        self, url: str, settings: Settings, clock: Clock, revive: Callable[[], None] | None = None
    ) -> None:
        self.clock = clock
        self._revive = revive
        self._pooled = settings.pooled
        self._timeout_ms = int(settings.statement_timeout_s * 1000)
        # None where the tables have no row security.
        self._binding: row_security.TenantBinding | None = None
        self._lead_visibility: LeadVisibility | None = None  # known when it is open
        options: dict[str, Any] = {"autocommit": True, "application_name": "leadline"}
        if not self._pooled:
            options["options"] = f"-c timezone=UTC -c statement_timeout={self._timeout_ms}"
        self.pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url,
            min_size=min(2, settings.pool_size),
            max_size=settings.pool_size,
            timeout=settings.pool_timeout_s,
            configure=self._configure,
            check=self._check,
            # Then it gives up until somebody asks for a connection, who gets a fresh attempt. A
            # server that can be revived is better revived soon.
            reconnect_timeout=3 if revive is None else 1,
            reconnect_failed=self._reconnect_failed,
            kwargs=options,
            open=False,
        )

    async def _configure(self, connection: AsyncConnection[Any]) -> None:
        # What is prepared stays with one connection of the server; a pooler hands out any.
        connection.prepare_threshold = None if self._pooled else 3

    async def _check(self, connection: AsyncConnection[Any]) -> None:
        """Finds connections that the server has closed; costs no round trip while all is well.

        An idle connection is silent. One that can be read has most likely come to its end, and
        then so have the others.
        """
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if poll.poll(0):
            await self.pool.check()
            await self.pool.check_connection(connection)

    async def _reconnect_failed(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        if self._revive is not None:
            await asyncio.to_thread(self._revive)
            await pool.check()  # lets the pool grow again for those who wait

    async def open(self) -> None:
        await self.pool.open(wait=True)
        if self._pooled:
            await self._check_server_settings()
        async with self.connection() as connection:
            is_active = await row_security.is_active(connection)
            self._lead_visibility = LeadVisibility(*await base_of(connection))
        if is_active and self._pooled:
            raise SettingsError(
                "The tables have row level security, for which each connection says whose work it "
                "does. Behind a pooler (LEADLINE_POOLED) the next statement may meet another "
                "connection: connect directly, or disable row level security on the tables."
            )
        self._binding = row_security.TenantBinding() if is_active else None

    async def _check_server_settings(self) -> None:
        """Behind a pooler the database itself must know what we ask of each connection otherwise.

        A setting made here would stay with the server's connection and reach whoever gets it next.
        """
        async with self.connection() as connection:
            cursor = await connection.execute(
                "SELECT current_database(), current_setting('TimeZone') IN ('UTC', 'Etc/UTC'), "
                "setting::int FROM pg_settings WHERE name = 'statement_timeout'"
            )
            name, is_utc, timeout_ms = (await cursor.fetchall())[0]
        if not is_utc or timeout_ms != self._timeout_ms:
            raise SettingsError(
                "LEADLINE_POOLED=true needs the time zone and LEADLINE_STATEMENT_TIMEOUT_S to be "
                f"settings of the database: ALTER DATABASE \"{name}\" SET timezone = 'UTC'; "
                f'ALTER DATABASE "{name}" SET statement_timeout = {self._timeout_ms}; '
                "then RECONNECT on the pooler's console, or restart it."
            )

    async def close(self) -> None:
        await self.pool.close()

    @asynccontextmanager
    async def connection(
        self, timeout_s: float | None = None
    ) -> AsyncIterator[AsyncConnection[Any]]:
        """A bare connection in autocommit, for what has no organization yet (logins, health).

        ``timeout_s`` is for those who would rather do without than wait as long as a request.
        """
        async with self.pool.connection(timeout_s) as connection:
            yield connection

    @asynccontextmanager
    async def reading(
        self, scope: Scope, request_id: str | None = None, *, sees_all: bool = False
    ) -> AsyncIterator[Unit]:
        """A unit whose statements each stand alone. ``sees_all`` is for what concerns all leads."""
        if scope.visibility is not None and not sees_all:  # what is seen is said to a transaction
            async with self.writing(scope, request_id) as unit:
                yield unit
            return
        started = perf_counter()
        async with self.pool.connection() as connection:
            unit = Unit(connection, scope, self.clock.now(), request_id, self._binding)
            unit.pool_wait_s = perf_counter() - started
            if self._binding is not None:
                await self._binding.bind(connection, scope.organization_id)
            yield unit

    @asynccontextmanager
    async def writing(
        self, scope: Scope, request_id: str | None = None, *, sees_all: bool = False
    ) -> AsyncIterator[Unit]:
        """A unit that is one transaction: committed when the block ends, else rolled back.

        ``sees_all`` is for what concerns all leads, also those that the user does not see.
        """
        started = perf_counter()
        async with self.pool.connection() as connection:
            visible = None if sees_all else self._lead_visibility
            unit = Unit(connection, scope, self.clock.now(), request_id, self._binding, visible)
            unit.pool_wait_s = perf_counter() - started
            try:
                async with connection.pipeline(), connection.transaction():
                    if self._binding is not None:
                        await self._binding.bind(connection, scope.organization_id)
                    await unit.restrict()
                    yield unit
                    await unit.finish()
                    committing = perf_counter()
            except BaseException:
                if self._binding is not None:
                    self._binding.forget(connection)
                raise
            unit.database_s += perf_counter() - committing
        unit.run_after_commit()
