"""Bad input on every operation: always a 4xx in the operation's own error shape, nothing changed.

Where bad input happens to be legal (a null that clears a field), a success is fine; a status that
the OpenAPI document does not declare, or a body that it does not describe, never is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from leadline.wire.operation import Operation
from tests.asgi import Answer, ask, key_of
from tests.bad_input import BAD_IDS, JSON, NO_FAILURE, REFUSED, UNREADABLE, check, wrong_bodies
from tests.cast import World
from tests.samples import Call, every, sample_call, speaking, things_of

# What only apps may do has its own tests: ada is refused before her body is read.
WITH_BODY = every(lambda operation: operation.body is not None and not operation.needs_app)
# An object type in a path is a word, and an e-mail address no id; what else stands there is one.
WITH_ID = every(
    lambda operation: (
        "{" in operation.path.replace("{object_type}", "").replace("{email_address}", "")
    )
)

MEGABYTE = 1024 * 1024
BAD_QUERY_VALUES = [
    "",
    "x",
    "-1",
    "0",
    "1.5",
    "9" * 20,
    "%00",
    "%ff",
    "a,b,,",
    "2026-13-45",
    "y" * 9000,
]


# Changes whenever anything of north is written: every change of a noun is an event.
WRITTEN = (
    "SELECT (SELECT count(*) FROM events WHERE organization_id = %s), "
    "(SELECT count(*) FROM jobs WHERE organization_id = %s)"
)


class Sender:
    """Ada with the call of one operation, on the application's own event loop: there are many
    requests, and an HTTP client costs more than what most of them ask for."""

    def __init__(self, world: World, dialect: str, operation: Operation) -> None:
        self._world = world
        self._dialect = dialect
        self._operation = operation
        self.things = things_of(world)
        self.call = sample_call(dialect, operation, self.things)
        self._body = b"" if self.call.body is None else msgspec.json.encode(self.call.body)

    async def send(
        self,
        *,
        path: str = "",
        query: str = "",
        content: bytes | None = None,
        media: str = "application/json",
    ) -> Answer:
        """The call with another path or body, or with more in its query."""
        call = self.call
        parts = [*(f"{name}={value}" for name, value in call.query.items()), query]
        text = "&".join(part for part in parts if part)
        body = self._body if content is None else content
        headers = [key_of(self._world.ada), (b"content-length", str(len(body)).encode())]
        if body or content is not None:
            headers.append((b"content-type", media.encode()))
        where = (path or call.path) + (f"?{text}" if text else "")
        return await ask(self._world.client.app, self._operation.method, where, headers, body)

    async def expect(self, statuses: range, what: str, **changed: Any) -> None:
        """The status is one of those, and the answer is as documented."""
        answer = await self.send(**changed)
        check(self._dialect, self._operation, answer, what, statuses)

    async def written(self) -> Any:
        async with self._world.services.database.connection() as connection:
            organization_ids = [self._world.ada.organization_id] * 2
            return await (await connection.execute(WRITTEN, organization_ids)).fetchone()


@pytest.mark.parametrize(("dialect", "operation"), WITH_BODY)
def test_a_body_that_cannot_be_read_is_refused(world: World, dialect: str, operation: Operation):
    ada = Sender(world, dialect, operation)

    async def run() -> None:
        before = await ada.written()
        for what, content in UNREADABLE.items():
            await ada.expect(REFUSED, what, content=content)
        for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            content = msgspec.json.encode(ada.call.body)
            await ada.expect(REFUSED, media, content=content, media=media)
        if operation.body_required:
            await ada.expect(REFUSED, "null", content=b"null")
        assert await ada.written() == before
        # No body at all is an empty object: it may change nothing, or lack what is required.
        await ada.expect(NO_FAILURE, "no body", content=b"")

    world.call(run)


@pytest.mark.parametrize(("dialect", "operation"), WITH_BODY)
def test_a_body_over_the_limit_is_refused(world: World, dialect: str, operation: Operation):
    ada = Sender(world, dialect, operation)
    method, path = operation.method, ada.call.path
    headers = {**JSON, "Authorization": f"Bearer {world.ada.api_key}"}
    before = world.call(ada.written)
    declared = {**headers, "Content-Length": str(MEGABYTE + 1)}
    response = world.client.request(method, path, content=b"{}", headers=declared)
    check(dialect, operation, response, "a large body, declared", range(413, 414))

    def chunks() -> Iterator[bytes]:
        yield b"{"
        for _ in range(17):
            yield b" " * (MEGABYTE // 16)

    response = world.client.request(method, path, content=chunks(), headers=headers)
    check(dialect, operation, response, "a large body in chunks", range(413, 414))
    assert world.call(ada.written) == before


@pytest.mark.parametrize(("dialect", "operation"), WITH_BODY)
def test_each_property_of_the_wrong_type_is_refused(
    world: World, dialect: str, operation: Operation
):
    ada = Sender(world, dialect, operation)

    async def run() -> None:
        before = await ada.written()
        for where, body in wrong_bodies(dialect, operation, ada.call.body):
            answer = await ada.send(content=msgspec.json.encode(body))
            check(dialect, operation, answer, where, NO_FAILURE)
            after = await ada.written()
            assert answer.is_success or after == before, f"{where}: refused, and yet written"
            before = after

    world.call(run)


@pytest.mark.parametrize(("dialect", "operation"), WITH_ID)
def test_ids_that_are_none_are_refused(world: World, dialect: str, operation: Operation):
    ada = Sender(world, dialect, operation)

    async def run() -> None:
        before = await ada.written()
        for bad in BAD_IDS:
            path = ada.call.path
            for made in ada.things.ids:
                # The prefix of a Close id goes with it.
                path = "/".join(bad if made in part else part for part in path.split("/"))
            assert path != ada.call.path
            await ada.expect(REFUSED, f"the id {bad[:40]}", path=path)
        assert await ada.written() == before

    world.call(run)


@pytest.mark.parametrize(("dialect", "operation"), WITH_ID)
def test_an_id_that_a_client_takes_for_a_step_up_brings_nothing_down(
    world: World, dialect: str, operation: Operation
):
    """The client resolves ``..``: another path, perhaps another operation."""
    ada = Sender(world, dialect, operation)
    path = ada.call.path
    for made in ada.things.ids:
        path = "/".join(".." if made in part else part for part in path.split("/"))
    bent = Call(dialect, operation, path, ada.call.query, ada.call.body)
    assert bent.send(speaking(world.ada, dialect)).status_code < 500


@pytest.mark.parametrize(("dialect", "operation"), every())
def test_no_query_brings_an_operation_down(world: World, dialect: str, operation: Operation):
    ada = Sender(world, dialect, operation)

    async def run() -> None:
        if operation.writes:
            before = await ada.written()
            await ada.expect(REFUSED, "a NUL character in the query", query="nonsense=%00")
            assert await ada.written() == before
            return
        for name in ("nonsense", *(parameter.name for parameter in operation.query)):
            for value in BAD_QUERY_VALUES:
                expected = REFUSED if value == "%00" else NO_FAILURE
                query = f"{name}={value}"
                await ada.expect(expected, f"?{name}={value[:40]}", query=query)
        for query in ("&&&=", "%", "a" * 5000, "_limit=1&_limit=x", "%C3%A9=%C3%BC", "é=ü"):
            await ada.expect(NO_FAILURE, f"?{query[:40]}", query=query)

    world.call(run)
