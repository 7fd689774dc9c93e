"""The database role that the server works as: it owns nothing, and reads and writes rows only.

Migrations are the owner's. Whoever makes the server say SQL that it should not can then neither
change tables nor switch anything off. docs/security.md tells owners of a PostgreSQL how.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from leadline.store import visibility
from leadline.store.citus import tables_of
from leadline.store.migrations import all_migrations, wait_for_others

# The role of the embedded database.
APP_ROLE = "leadline_app"
# What tells whether the server fits its database: only migrations write it.
_MIGRATIONS = "schema_migrations"
_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def grant(connection: psycopg.Connection[Any], role: str) -> None:
    """Lets ``role`` work with the tables of this database, unless it may already.

    The connection must be the owner's, and the database migrated.
    """
    tables = tables_of(all_migrations())
    rights = {**dict.fromkeys(tables, _RIGHTS), _MIGRATIONS: ("SELECT",)}
    wanted = [(table, right) for table, names in rights.items() for right in names]
    may_all, schema = connection.execute(
        "SELECT bool_and(has_table_privilege(%s, name, privilege)), current_schema() "
        "FROM unnest(%s::text[], %s::text[]) AS wanted (name, privilege)",
        (role, [table for table, _ in wanted], [right for _, right in wanted]),
    ).fetchall()[0]
    if may_all:
        return
    with connection.transaction():
        wait_for_others(connection)
        for statement in _grants(role, schema, tables):
            connection.execute(statement)


def role_script(role: str, schema: str = "public") -> str:
    """The SQL that makes such a role and lets it work, for the owner to run after migrating."""
    statements = [
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'choose one'").format(sql.Identifier(role)),
        *_grants(role, schema, tables_of(all_migrations())),
        *visibility.grants(schema, role),
    ]
    return "\n".join(f"{statement.as_string()};" for statement in statements)


def _grants(role: str, schema: str, tables: Sequence[str]) -> list[sql.Composed]:
    """Sequences are not among it: the identity columns that use them need no right."""
    names = {"role": sql.Identifier(role), "schema": sql.Identifier(schema)}
    ours = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
    migrations = sql.Identifier(schema, _MIGRATIONS)
    return [
        sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names),
        sql.SQL("GRANT {rights} ON {ours} TO {role}").format(
            rights=sql.SQL(", ").join(map(sql.SQL, _RIGHTS)), ours=ours, **names
        ),
        sql.SQL("GRANT SELECT ON {migrations} TO {role}").format(migrations=migrations, **names),
    ]
