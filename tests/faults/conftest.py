"""How long and how hard: what `make test-faults ARGS=...` may change."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, default=20, help="rounds of killing")
    parser.addoption("--clients", type=int, default=24, help="clients at work at once")
    parser.addoption("--writes", type=int, default=800, help="the most before somebody is killed")
    parser.addoption("--seed", type=int, default=1, help="what happens when; another, another day")


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--rounds"))


@pytest.fixture
def clients(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--clients"))


@pytest.fixture
def writes(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--writes"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--seed"))
