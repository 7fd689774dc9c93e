"""Row-level security: PostgreSQL itself shows a connection the rows of one organization only.

It is the second wall between organizations. The first is in the unit of work, which refuses a
statement without the organization (``scoping.py``). Should one ever slip through, this one holds:
each connection is bound to an organization by a setting, and the policies of the tables let it see
and write nothing else. The owner of the tables, who migrates and backs up, is exempt.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import AsyncConnection, sql

from leadline.store.citus import tables_of
from leadline.store.migrations import all_migrations
from leadline.store.scoping import GLOBAL_TABLES

# The setting that binds a connection. Reading a protected table without it is an error.
SETTING = "leadline.organization"
_SET_TENANT = f"SELECT set_config('{SETTING}', %s, false)".encode()

_POLICY = "own_organization"
# Read before the organization is known, or by workers for all organizations at once.
_CROSSED = frozenset(
    {
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
)


class TenantBinding:
    """Binds connections to an organization; remembering to which one saves a statement."""

    def __init__(self) -> None:
        self._bound: WeakKeyDictionary[AsyncConnection[Any], bytes] = WeakKeyDictionary()

    async def bind(self, connection: AsyncConnection[Any], organization_id: bytes) -> None:
        """From now on the connection sees the rows of that organization, and no others."""
        if self._bound.get(connection) == organization_id:
            return
        self.forget(connection)
        await connection.execute(_SET_TENANT, ("\\x" + organization_id.hex(),))
        self._bound[connection] = organization_id

    def forget(self, connection: AsyncConnection[Any]) -> None:
        """Must be called when a transaction has failed, which takes back the binding made in it."""
        self._bound.pop(connection, None)


async def is_active(connection: AsyncConnection[Any]) -> bool:
    """Whether tables of this database have policies, and this role is bound by them."""
    cursor = await connection.execute(
        "SELECT EXISTS (SELECT FROM pg_class WHERE row_security_active(oid) "
        "AND relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p'))"
    )
    ((found,),) = await cursor.fetchall()
    return bool(found)


def protected_tables() -> list[str]:
    """The tables that have the policy."""
    return [
        table
        for table in tables_of(all_migrations())
        if table not in GLOBAL_TABLES and table not in _CROSSED
    ]


def protect(connection: psycopg.Connection[Any]) -> None:
    """Puts the policy on every table that has none yet. The connection must be the owner's."""
    found = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
        "AND relrowsecurity"
    ).fetchall()
    missing = set(protected_tables()) - {name for (name,) in found}
    if missing:
        with connection.transaction():
            for table in sorted(missing):
                for statement in _statements(table):
                    connection.execute(statement)


def row_security_script() -> str:
    """The SQL that puts the policies on a migrated database, for its owner to run."""
    return "\n".join(
        f"{statement.as_string()};"
        for table in protected_tables()
        for statement in _statements(table)
    )


def _statements(table: str) -> list[sql.Composed]:
    names = {"table": sql.Identifier(table), "policy": sql.Identifier(_POLICY)}
    return [
        # The subquery is worked out once a statement, and an index still finds the rows.
        sql.SQL(
            "CREATE POLICY {policy} ON {table} USING "
            "(organization_id = (SELECT current_setting({setting}))::bytea)"
        ).format(setting=sql.Literal(SETTING), **names),
        sql.SQL("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY").format(**names),
    ]
