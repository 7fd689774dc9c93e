"""Connections of clients: how many there may be, and bounds for what comes before a request."""

from __future__ import annotations

from asyncio import BaseTransport, TimerHandle

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from leadline.settings import Settings

# Each connection is an open file. Nothing is gained by more than this, and some systems allow
# a thousand million.
MOST_OPEN_FILES = 65536


_TOO_LARGE = b"The head of the request is too large."


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with bounds for the head of a request: its time, bytes and headers.

    uvicorn itself waits for ever for the first request of a connection and for the rest of a head
    that has begun, and its parser joins a long value anew for each piece that arrives, so that a
    large head would stop everybody. Between requests, uvicorn's own limit of a few seconds holds;
    for bodies, the gate's. What is too large is answered with 431, and the connection is closed.
    """

    head_timeout_s = 15.0
    max_head_bytes = 64 * 1024
    max_headers = 100
    _head_due: TimerHandle | None = None
    _arrived = 0  # bytes since the head was expected, whatever they are
    _parsed = 0  # bytes of the address and of the headers so far
    _is_too_large = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn has it
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_due is not None:
            self._arrived += len(data)
            if self._arrived - len(data) > self.max_head_bytes:
                # Earlier pieces were too much already, and still there is no end of the head.
                self._is_too_large = True
                self.send_400_response("")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._expect_head()
        self._parsed = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if not self._is_too_large:
            super().send_400_response(msg)
            return
        self._head_is_here()
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
            b"content-type: text/plain; charset=utf-8\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_TOO_LARGE), _TOO_LARGE)
        )
        self.transport.close()

    def _count(self, *parts: bytes) -> None:
        self._parsed += sum(map(len, parts))
        if self._parsed > self.max_head_bytes or len(self.headers) >= self.max_headers:
            self._is_too_large = True
            raise ValueError(_TOO_LARGE)  # the parser stops, and says so by send_400_response

    def _expect_head(self) -> None:
        if self._head_due is None:
            self._arrived = 0
            self._head_due = self.loop.call_later(self.head_timeout_s, self.transport.abort)

    def _head_is_here(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None


def allow_many_connections() -> None:
    """Raises the limit of open files as far as this process may: the usual one is 1,024."""
    try:
        import resource  # noqa: PLC0415 - Windows has neither the module nor the limit
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def bound_heads(settings: Settings) -> None:
    """Takes the bounds of heads from the settings, for all connections of this process."""
    BoundedProtocol.max_head_bytes = settings.max_head_bytes
    BoundedProtocol.max_headers = settings.max_headers
