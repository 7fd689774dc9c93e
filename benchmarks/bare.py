"""The limit: a bare Starlette handler that runs the same statements through the same driver.

``python -m benchmarks.bare URL RECORDING PORT`` serves each recorded request at ``/<name>``: its
statements in the same transaction shape, and the fetched rows as JSON. Nothing else.

ORGANIZATION is the id, in hexadecimal, for whose rows the connections are opened.
"""

from __future__ import annotations

import os
import pickle
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from psycopg import AsyncConnection
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.store.row_security import TenantBinding

set_json_loads(msgspec.json.decode)


@dataclass(frozen=True)
class Recording:
    """The statements of one request.

    ``fresh`` are the values that every repeat needs anew; ``choices`` are ids that each repeat
    picks anew from a list, as the real requests do.
    """

    name: str
    writes: bool
    statements: list[tuple[bytes | str, Any, bool]]
    fresh: list[bytes | str | int]
    choices: dict[bytes, list[bytes]]


def make_app(url: str, recordings: list[Recording]) -> Starlette:
    async def configure(connection: AsyncConnection[Any]) -> None:
        connection.prepare_threshold = 3
        await TenantBinding().bind(connection, bytes.fromhex(os.environ["ORGANIZATION"]))

    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        url,
        min_size=2,
        max_size=10,
        kwargs={"autocommit": True, "options": "-c timezone=UTC"},
        configure=configure,
        open=False,
    )

    def handler(recording: Recording) -> Any:
        async def run(connection: AsyncConnection[Any]) -> list[Any]:
            rows: list[Any] = []
            values = _renewed(recording)
            for (statement, _, fetched), parameters in zip(
                recording.statements, values, strict=True
            ):
                cursor = await connection.execute(statement, parameters, binary=True)
                if fetched:
                    rows.append(await cursor.fetchall())
            return rows

        async def serve(request: Request) -> Response:
            await request.body()
            async with pool.connection() as connection:
                if recording.writes:
                    async with connection.pipeline(), connection.transaction():
                        rows = await run(connection)
                else:
                    rows = await run(connection)
            return Response(msgspec.json.encode(rows), media_type="application/json")

        return serve

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await pool.open(wait=True)
        yield
        await pool.close()

    routes = [
        Route(f"/{recording.name}", handler(recording), methods=["GET", "POST", "PUT"])
        for recording in recordings
    ]

    async def ready(request: Request) -> Response:
        return Response(b"{}")

    return Starlette(routes=[Route("/readyz", ready), *routes], lifespan=lifespan)


def _renewed(recording: Recording) -> list[Any]:
    if not recording.fresh and not recording.choices:
        return [parameters for _, parameters, _ in recording.statements]
    new: dict[Any, Any] = {old: _fresh(old) for old in recording.fresh}
    new |= {old: secrets.choice(ids) for old, ids in recording.choices.items()}

    def replace(value: Any) -> Any:
        if isinstance(value, list):
            return type(value)(replace(item) for item in value)
        return new.get(value, value) if isinstance(value, bytes | str | int) else value

    renewed_values = []
    for _, parameters, _ in recording.statements:
        if isinstance(parameters, dict):
            renewed_values.append({name: replace(value) for name, value in parameters.items()})
        else:
            renewed_values.append(replace(parameters))
    return renewed_values


def _fresh(old: bytes | str | int) -> bytes | str | int:
    if isinstance(old, bytes):
        return secrets.token_bytes(12)
    if isinstance(old, str):
        return f"+1415{secrets.randbelow(10**7):07}"
    return secrets.randbits(62)


if __name__ == "__main__":
    address, file, port = sys.argv[1:]
    # The file was written a moment ago by the benchmark that starts this process.
    loaded = pickle.loads(Path(file).read_bytes())  # noqa: S301 - our own file
    uvicorn.run(
        make_app(address, loaded),
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="error",
    )
