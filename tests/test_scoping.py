"""The second wall: no statement gets past the unit of work without its organization.

The suite proves it: the unit of work of every test reads each statement with ``strict_scoping``
too (see ``tests/conftest.py``).
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import psycopg
import pytest

from leadline.features.outcomes.tables import OUTCOMES
from leadline.store.scoping import (
    GLOBAL_TABLES,
    UnscopedStatementError,
    check_scoped,
    crossing,
    unbound_tables,
)
from tests.cast import World
from tests.strict_scoping import open_tables

PACKAGE = Path(__file__).resolve().parent.parent / "leadline"


def statements(text: str) -> list[str]:
    """Statements that end in semicolons, each on one line."""
    return [" ".join(statement.split()) for statement in text.split(";")[:-1]]


BOUND = statements(
    """
    SELECT 1;
    SELECT now FROM generate_series(1, 2) now;
    SELECT id FROM users WHERE email = %(email)s;
    SELECT id FROM leads WHERE organization_id = %(organization_id)s;
    SELECT id FROM leads WHERE id = %(id)s AND %(organization_id)s = organization_id FOR
        UPDATE;
    SELECT l.id FROM leads AS l WHERE l.organization_id = %(organization_id)s AND (l.a OR l.b);
    SELECT 1 FROM leads l JOIN contacts c ON c.organization_id = l.organization_id AND
        c.lead_id = l.id WHERE l.organization_id = %(organization_id)s;
    SELECT 1 FROM leads l LEFT JOIN contacts c ON c.organization_id = %(organization_id)s AND
        c.lead_id = l.id WHERE l.organization_id = %(organization_id)s;
    SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id =
        %(organization_id)s AND u.email IS DISTINCT FROM m.designation;
    SELECT (SELECT count(*) FROM calls c WHERE c.organization_id = l.organization_id) FROM
        leads l WHERE l.organization_id = %(organization_id)s;
    WITH mine AS (SELECT id FROM leads WHERE organization_id = %(organization_id)s) SELECT 1
        FROM mine JOIN calls c ON c.organization_id = %(organization_id)s;
    SELECT id FROM leads WHERE organization_id = %(organization_id)s UNION ALL SELECT id FROM
        calls WHERE organization_id = %(organization_id)s;
    UPDATE leads SET name = %(name)s WHERE organization_id = %(organization_id)s AND id =
        %(id)s;
    UPDATE organizations SET name = %(name)s WHERE id = %(organization_id)s;
    DELETE FROM calls WHERE organization_id = %(organization_id)s AND lead_id IN (SELECT id
        FROM leads WHERE organization_id = %(organization_id)s);
    INSERT INTO calls (organization_id, id) VALUES (%(organization_id)s, %(id)s) ON CONFLICT
        (organization_id, id) DO UPDATE SET note = excluded.note;
    INSERT INTO calls AS known (organization_id, id) SELECT %(organization_id)s, x.id FROM
        unnest(%(ids)s::bytea[]) AS x (id);
    """
)
OPEN = statements(
    """
    SELECT id FROM leads;
    SELECT id FROM leads WHERE id = %(id)s;
    SELECT id FROM leads WHERE owner = %(organization_id)s;
    SELECT id FROM leads WHERE organization_id = %(other_id)s;
    SELECT %(organization_id)s, id FROM leads;
    SELECT 1 FROM leads l, contacts c WHERE l.organization_id = %(organization_id)s;
    SELECT 1 FROM leads l JOIN contacts c ON c.lead_id = l.id WHERE l.organization_id =
        %(organization_id)s;
    SELECT 1 FROM users u JOIN memberships m ON m.user_id = u.id WHERE u.id = %(id)s;
    SELECT key_hash FROM api_keys WHERE id = %(id)s;
    SELECT (SELECT count(*) FROM calls) FROM leads WHERE organization_id = %(organization_id)s;
    WITH mine AS (SELECT id FROM leads) SELECT 1 FROM mine WHERE 1 = %(organization_id)s;
    SELECT id FROM leads WHERE organization_id = %(organization_id)s UNION ALL SELECT id FROM
        calls;
    UPDATE leads SET name = %(organization_id)s WHERE id = %(id)s;
    DELETE FROM calls WHERE organization_id = %(organization_id)s AND lead_id IN (SELECT id
        FROM leads);
    DELETE FROM calls USING leads WHERE calls.organization_id = %(organization_id)s;
    INSERT INTO calls (id, lead_id) VALUES (%(id)s, %(organization_id)s);
    """
)
# What only a parser sees.
SUBTLE = statements(
    """
    SELECT id FROM leads WHERE organization_id = %(organization_id)s OR is_public;
    SELECT id FROM leads WHERE NOT (organization_id = %(organization_id)s);
    SELECT id FROM leads WHERE CASE WHEN organization_id = %(organization_id)s THEN true END;
    SELECT organization_id = %(organization_id)s FROM leads;
    SELECT 1 FROM leads l LEFT JOIN calls c ON c.organization_id = l.organization_id AND
        l.organization_id = %(organization_id)s;
    SELECT 1 FROM leads l WHERE l.organization_id = %(organization_id)s AND EXISTS (SELECT 1
        FROM calls l WHERE l.organization_id = l.organization_id);
    SELECT 1 FROM (SELECT 1) x, leads WHERE %(organization_id)s IS NOT NULL;
    UPDATE leads SET organization_id = %(organization_id)s WHERE id = %(id)s;
    UPDATE organizations SET name = %(name)s WHERE id = %(id)s;
    INSERT INTO calls (organization_id, id) VALUES (%(other_id)s, %(organization_id)s);
    INSERT INTO calls (organization_id, id) SELECT organization_id, id FROM leads WHERE
        organization_id = %(organization_id)s;
    INSERT INTO calls (organization_id, id) VALUES (%(organization_id)s, %(id)s) ON CONFLICT
        (id) DO UPDATE SET note = excluded.note;
    WITH made AS (INSERT INTO calls (organization_id) VALUES (%(organization_id)s) RETURNING
        id) SELECT id FROM made;
    """
)


@pytest.mark.parametrize("sql", BOUND)
def test_a_statement_that_binds_every_table_passes_both_walls(sql: Any):
    check_scoped(sql)
    assert open_tables(sql) == ()


@pytest.mark.parametrize("sql", OPEN)
def test_a_statement_that_leaves_a_table_open_passes_neither(sql: Any):
    with pytest.raises(UnscopedStatementError, match="no organization"):
        check_scoped(sql)
    assert open_tables(sql)


@pytest.mark.parametrize("sql", SUBTLE)
def test_the_parser_of_the_tests_sees_what_is_only_said_and_not_meant(sql: str):
    assert open_tables(sql)


def test_a_refused_statement_is_refused_again_and_never_sent(world: World):
    async def run() -> None:
        scope = await world.services.authentication.scope_of_key(world.ada.api_key)
        async with world.services.database.reading(scope) as unit:
            for _ in range(2):
                with pytest.raises(UnscopedStatementError):
                    await unit.fetch_value("SELECT count(*) FROM outcomes")
            assert unit.statement_count == 0

    world.call(run)


def test_each_statement_of_a_declared_table_is_bound():
    written = [OUTCOMES.get_sql, OUTCOMES.lock_sql, OUTCOMES.insert_sql, OUTCOMES.delete_sql]
    written += [OUTCOMES.update_sql(("name", "type")), OUTCOMES.delete_where(b"name = 'x'")]
    assert [open_tables(sql.decode()) for sql in written] == [()] * len(written)


def test_what_looks_across_organizations_says_why():
    """Each of these is reviewed: it must tell nothing of another organization but what it says."""
    assert {str(sql): len(why) > 20 for sql, why in crossing.items()} == {
        "SELECT EXISTS (SELECT 1 FROM memberships WHERE user_id = %(user_id)s "
        "AND organization_id <> %(organization_id)s AND is_active)": True,
        "DELETE FROM sessions WHERE user_id = %(user_id)s "
        "AND id IS DISTINCT FROM %(kept_session)s": True,
    }
    assert all(unbound_tables(str(sql).lower()) for sql in crossing), "it needs no exemption"


def test_every_table_is_global_or_has_the_organization_first_in_its_key(database_url: str):
    with psycopg.connect(database_url) as connection:
        keys: dict[str, list[str]] = dict(
            connection.execute(
                """
                SELECT class.relname, array_agg(attribute.attname::text ORDER BY place)
                FROM pg_index, unnest(indkey::int[]) WITH ORDINALITY AS key (number, place),
                     pg_class class, pg_attribute attribute
                WHERE indisprimary AND class.oid = indrelid AND attribute.attrelid = indrelid
                  AND attribute.attnum = number AND relnamespace = 'public'::regnamespace
                GROUP BY class.relname
                """
            ).fetchall()
        )
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND relnamespace = 'public'::regnamespace"
        ).fetchall()
    assert {name for (name,) in tables} == set(keys), "a table without a primary key"
    # Used before the organization is known, too; the unit of work binds them.
    used_early = {
        "account_links": ["token_hash"],
        "api_keys": ["id"],
        "refresh_tokens": ["token_hash"],
        "sessions": ["id"],
        "sign_ins": ["id"],
    }
    tenant = {name: key for name, key in keys.items() if name not in GLOBAL_TABLES}
    assert {name: tenant.get(name) for name in used_early} == used_early
    assert {
        name: key
        for name, key in tenant.items()
        if key[0] != "organization_id" and name not in used_early
    } == {}
    assert set(keys) >= GLOBAL_TABLES, "a global table that is not there"


# Where statements do not go through the unit of work, and why.
BARE_CONNECTIONS = {
    "cli/audit.py": "logins with addresses that nobody has belong to no organization",
    "wire/watching.py": "asks whether the database is there",
    "dialects/close/oauth_server/authorize.py": "an app tells the organization",
    "dialects/close/oauth_server/tokens.py": "codes and tokens are what tells the organization",
    "features/oauth_apps/actions.py": "an app proves itself before its organization is known",
    "flows/choose_password.py": "a one-time link tells the organization",
    "features/sessions/actions.py": "logins come before the organization is known",
    "platform/authentication.py": "keys and tokens are what tells the organization",
    "platform/metrics.py": "counts what waits in the whole server, by kind of work only",
    "platform/jobs.py": "a worker takes the jobs of all organizations, and runs each in its own",
    "platform/periodic.py": "what a worker fails at concerns all organizations",
    "worker.py": "numbering events and deleting what has expired are for all organizations",
}


def test_only_what_has_no_organization_works_without_a_unit():
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(map(is_bare_use, ast.walk(tree))):
            found.add(path.relative_to(PACKAGE).as_posix())
    assert found - {"store/database.py"} == set(BARE_CONNECTIONS)


def is_bare_use(node: ast.AST) -> bool:
    """A call of ``database.connection()``, whatever the database is called there."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "connection"
    )
