"""The server works with its database as a role that owns nothing, and the whole suite does so."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from leadline.cli import main
from leadline.store.embedded import attach
from leadline.store.roles import APP_ROLE
from tests.cast import World
from tests.databases import drop_database

MAY_MUCH = """
SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication
       OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)
       OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
       OR EXISTS (SELECT FROM pg_proc WHERE proowner = pg_roles.oid)
       OR has_schema_privilege(oid, current_schema(), 'CREATE')
FROM pg_roles WHERE rolname = current_user
"""
OTHER_RIGHTS = """
SELECT table_name, privilege_type FROM information_schema.table_privileges
WHERE table_schema = 'public' AND grantee = current_user
  AND (privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
       OR (table_name = 'schema_migrations' AND privilege_type <> 'SELECT'))
"""


def say(world: World, statement: str) -> list[Any]:
    """What the server's own connections may say."""

    async def run() -> list[Any]:
        async with world.services.database.connection() as connection:
            return await (await connection.execute(statement.encode())).fetchall()

    found: list[Any] = world.call(run)
    return found


def test_the_suite_itself_works_as_that_role(world: World):
    assert say(world, "SELECT current_user::text") == [(APP_ROLE,)]
    assert say(world, MAY_MUCH) == [(False,)]
    assert say(world, OTHER_RIGHTS) == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TRIGGER mine AFTER INSERT ON leads EXECUTE FUNCTION now()",
        "CREATE EXTENSION file_fdw",
        "ALTER TABLE leads DISABLE TRIGGER ALL",
        "ALTER TABLE leads ADD COLUMN mine int",
        "ALTER ROLE leadline_app SUPERUSER",
        "DROP TABLE events",
        "TRUNCATE events",
        "DELETE FROM schema_migrations",
        "COPY (SELECT 1) TO '/tmp/stolen'",
        "COPY users TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT rolpassword FROM pg_authid",
        "SELECT lo_import('/etc/passwd')",
        "SET session_replication_role = 'replica'",
        "SET ROLE pg_read_server_files",
    ],
)
def test_what_an_intruder_would_like_to_say_is_refused(world: World, statement: str):
    with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedFunction)):
        say(world, statement)


@pytest.fixture
def owner_url(server_url: str) -> Iterator[str]:
    """An empty database of its own."""
    name = f"leadline_role_{secrets.token_hex(8)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_conninfo(server_url, dbname=name)
        drop_database(connection, name)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--json"])
    said = capsys.readouterr()
    structlog.reset_defaults()
    assert ended.value.code == 0, said.err
    return json.loads(said.out)


def test_the_printed_statements_make_a_role_that_suffices(
    app_url: str,
    owner_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("LEADLINE_DATABASE_URL", owner_url)
    monkeypatch.setenv("LEADLINE_ARGON2_MEMORY_KIB", "8")
    run(capsys, "migrate")
    script = run(capsys, "schema", "--role", APP_ROLE)["sql"]
    create, *grants = script.splitlines()
    assert create == f"CREATE ROLE \"{APP_ROLE}\" LOGIN PASSWORD 'choose one';"
    assert all(line.startswith(("GRANT ", "ALTER DEFAULT PRIVILEGES ")) for line in grants)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("\n".join(grants).encode())  # the role itself is there, see app_url

    server = make_conninfo(owner_url, user=APP_ROLE, password=APP_ROLE)
    monkeypatch.setenv("LEADLINE_DATABASE_URL", server)
    arguments = ("create-organization", "--name", "North", "--admin-email", "ada@example.com")
    assert run(capsys, *arguments)["api_key"]
    with psycopg.connect(server) as connection:
        assert connection.execute(MAY_MUCH.encode()).fetchall() == [(False,)]


def test_with_an_address_for_migrations_the_role_gets_its_rights_by_itself(
    app_url: str,
    owner_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    server = make_conninfo(owner_url, user=APP_ROLE, password=APP_ROLE)
    monkeypatch.setenv("LEADLINE_DATABASE_URL", server)
    monkeypatch.setenv("LEADLINE_MIGRATION_URL", owner_url)
    monkeypatch.setenv("LEADLINE_ARGON2_MEMORY_KIB", "8")
    arguments = ("create-organization", "--name", "North", "--admin-email", "ada@example.com")
    assert run(capsys, *arguments)["api_key"]
    with psycopg.connect(server) as connection:
        assert connection.execute(MAY_MUCH.encode()).fetchall() == [(False,)]
        assert connection.execute(OTHER_RIGHTS.encode()).fetchall() == []
        owners = connection.execute(
            "SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    with psycopg.connect(owner_url) as connection:
        assert owners == connection.execute("SELECT current_user::text").fetchall()


def test_an_odd_name_of_a_role_is_quoted(capsys: pytest.CaptureFixture[str]):
    script = run(capsys, "schema", "--role", 'we"ird; DROP TABLE leads')["sql"]
    assert '"we""ird; DROP TABLE leads"' in script
    assert script.count(";") - script.count("ird; DROP") == len(script.splitlines())


def test_the_embedded_database_has_the_role_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv("LEADLINE_DATABASE_URL", raising=False)
    monkeypatch.setenv("LEADLINE_DATA", str(tmp_path))
    monkeypatch.setenv("LEADLINE_ARGON2_MEMORY_KIB", "8")
    with attach(tmp_path) as held:
        arguments = ("create-organization", "--name", "North", "--admin-email", "a@example.com")
        assert run(capsys, *arguments)["api_key"]
        with psycopg.connect(held.app_url) as connection:
            found = connection.execute("SELECT current_user::text, name FROM organizations")
            assert found.fetchall() == [(APP_ROLE, "North")]
            assert connection.execute(MAY_MUCH.encode()).fetchall() == [(False,)]
            assert connection.execute(OTHER_RIGHTS.encode()).fetchall() == []
