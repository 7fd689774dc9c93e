"""The HTTP client of the tests: Starlette's, with a shorter way to the application.

Starlette's own way can stream, and crosses between the threads eight times for each request. The
tests make tens of thousands of requests, and want each answer whole.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import unquote

import httpx2 as httpx
from starlette.testclient import TestClient
from starlette.types import ASGIApp


class Client(TestClient):
    """For requests between ``__enter__`` and ``__exit__``, while the application runs."""

    def __init__(self, app: ASGIApp, address: tuple[str, int]) -> None:
        super().__init__(app, raise_server_exceptions=False, client=address)
        self._address = address

    def __enter__(self) -> Client:
        super().__enter__()
        assert self.portal is not None
        loop = self.portal.call(_running_loop)
        self._transport = _WholeAnswers(self.app, loop, self._address)
        return self


async def _running_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


class _WholeAnswers(httpx.BaseTransport):
    def __init__(
        self, app: ASGIApp, loop: asyncio.AbstractEventLoop, address: tuple[str, int]
    ) -> None:
        self._app = app
        self._loop = loop
        self._address = address

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        scope = {**_scope_of(request), "client": self._address}
        answer = _ask(self._app, scope, request.read())
        status, headers, body = asyncio.run_coroutine_threadsafe(answer, self._loop).result()
        content = b"" if request.method == "HEAD" else body
        return httpx.Response(
            status, headers=headers, stream=httpx.ByteStream(content), request=request
        )


def _scope_of(request: httpx.Request) -> dict[str, Any]:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(url.path),
        "raw_path": url.raw_path.partition(b"?")[0],
        "root_path": "",
        "query_string": url.query,
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in request.headers.multi_items()
        ],
        "server": (url.host, url.port or {"http": 80, "https": 443}[url.scheme]),
    }


async def _ask(
    app: ASGIApp, scope: dict[str, Any], body: bytes
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body; 500 where the application ended without any answer."""
    incoming: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    is_complete = asyncio.Event()
    started: Any = None
    parts: list[bytes] = []

    async def receive() -> Any:
        if not incoming:
            await is_complete.wait()
            return {"type": "http.disconnect"}
        return incoming.pop()

    async def send(message: Any) -> None:
        nonlocal started
        if message["type"] == "http.response.start":
            assert started is None, "a second answer"
            started = message
            return
        assert started is not None, "a body before the head"
        assert not is_complete.is_set(), "more after the end"
        parts.append(bytes(message.get("body", b"")))
        if not message.get("more_body", False):
            is_complete.set()

    try:
        await app(scope, receive, send)
    except Exception:  # as servers do; what it is stands in the log
        if started is None:
            return 500, [], b""
    assert started is not None, "no answer at all"
    return started["status"], list(started.get("headers", [])), b"".join(parts)
