"""A client that stops in the middle is hung up on. `make test-faults` does it by the thousand."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import msgspec
import pytest
import uvicorn

from leadline.app import make_app, make_services
from leadline.wire.connections import MOST_OPEN_FILES, BoundedProtocol, allow_many_connections
from tests.cast import World
from tests.conftest import TEST_SETTINGS

PATIENCE_S = 60


LONG_ADDRESS = b"GET /?" + b"a" * 65_000 + b" HTTP/1.1\r\n"


class Impatient(BoundedProtocol):
    head_timeout_s = 0.2


@pytest.fixture
def port(database_url: str) -> Iterator[int]:
    """The application behind a real server that waits for a fifth of a second at most."""
    settings = msgspec.structs.replace(TEST_SETTINGS, body_timeout_s=0.2)
    config = uvicorn.Config(
        make_app(make_services(settings, database_url)), http=Impatient, log_config=None
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(PATIENCE_S)


def said_to(port: int, sent: bytes) -> bytes:
    """Sends that and nothing more; returns all that is said until the connection is closed."""
    said = b""
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE_S) as connection,
        suppress(ConnectionResetError, BrokenPipeError),
    ):
        connection.sendall(sent)
        while part := connection.recv(65536):
            said += part
    return said


def test_a_connection_without_a_request_is_closed(port: int) -> None:
    assert said_to(port, b"") == b""
    assert said_to(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-More: ") == b""


def headers(count: int, size: int = 1) -> bytes:
    return b"".join(b"X-%d: %s\r\n" % (number, b"a" * size) for number in range(count))


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", id="one value"),
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"a" * 600_000, id="one value without an end"),
        pytest.param(b"GET / HTTP/1.1\r\n" + headers(80, 1000) + b"\r\n", id="many values"),
        pytest.param(b"GET / HTTP/1.1\r\n" + headers(101) + b"\r\n", id="too many headers"),
        pytest.param(LONG_ADDRESS + headers(2, 999) + b"\r\n", id="both"),
        pytest.param(b"\r\n" * 400_000, id="nothing at all"),
    ],
)
def test_a_head_that_is_too_large_is_refused_and_the_connection_closed(
    port: int, head: bytes
) -> None:
    said = said_to(port, head)
    # What is still under way when the connection closes may take the answer with it.
    assert said == b"" or said.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    if len(head) < 300_000:
        assert said.endswith(b"\r\n\r\nThe head of the request is too large.")


def test_a_large_head_that_is_allowed_is_answered(port: int) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + headers(97, 600)
    assert said_to(port, head + b"\r\n").startswith(b"HTTP/1.1 200 ")


def test_the_next_request_of_a_connection_has_a_head_of_its_own(port: int) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + headers(60, 900) + b"\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert said_to(port, whole * 2 + last).count(b"HTTP/1.1 200 OK") == 3


def test_a_second_request_that_stops_in_its_head_is_closed(port: int) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    said = said_to(port, whole + b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/outcome/", b'{"error":"The body took longer than 0.2 seconds."}'),
        (
            "/api/webhook/outreach",
            b'{"success":false,"message":"The body took longer than 0.2 seconds."}',
        ),
    ],
)
def test_a_body_that_does_not_come_is_a_408_and_changes_nothing(
    world: World, port: int, path: str, body: bytes
) -> None:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {world.ada.api_key}\r\nContent-Length: 50\r\n\r\n"
    )
    said = said_to(port, head.encode() + b'{"name": "Half')
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in said.lower()
    assert said.endswith(body), said
    assert world.ada.close.get("/outcome/")["data"] == []


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    _, most = before
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))
    try:
        allow_many_connections()
        expected = MOST_OPEN_FILES if most == resource.RLIM_INFINITY else min(most, MOST_OPEN_FILES)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (expected, most)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
