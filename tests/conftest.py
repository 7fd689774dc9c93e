"""Fixtures: a real PostgreSQL, the real application on it, and for each test a world of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from leadline.app import make_app, make_services
from leadline.kernel.clock import MovableClock
from leadline.settings import Settings
from leadline.store import scoping, unit
from leadline.store.migrations import migrate
from leadline.store.roles import APP_ROLE, grant
from leadline.store.row_security import protect
from leadline.store.visibility import install
from tests.cast import PASSWORD, World, make_people
from tests.client import Client
from tests.databases import drop_database
from tests.strict_scoping import open_tables

# Where requests come from: an address of documentation (RFC 5737).
ADDRESS = "192.0.2.1"

# A Sunday, just before midnight in some places and after it in others.
START = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)

TEST_SETTINGS = Settings(
    argon2_memory_kib=8,
    argon2_passes=1,
    run_jobs=False,
    rate_limit=1_000_000,
    anonymous_rate_limit=1_000_000,
    pool_size=12,
    credential_cache_s=0.0,
    log_level="error",
    telephony="test",
)
# Durability costs time that a test does not need.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz-examples", type=int, default=6, help="requests for each operation")
    parser.addoption("--fuzz-seed", type=int, default=1, help="which ones; another, another day")


def pytest_configure(config: pytest.Config) -> None:
    """Where Python keeps no compiled modules (containers often say so), ours are kept all the same:
    each of the many processes that tests start would compile the whole product anew."""
    cache: pytest.Cache | None = getattr(config, "cache", None)  # it can be switched off
    if cache is not None and os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(cache.mkdir("compiled"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many requests were made up, and how they were answered."""
    statuses: Counter[int] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        statuses.update(dict(report.user_properties).get("fuzz_statuses", {}))
    if statuses:
        shown = ", ".join(f"{count:,} x {status}" for status, count in sorted(statuses.items()))
        terminalreporter.write_line(f"{statuses.total():,} requests were made up: {shown}")


@pytest.fixture(scope="session")
def server_url(worker_id: str) -> Iterator[str]:
    """A PostgreSQL shared by all test processes: LEADLINE_TEST_DATABASE_URL or an embedded one."""
    given = os.environ.get("LEADLINE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    from leadline.store.embedded import attach

    folder = _server_folder()
    folder.mkdir(mode=0o755, exist_ok=True)
    with attach(folder, server_options=_FAST) as server:
        yield server.database_url


def _server_folder() -> Path:
    """One folder for all processes of a run, named after the one that started the others."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    return Path(tempfile.gettempdir()) / f"leadline-tests-{run}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Removes the folder of the embedded server once the server has stopped."""
    folder = _server_folder()
    if "PYTEST_XDIST_WORKER" in os.environ or not folder.is_dir():
        return
    deadline = time.monotonic() + 10
    while (folder / "postgres" / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(server_url: str, worker_id: str) -> Iterator[str]:
    """An empty, migrated database of this test process."""
    name = f"leadline_test_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = make_conninfo(server_url, dbname=name)
    with psycopg.connect(url, autocommit=True) as connection:
        migrate(connection, START)
    yield url
    with psycopg.connect(server_url, autocommit=True) as connection:
        drop_database(connection, name)


class _Application:
    """The running application. Its clock is moved back to the start for each test."""

    def __init__(self, database_url: str, data: Path) -> None:
        self.clock = MovableClock(START)
        settings = msgspec.structs.replace(TEST_SETTINGS, data=data)
        self.services = make_services(settings, database_url, self.clock)
        app = make_app(self.services)
        self.client = Client(app, (ADDRESS, 50_000))
        self.password_hash = self.services.passwords.hash_now(PASSWORD)
        self.worlds = 0


@pytest.fixture(scope="session", autouse=True)
def strict_scoping() -> Iterator[None]:
    """Whatever any test makes the unit of work send is read by a real parser, too."""

    def check(sql: scoping.Statement) -> None:
        scoping.check_scoped(sql)
        text = sql.decode() if isinstance(sql, bytes) else sql
        if sql not in scoping.crossing and open_tables(text):
            raise scoping.UnscopedStatementError(f"{open_tables(text)} not bound in: {text}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unit, "check_scoped", check)
        yield


@pytest.fixture(scope="session")
def app_url(database_url: str) -> str:
    """The same database as a role that owns nothing, which is how a server works with it."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if known.fetchone() is None:  # the embedded server has it
            with suppress(errors.DuplicateObject, errors.UniqueViolation):  # or a neighbour made it
                connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN PASSWORD '{APP_ROLE}'".encode())
        grant(connection, APP_ROLE)
        protect(connection)
        install(connection, APP_ROLE)
    return make_conninfo(database_url, user=APP_ROLE, password=APP_ROLE)


@pytest.fixture(scope="session")
def owner(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The database as its owner, who sees the rows of everybody."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def application(app_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Application]:
    running = _Application(app_url, tmp_path_factory.mktemp("data"))
    with running.client:
        yield running


@pytest.fixture
def world(application: _Application, owner: psycopg.Connection[Any]) -> World:
    """Two fresh organizations with the cast of ``tests/cast.py`` in them."""
    owner.execute("DELETE FROM login_failures")  # all tests call from one network
    application.clock.instant = START
    application.worlds += 1
    client = application.client
    assert client.portal is not None
    people: Any = client.portal.call(
        make_people,
        application.services,
        client,
        application.password_hash,
        str(application.worlds),
    )
    made = World(client, application.services, application.clock, people, owner)
    made.sql("DELETE FROM jobs")  # what earlier tests have left behind
    return made
