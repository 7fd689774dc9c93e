"""Databases of their own, a house with leads in it, and commands that are run on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from leadline.cli import main
from leadline.kernel.clock import MovableClock
from leadline.store import migrations
from tests.backup.databases import Command, Done, House, NewDatabase, Upgrade
from tests.cast import PASSWORD, World, make_people
from tests.conftest import START, TEST_SETTINGS
from tests.databases import drop_database
from tests.outreach import make_configuration, send_lead


@pytest.fixture
def new_database(server_url: str) -> Iterator[NewDatabase]:
    """Makes empty databases."""
    made: list[str] = []
    with psycopg.connect(server_url, autocommit=True) as connection:

        def make() -> str:
            made.append(f"leadline_backup_{uuid4().hex}")
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(made[-1])))
            return make_conninfo(server_url, dbname=made[-1])

        yield make
        for name in made:
            drop_database(connection, name)


@contextmanager
def running(database: str) -> Iterator[World]:
    """The application on a database of its own, with the usual people in it."""
    clock = MovableClock(START)
    services = make_services(TEST_SETTINGS, database, clock)
    with TestClient(make_app(services), raise_server_exceptions=False) as client:
        assert client.portal is not None
        hashed = services.passwords.hash_now(PASSWORD)
        people = client.portal.call(make_people, services, client, hashed, "1")
        yield World(client, services, clock, people)


@pytest.fixture
def house(new_database: NewDatabase, tmp_path: Path) -> Iterator[House]:
    """A database with some leads in it, one of them not yet worked on."""
    url = new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        migrations.migrate(connection, START)
    with running(url) as world:
        configuration = make_configuration(world.ada, starterMessage="Hi {{firstName}}\t\\N\n'é😀")
        send_lead(world.ada, configuration)
        world.run_jobs()
        send_lead(world.ada, configuration, firstName="Mo", phoneNumber="+14155550134")
        yield House(world, url, configuration, tmp_path)


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """Runs a command on a database, or on the embedded one when that is None."""
    monkeypatch.setenv("LEADLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LEADLINE_ARGON2_MEMORY_KIB", "8")
    monkeypatch.delenv("LEADLINE_TEST_DATABASE_URL", raising=False)

    def run(url: str | None, *arguments: str) -> Done:
        monkeypatch.setenv("LEADLINE_DATABASE_URL", url or "")
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--json"])
        said = capsys.readouterr()
        (line,) = said.out.splitlines()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, json.loads(line), said.err)

    yield run
    structlog.reset_defaults()


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """Makes this a newer version, which has more migrations."""
    present = migrations.all_migrations()

    def become(*more: migrations.Migration) -> None:
        monkeypatch.setattr(migrations, "all_migrations", lambda: [*present, *more])

    return become
