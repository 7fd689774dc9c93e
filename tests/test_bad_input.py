"""Bad input on every operation: always a 4xx in the operation's own error shape, nothing changed.

Where bad input happens to be legal (a null that clears a field), a success is fine; a status that
the OpenAPI document does not declare, or a body that it does not describe, never is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from leadline.wire.operation import Operation
from tests.asgi import ask, key_of
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


def fingerprint(world: World) -> Any:
    return world.sql(WRITTEN, *[world.ada.organization_id] * 2)


@pytest.mark.parametrize(("dialect", "operation"), WITH_BODY)
def test_a_body_that_cannot_be_read_is_refused(world: World, dialect: str, operation: Operation):
    call = sample_call(dialect, operation, things_of(world))
    before = fingerprint(world)
    for what, content in UNREADABLE.items():
        response = send(world, call, content=content, headers=JSON)
        check(dialect, operation, response, what, REFUSED)
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        content = json.dumps(call.body).encode()
        response = send(world, call, content=content, headers={"Content-Type": media})
        check(dialect, operation, response, media, REFUSED)
    if operation.body_required:
        response = send(world, call, content=b"null", headers=JSON)
        check(dialect, operation, response, "null", REFUSED)
    assert fingerprint(world) == before
    # No body at all is an empty object: it may change nothing, or lack what is required.
    response = send(world, call, content=b"", headers=JSON)
    check(dialect, operation, response, "no body", NO_FAILURE)


@pytest.mark.parametrize(("dialect", "operation"), WITH_BODY)
def test_a_body_over_the_limit_is_refused(world: World, dialect: str, operation: Operation):
    call = sample_call(dialect, operation, things_of(world))
    before = fingerprint(world)
    declared = {**JSON, "Content-Length": str(MEGABYTE + 1)}
    response = send(world, call, content=b"{}", headers=declared)
    check(dialect, operation, response, "a large body, declared", range(413, 414))

    def chunks() -> Iterator[bytes]:
        yield b"{"
        for _ in range(17):
            yield b" " * (MEGABYTE // 16)

    response = send(world, call, content=chunks(), headers=JSON)
    check(dialect, operation, response, "a large body in chunks", range(413, 414))
    assert fingerprint(world) == before


@pytest.mark.parametrize(("dialect", "operation"), WITH_BODY)
def test_each_property_of_the_wrong_type_is_refused(
    world: World, dialect: str, operation: Operation
):
    call = sample_call(dialect, operation, things_of(world))
    headers = [key_of(world.ada), (b"content-type", b"application/json")]

    async def written() -> Any:
        async with world.services.database.connection() as connection:
            cursor = await connection.execute(WRITTEN, [world.ada.organization_id] * 2)
            return await cursor.fetchone()

    # There are many: they are asked on the application's own event loop, one after the other.
    async def run() -> None:
        before = await written()
        for where, body in wrong_bodies(dialect, operation, call.body):
            content = msgspec.json.encode(body)
            answer = await ask(world.client.app, operation.method, call.path, headers, content)
            check(dialect, operation, answer, where, NO_FAILURE)
            after = await written()
            assert answer.is_success or after == before, f"{where}: refused, and yet written"
            before = after

    world.call(run)


@pytest.mark.parametrize(("dialect", "operation"), WITH_ID)
def test_ids_that_are_none_are_refused(world: World, dialect: str, operation: Operation):
    things = things_of(world)
    call = sample_call(dialect, operation, things)
    before = fingerprint(world)
    for bad in BAD_IDS:
        path = call.path
        for made in things.ids:
            # The prefix of a Close id goes with it.
            path = "/".join(bad if made in part else part for part in path.split("/"))
        assert path != call.path
        bent = Call(dialect, operation, path, call.query, call.body)
        response = bent.send(speaking(world.ada, dialect))
        if bad == "..":
            # The client resolves it: another path, perhaps another operation.
            assert response.status_code < 500
            before = fingerprint(world)
            continue
        check(dialect, operation, response, f"the id {bad[:40]}", REFUSED)
    assert fingerprint(world) == before


@pytest.mark.parametrize(("dialect", "operation"), every())
def test_no_query_brings_an_operation_down(world: World, dialect: str, operation: Operation):
    call = sample_call(dialect, operation, things_of(world))
    if operation.writes:
        before = fingerprint(world)
        response = send(world, call, query="nonsense=%00", json=call.body)
        check(dialect, operation, response, "a NUL character in the query", REFUSED)
        assert fingerprint(world) == before
        return
    for name in ("nonsense", *(parameter.name for parameter in operation.query)):
        for value in BAD_QUERY_VALUES:
            response = send(world, call, query=f"{name}={value}")
            expected = REFUSED if value == "%00" else NO_FAILURE
            check(dialect, operation, response, f"?{name}={value[:40]}", expected)
    for query in ("&&&=", "%", "a" * 5000, "_limit=1&_limit=x", "é=ü"):
        response = send(world, call, query=query)
        check(dialect, operation, response, f"?{query[:40]}", NO_FAILURE)


def send(world: World, call: Call, query: str = "", **more: Any) -> Any:
    """The call as ada sends it, with another body or with more in its query."""
    path = call.path.removeprefix("/api/v1" if call.dialect == "close" else "/api")
    parts = [*(f"{name}={value}" for name, value in call.query.items()), query]
    text = "&".join(part for part in parts if part)
    api = speaking(world.ada, call.dialect)
    return api.send(call.operation.method, path + (f"?{text}" if text else ""), **more)
