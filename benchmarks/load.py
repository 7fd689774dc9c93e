"""A load generator over keep-alive connections: small, so that the server is what is measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Make = Callable[[], bytes]


@dataclass(frozen=True)
class Run:
    """One run: requests per second, the median latency, and how many were not 2xx."""

    per_second: float
    latency_ms: float
    count: int
    failed: int


class _Connection(asyncio.Protocol):
    """Sends one request after the other until told to stop."""

    def __init__(self, make: Make, latencies: list[float]) -> None:
        self._make = make
        self._latencies = latencies
        self._buffer = b""
        self._sent_at = 0.0
        self._stopping = False
        self.failed = 0
        self.last_failure = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._make())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        place = head.lower().index(b"content-length:") + 15
        length = int(head[place:].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return
        self._latencies.append(time.perf_counter() - self._sent_at)
        if head[9:10] != b"2":
            self.failed += 1
            self.last_failure = rest
        self._buffer = b""
        if self._stopping:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def stop(self) -> None:
        self._stopping = True


async def _run(port: int, make: Make, connections: int, seconds: float) -> Run:
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    started = time.perf_counter()
    all_of_them = []
    for _ in range(connections):
        _, protocol = await loop.create_connection(
            lambda: _Connection(make, latencies), "127.0.0.1", port
        )
        all_of_them.append(protocol)
    await asyncio.sleep(seconds)
    for protocol in all_of_them:
        protocol.stop()
    await asyncio.gather(*(protocol.done for protocol in all_of_them))
    took = time.perf_counter() - started
    failed = sum(protocol.failed for protocol in all_of_them)
    for protocol in all_of_them:
        if protocol.failed:
            print("a request failed:", protocol.last_failure.decode()[:500])
            break
    return Run(len(latencies) / took, median(latencies) * 1000, len(latencies), failed)


def run(port: int, make: Make, connections: int, seconds: float) -> Run:
    """Loads the server on a loopback port with requests from ``make`` for some seconds."""
    return asyncio.run(_run(port, make, connections, seconds))


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
