"""The second wall: what PostgreSQL shows to a statement that forgot its organization."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from leadline.kernel.clock import SystemClock
from leadline.kernel.errors import RefusedError
from leadline.kernel.scope import Scope
from leadline.settings import SettingsError
from leadline.store import unit
from leadline.store.database import Database
from leadline.store.migrations import migrate
from leadline.store.roles import APP_ROLE, grant
from leadline.store.row_security import protected_tables, row_security_script
from leadline.store.scoping import GLOBAL_TABLES
from tests.cast import World
from tests.conftest import TEST_SETTINGS
from tests.databases import drop_database

# Read before the organization is known, or by workers for all organizations at once.
CROSSED = {
    "account_links",
    "api_keys",
    "events",
    "idempotency_keys",
    "jobs",
    "memberships",
    "oauth_apps",
    "oauth_grants",
    "oauth_tokens",
    "refresh_tokens",
    "roles",
    "sessions",
    "sign_ins",
}


@pytest.fixture(autouse=True)
def without_the_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "check_scoped", lambda statement: None)


class Named(msgspec.Struct, frozen=True):
    name: str


def names_of_leads(world: World, key: str) -> set[str]:
    """What a statement without any organization finds."""

    async def run() -> set[str]:
        scope = await world.services.authentication.scope_of_key(key)
        async with world.services.database.reading(scope) as work:
            return {found.name for found in await work.fetch_all(Named, "SELECT name FROM leads")}

    found: set[str] = world.call(run)
    return found


def test_a_statement_that_forgot_its_organization_finds_only_the_rows_of_its_own(world: World):
    world.ada.close.post("/lead/", {"name": "Ours"})
    world.eve.close.post("/lead/", {"name": "Theirs"})
    for _ in range(3):  # the same connections change hands
        assert names_of_leads(world, world.ada.api_key) == {"Ours"}
        assert names_of_leads(world, world.eve.api_key) == {"Theirs"}


def test_it_cannot_write_for_another_organization_either(world: World):
    theirs = world.eve.close.post("/outcome/", {"name": "Theirs", "applies_to": ["calls"]})["id"]

    async def run(statement: str) -> list[Named]:
        scope = await world.services.authentication.scope_of_key(world.ada.api_key)
        async with world.services.database.writing(scope) as work:
            return await work.fetch_all(
                Named, statement, id=bytes.fromhex(theirs[-24:]), south=world.eve.organization_id
            )

    change = "UPDATE outcomes SET name = 'x' WHERE id = %(id)s RETURNING name"
    assert world.call(run, change) == []
    assert world.call(run, "DELETE FROM outcomes WHERE id = %(id)s RETURNING name") == []
    mine = "UPDATE outcomes SET organization_id = %(south)s RETURNING name"
    world.ada.close.post("/outcome/", {"name": "Ours", "applies_to": ["calls"]})
    with pytest.raises(errors.InsufficientPrivilege):
        world.call(run, mine)
    assert world.eve.close.get(f"/outcome/{theirs}/")["name"] == "Theirs"


def test_a_connection_that_did_not_say_for_whom_it_works_sees_an_error(world: World, app_url: str):
    with (
        psycopg.connect(app_url) as connection,
        pytest.raises(errors.UndefinedObject, match=r"leadline\.organization"),
    ):
        connection.execute("SELECT name FROM leads")


def test_a_failed_transaction_does_not_leave_a_connection_with_somebody_else(
    world: World, app_url: str
):
    """The one connection there is reads for north, fails for south, and reads for south."""
    world.ada.close.post("/lead/", {"name": "Ours"})
    world.eve.close.post("/lead/", {"name": "Theirs"})
    settings = msgspec.structs.replace(TEST_SETTINGS, pool_size=1)
    database = Database(app_url, settings, world.clock)

    async def run() -> list[set[str]]:
        north, south = [
            await world.services.authentication.scope_of_key(person.api_key)
            for person in (world.ada, world.eve)
        ]

        async def names(scope: Scope) -> set[str]:
            async with database.reading(scope) as work:
                rows = await work.fetch_all(Named, "SELECT name FROM leads")
            return {found.name for found in rows}

        await database.open()
        try:
            found = [await names(north)]
            # What is said in a transaction is taken back with it: the connection is north's again.
            with pytest.raises(RefusedError):
                async with database.writing(south):
                    raise RefusedError("No.")
            return [*found, await names(south), await names(north)]
        finally:
            await database.close()

    assert world.call(run) == [{"Ours"}, {"Theirs"}, {"Ours"}]


def test_every_tenant_table_is_behind_the_wall_or_crossed_on_purpose(database_url: str):
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT relname, relrowsecurity FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND relnamespace = 'public'::regnamespace AND NOT relispartition"
        ).fetchall()
    behind = {name for name, is_protected in rows if is_protected}
    assert behind == set(protected_tables())
    assert {name for name, _ in rows} - behind - GLOBAL_TABLES == CROSSED


def test_an_owner_can_put_the_policies_on_a_database_of_their_own(server_url: str):
    name = "leadline_row_security"
    made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as connection:
        drop_database(connection, name)
        connection.execute(made)
    url = make_conninfo(server_url, dbname=name)
    with psycopg.connect(url, autocommit=True) as connection:
        migrate(connection, SystemClock().now())
        grant(connection, APP_ROLE)
        connection.execute(row_security_script().encode())
    working = make_conninfo(url, user=APP_ROLE, password=APP_ROLE)
    with (
        psycopg.connect(working) as connection,
        pytest.raises(errors.UndefinedObject),
    ):
        connection.execute("SELECT name FROM leads")
    with psycopg.connect(server_url, autocommit=True) as connection:
        drop_database(connection, name)


def test_behind_a_pooler_it_is_refused_at_the_start(world: World, database_url: str, app_url: str):
    settings = msgspec.structs.replace(TEST_SETTINGS, pooled=True)

    async def run() -> Any:
        database = Database(app_url, settings, SystemClock())
        try:
            await database.open()
        finally:
            await database.close()

    with psycopg.connect(database_url, autocommit=True) as connection:
        here = sql.Identifier(connection.info.dbname)
        for setting, value in (("timezone", "UTC"), ("statement_timeout", "30s")):
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                    here, sql.Identifier(setting), sql.Literal(value)
                )
            )
        with pytest.raises(SettingsError, match="row level security"):
            world.call(run)
        connection.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(here))
