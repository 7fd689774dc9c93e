"""A real PgBouncer in transaction mode between the application and its database."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import QueryCanceled
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from leadline.cli.answers import CommandError
from leadline.cli.context import open_database
from leadline.kernel.clock import MovableClock
from leadline.settings import SettingsError
from leadline.store.migrations import migrate
from tests.cast import PASSWORD, World, make_people
from tests.conftest import START, TEST_SETTINGS
from tests.databases import drop_database
from tests.permission_matrix import MATRIX
from tests.samples import all_operations, name_of, sample_call, speaking, things_of

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PATIENCE_S = 30
TIMEOUT_MS = 2000

pytestmark = pytest.mark.skipif(
    PGBOUNCER is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)"
)

# As in docs/scale.md, but for one test: any database, anybody, on this machine only.
CONFIGURATION = """
[databases]
* = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 100
logfile = {folder}/log
"""


@pytest.fixture(scope="module")
def pooler(server_url: str) -> Iterator[str]:
    """The address of a PgBouncer with three connections to the test server."""
    assert PGBOUNCER is not None
    given = conninfo_to_dict(server_url)
    server = " ".join(
        f"{name}={given[name]}" for name in ("host", "port", "user", "password") if given.get(name)
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="leadline-pgbouncer-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(CONFIGURATION.format(server=server, port=port, folder=folder))
        command = [PGBOUNCER, "-q", str(configuration)]
        if os.geteuid() == 0:  # it refuses to be root
            command[1:1] = ["-u", _somebody_else(given.get("host"))]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, process)
            yield f"postgresql://anybody@127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)


def _somebody_else(host: Any) -> str:
    """Whoever may open the folder of the server's socket."""
    if isinstance(host, str) and host.startswith("/"):
        owner = pwd.getpwuid(Path(host).stat().st_uid).pw_name
        if owner != "root":
            return owner
    return "nobody"


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("PgBouncer does not listen")


@pytest.fixture(scope="module")
def direct(server_url: str) -> Iterator[str]:
    """The address of a migrated database itself."""
    name = f"leadline_pooled_{uuid4().hex}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    url = make_conninfo(server_url, dbname=name)
    with psycopg.connect(url, autocommit=True) as connection:
        migrate(connection, START)
    yield url
    with psycopg.connect(server_url, autocommit=True) as connection:
        drop_database(connection, name)


POOLED = msgspec.structs.replace(
    TEST_SETTINGS, pooled=True, statement_timeout_s=TIMEOUT_MS / 1000, pool_timeout_s=60.0
)


def through(pooler: str, direct: str) -> str:
    return f"{pooler}/{conninfo_to_dict(direct)['dbname']}"


@pytest.fixture(scope="module")
def pooled_world(pooler: str, direct: str) -> Iterator[World]:
    with psycopg.connect(direct, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        for setting, value in (("timezone", "UTC"), ("statement_timeout", str(TIMEOUT_MS))):
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                    name, sql.Identifier(setting), sql.Literal(value)
                )
            )
    clock = MovableClock(START)
    services = make_services(POOLED, through(pooler, direct), clock)
    with TestClient(make_app(services), raise_server_exceptions=False) as client:
        assert client.portal is not None
        password_hash = services.passwords.hash_now(PASSWORD)
        people: Any = client.portal.call(make_people, services, client, password_hash, "pooled")
        yield World(client, services, clock, people)


def test_without_its_settings_in_the_database_it_does_not_start(
    pooler: str, server_url: str
) -> None:
    name = f"leadline_bare_{uuid4().hex}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        client = TestClient(make_app(make_services(POOLED, f"{pooler}/{name}")))
        with pytest.raises(SettingsError, match=f'ALTER DATABASE "{name}" SET statement_timeout'):
            client.__enter__()
        settings = msgspec.structs.replace(POOLED, database_url=f"{pooler}/{name}")
        with pytest.raises(CommandError, match="LEADLINE_MIGRATION_URL"):
            open_database(settings).__enter__()
        drop_database(connection, name)


def test_every_operation_works(pooled_world: World) -> None:
    # Last what takes her key away.
    for dialect, operation in sorted(all_operations(), key=lambda pair: "key" in pair[1].name):
        call = sample_call(dialect, operation, things_of(pooled_world))
        answer = call.send(speaking(pooled_world.dora, dialect))
        assert answer.status_code == MATRIX[name_of(dialect, operation)].head, answer.text
    assert pooled_world.run_jobs() > 0


def test_the_settings_hold_on_every_connection(pooled_world: World) -> None:
    shown = "SELECT current_setting('TimeZone'), current_setting('statement_timeout')"
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: pooled_world.sql(shown)[0], range(24)))
    assert found == {("UTC", f"{TIMEOUT_MS // 1000}s")}
    with pytest.raises(QueryCanceled):
        pooled_world.sql("SELECT pg_sleep(60)")


def test_more_clients_than_connections_at_once(pooled_world: World) -> None:
    def save(number: int) -> int:
        answer = pooled_world.ada.close.send(
            "POST",
            "/lead/",
            {"name": f"Lead {number}", "contacts": [{"name": "C"}]},
            headers={"Idempotency-Key": f"pooled-{number % 20}"},
        )
        status: int = answer.status_code
        return status

    before = pooled_world.ada.close.get("/lead/", params={"_limit": 1})["total_results"]
    with ThreadPoolExecutor(12) as threads:
        assert set(threads.map(save, [number % 20 for number in range(60)])) == {200}
    after = pooled_world.ada.close.get("/lead/", params={"_limit": 1})["total_results"]
    assert after == before + 20
    assert pooled_world.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [(0,)]
