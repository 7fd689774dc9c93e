"""Connections of clients: how many there may be, and how long one may stay without asking."""

from __future__ import annotations

from asyncio import BaseTransport, TimerHandle

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Each connection is an open file. Nothing is gained by more than this, and some systems allow
# a thousand million.
MOST_OPEN_FILES = 65536


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which hangs up on whoever does not get as far as asking something.

    uvicorn itself waits for ever for the first request of a connection and for the rest of a head
    that has begun. Between requests, its own limit of a few seconds holds; for bodies, the gate's.
    """

    head_timeout_s = 15.0
    _head_due: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn has it
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        if self._head_due is None:
            self._head_due = self.loop.call_later(self.head_timeout_s, self.transport.abort)

    def _head_is_here(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None


def allow_many_connections() -> None:
    """Raises the limit of open files as far as this process may: the usual one is 1,024."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
