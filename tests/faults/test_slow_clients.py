"""Clients that stop in the middle, or never start, keep nobody else from being served."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.faults.deployment import deployed
from tests.faults.slow_clients import HALF_A_HEAD, NOTHING, half_a_body, hold

pytestmark = pytest.mark.faults
USUAL_OPEN_FILES = 1024
IDLE = 1000


@pytest.fixture
def open_files() -> Iterator[None]:
    """The server is started with the usual limit of open files; we need more ourselves."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (USUAL_OPEN_FILES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_thousand_idle_connections_keep_nobody_waiting_and_are_closed(open_files: None) -> None:
    with deployed(LEADLINE_BODY_TIMEOUT_S="5") as deployment, ExitStack() as stack:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        without_body = hold(deployment, half_a_body(deployment), 200, stack)
        without_head = [
            *hold(deployment, HALF_A_HEAD, IDLE // 2, stack),
            *hold(deployment, NOTHING, IDLE, stack),
        ]
        line = deployment.line(timeout_s=5)
        for _ in range(100):
            answer = line.send("GET", "/api/v1/me/")
            assert answer is not None
            assert answer.status == 200
        for stalled in without_body:
            assert stalled.answer().startswith(b"HTTP/1.1 408 ")
        for stalled in without_head:
            assert stalled.answer() == b""
        assert without_head[0].age_s < 60
        line.close()  # it has been idle for too long itself
        answer = line.send("GET", "/api/v1/me/")
        assert answer is not None
        assert answer.status == 200
        line.close()
