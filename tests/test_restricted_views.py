"""The views that restrict people to their leads are made of the catalogue, and fail closed.

A table that nobody has told the views about is added to the database. Somebody who does not see all
leads must see nothing in it but what belongs to a lead of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope, VisibilityRule
from leadline.store.roles import APP_ROLE
from leadline.store.unit import Unit
from leadline.store.visibility import (
    SEEN_BY_ALL,
    SEEN_WITHOUT_LEAD,
    install,
    is_installed,
    remove,
    tables_of_leads,
)
from tests.cast import World
from tests.close.making import id_of, lead

_KEYS = "organization_id bytea NOT NULL, id bytea NOT NULL, PRIMARY KEY (organization_id, id)"
_REFERENCE = "FOREIGN KEY (organization_id, {column}) REFERENCES {table} (organization_id, id)"
# Tables as somebody could add them with a migration, and forget everything else.
NEW_TABLES = {
    "memos": "lead_id bytea",
    "remarks": f"memo_id bytea, {_REFERENCE.format(column='memo_id', table='memos')}",
    "echoes": f"remark_id bytea, {_REFERENCE.format(column='remark_id', table='remarks')}",
    "foreign_memos": "lead_id text",
}


@pytest.fixture
def new_tables(world: World, owner: psycopg.Connection[Any]) -> Iterator[None]:
    """The database after an upgrade that has brought new tables."""
    remove(owner)
    for name, columns in NEW_TABLES.items():
        owner.execute(f"CREATE TABLE {name} ({columns}, {_KEYS})".encode())
    owner.execute(f"GRANT SELECT ON {', '.join(NEW_TABLES)} TO {APP_ROLE}".encode())
    install(owner, APP_ROLE)
    assert is_installed(owner, APP_ROLE)
    yield
    remove(owner)
    owner.execute(f"DROP TABLE {', '.join(NEW_TABLES)}".encode())
    install(owner, APP_ROLE)


def add(owner: psycopg.Connection[Any], table: str, **columns: object) -> None:
    places = ", ".join(["%s"] * len(columns))
    owner.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})".encode(),
        list(columns.values()),
    )


def ids_seen(world: World, rule: VisibilityRule | None) -> dict[str, list[str]]:
    """What bo sees of the new tables."""
    bo = world.bo
    scope = Scope(bo.organization_id, bo.user_id, Role.SALES_REP, b"test", visibility=rule)

    async def read(unit: Unit, table: str) -> list[str]:
        sql = f"SELECT id FROM {table} WHERE organization_id = %(organization_id)s ORDER BY id"
        return [each.decode() for each in await unit.fetch_values(sql.encode())]

    async def read_all() -> dict[str, list[str]]:
        async with world.services.database.writing(scope) as unit:
            return {table: await read(unit, table) for table in NEW_TABLES}

    seen: dict[str, list[str]] = world.call(read_all)
    return seen


def test_a_new_table_of_leads_shows_what_belongs_to_leads_that_are_seen(
    world: World, new_tables: None, owner: psycopg.Connection[Any]
):
    own, hidden = world.bo.close.post("/lead/", {"name": "Bo's"}), lead(world, name="Ada's")
    of = {"organization_id": world.bo.organization_id}
    for name, lead_id in (("own", id_of(own["id"])), ("hid", id_of(hidden["id"])), ("no", None)):
        row = name.encode()
        add(owner, "memos", **of, id=row, lead_id=lead_id)
        add(owner, "remarks", **of, id=row, memo_id=row)
        add(owner, "echoes", **of, id=row, remark_id=row)
        add(owner, "foreign_memos", **of, id=row, lead_id=name)
    everything = {name: ["hid", "no", "own"] for name in NEW_TABLES}
    assert ids_seen(world, None) == everything
    # What names its lead in a way that no view can follow is hidden as a whole.
    own_only = {name: [] if name == "foreign_memos" else ["own"] for name in NEW_TABLES}
    assert ids_seen(world, VisibilityRule()) == own_only
    assert ids_seen(world, VisibilityRule((b"f" * 12,))) == {name: [] for name in NEW_TABLES}


def test_the_way_to_the_lead_is_found_over_several_tables(
    new_tables: None, owner: psycopg.Connection[Any]
):
    found = tables_of_leads(owner)
    ways = {name: [(each.column, each.parent) for each in found[name]] for name in NEW_TABLES}
    assert ways == {
        "memos": [("lead_id", "leads")],
        "remarks": [("memo_id", "memos")],
        "echoes": [("remark_id", "remarks")],
        "foreign_memos": [(None, "leads")],
    }


def test_every_exception_is_a_table_of_leads_and_has_a_reason(owner: psycopg.Connection[Any]):
    found = tables_of_leads(owner)
    assert {*SEEN_BY_ALL, *SEEN_WITHOUT_LEAD} <= set(found)
    assert all([*SEEN_BY_ALL.values(), *SEEN_WITHOUT_LEAD.values()])
