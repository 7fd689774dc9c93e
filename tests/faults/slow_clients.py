"""Clients that hold on to connections without asking for anything, or stop in the middle."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

from tests.faults.deployment import Deployment


class Stalled:
    """A connection on which no more is sent."""

    def __init__(self, port: int, sent: bytes, stack: ExitStack) -> None:
        self._socket = stack.enter_context(socket.create_connection(("127.0.0.1", port), 60))
        self._socket.sendall(sent)
        self._started = time.monotonic()

    def answer(self) -> bytes:
        """All that the server says before it closes the connection."""
        said = b""
        try:
            while part := self._socket.recv(65536):
                said += part
        except ConnectionResetError:
            pass
        return said

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._started


def half_a_body(deployment: Deployment) -> bytes:
    """A write whose body ends too early."""
    return (
        b"POST /api/webhook/outreach HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + f"Authorization: Bearer {deployment.api_key}\r\n".encode()
        + b'Content-Length: 100\r\n\r\n{"phoneNumber": '
    )


HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-More: "
NOTHING = b""


def hold(deployment: Deployment, sent: bytes, count: int, stack: ExitStack) -> list[Stalled]:
    """So many connections that are stalled after ``sent``."""
    return [Stalled(deployment.port, sent, stack) for _ in range(count)]
