"""The schema and every statement obey the rules of a database that is spread by organization.

There is no such database here, so what it asks for is checked one rule at a time: against the
catalog of a migrated PostgreSQL, and against the parse tree of every statement that all operations
and the worker send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlglot
from sqlglot import exp

from leadline.cli.database import pending_migrations
from leadline.platform.jobs import Worker
from leadline.store.citus import (
    COORDINATOR_TABLES,
    REFERENCE_TABLES,
    distributed_tables,
    distribution,
    tables_of,
)
from leadline.store.events import number_events
from leadline.store.housekeeping import delete_expired
from leadline.store.migrations import all_migrations
from leadline.worker import JOBS
from tests.cast import World
from tests.permission_matrix import MATRIX
from tests.samples import all_operations, name_of, sample_call, speaking, things_of

DISTRIBUTED = frozenset(distributed_tables(all_migrations()))
ORGANIZATION = "organization_id"
# Statements that go over all organizations on purpose, and why a cluster bears them.
ACROSS_ORGANIZATIONS = {
    "SELECT organization_id, id FROM events WHERE position IS NULL": "reads what the worker "
    "numbers next, ordered and limited: each machine answers, the coordinator merges",
    "DELETE FROM idempotency_keys WHERE created_at < %s": "a delete without a join or an order "
    "runs on each machine by itself",
}

# The schema.


@pytest.fixture(scope="module")
def catalog(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    assert pending_migrations(database_url) == []
    with psycopg.connect(database_url) as connection:
        yield connection


def rows(catalog: psycopg.Connection[Any], query: str) -> list[Any]:
    return catalog.execute(query.encode()).fetchall()


def test_every_table_has_its_place(catalog: psycopg.Connection[Any]) -> None:
    found = {
        name
        for (name,) in rows(
            catalog,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p') AND NOT relispartition",
        )
    }
    assert found == DISTRIBUTED | REFERENCE_TABLES | COORDINATOR_TABLES
    assert not DISTRIBUTED & REFERENCE_TABLES
    assert {"leads", "events", "stage_transitions"} <= DISTRIBUTED
    assert "schema_migrations" not in tables_of(all_migrations()), "migrating creates it"


def test_a_distributed_table_has_the_organization_in_every_unique_index(
    catalog: psycopg.Connection[Any],
) -> None:
    found = rows(
        catalog,
        """
        SELECT t.relname, i.relname, x.indisprimary, a.attname, a.attnotnull
        FROM pg_index x
        JOIN pg_class t ON t.oid = x.indrelid
        JOIN pg_class i ON i.oid = x.indexrelid
        LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
        WHERE (x.indisunique OR x.indisexclusion) AND t.relnamespace = 'public'::regnamespace
        """,
    )
    unique = [row for row in found if row[0] in DISTRIBUTED]
    assert {table for table, _, is_primary, *_ in unique if is_primary} == DISTRIBUTED
    assert [row for row in unique if row[3:] != (ORGANIZATION, True)] == []


def test_foreign_keys_stay_within_the_organization_or_lead_to_what_is_everywhere(
    catalog: psycopg.Connection[Any],
) -> None:
    found = rows(
        catalog,
        """
        SELECT c.conname, source.relname, target.relname, a.attname, b.attname,
               c.confdeltype = 'n' AND c.confdelsetcols IS NULL, c.confdeltype = 'd'
        FROM pg_constraint c
        JOIN pg_class source ON source.oid = c.conrelid
        JOIN pg_class target ON target.oid = c.confrelid
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
        WHERE c.contype = 'f' AND c.conparentid = 0
        """,
    )
    assert len(found) > 20
    order = tables_of(all_migrations())
    for name, source, target, first, its_first, sets_all_null, sets_default in found:
        if target in DISTRIBUTED:
            assert source in DISTRIBUTED, name
            assert (first, its_first) == (ORGANIZATION, ORGANIZATION), name
        else:
            assert target in REFERENCE_TABLES, name
            assert source in DISTRIBUTED | REFERENCE_TABLES, name
        assert source == target or order.index(target) < order.index(source), name
        assert not sets_all_null, f"{name}: SET NULL must name its columns"
        assert not sets_default, name


def test_nothing_happens_behind_a_statement(catalog: psycopg.Connection[Any]) -> None:
    assert rows(catalog, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == []
    assert rows(catalog, "SELECT rulename FROM pg_rules WHERE schemaname = 'public'") == []


def test_numbers_that_the_database_gives_are_wide_enough(catalog: psycopg.Connection[Any]) -> None:
    # Each machine gets a range of its own, told apart by the upper bits.
    drawn = rows(
        catalog,
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' AND (is_identity = 'YES' OR column_default LIKE 'nextval%')",
    )
    assert drawn == [("events", "sequence", "bigint")]


def test_the_printed_statements_name_every_table_once() -> None:
    text = distribution(all_migrations())
    assert re.findall(r"create_reference_table\('(\w+)'\)", text) == [
        name for name in tables_of(all_migrations()) if name in REFERENCE_TABLES
    ]
    spread = re.findall(r"create_distributed_table\('(\w+)', 'organization_id'(.*)\);", text)
    assert [name for name, _ in spread] == distributed_tables(all_migrations())
    first = spread[0][0]
    assert {beside for _, beside in spread[1:]} == {f", colocate_with => '{first}'"}
    assert "citus_add_local_table_to_metadata('jobs')" in text


# The statements.

Nested = exp.Select | exp.Update | exp.Delete | exp.Insert


def complaints(statement: str) -> list[str]:
    """What a cluster would refuse or would have to ask every machine about."""
    tree = sqlglot.parse_one(statement, dialect="postgres")
    found = [
        "INSERT inside WITH"
        for clause in tree.find_all(exp.With)
        for part in clause.expressions
        if isinstance(part.this, exp.Insert)
    ]
    for node in tree.find_all(exp.Select, exp.Update, exp.Delete, exp.Insert):
        found += unplaced(node) if isinstance(node, exp.Insert) else unbound(node)
    return found


def own(node: exp.Expr, kind: Any) -> list[Any]:
    """The parts of a statement that do not belong to another one nested in it."""

    def ends(part: exp.Expr) -> bool:
        return part is not node and isinstance(part, Nested | exp.With)

    return [part for part in node.walk(prune=ends) if isinstance(part, kind)]


def unplaced(node: exp.Insert) -> list[str]:
    """An INSERT into a distributed table that does not say where the rows belong."""
    columns = [column.name for column in getattr(node.this, "expressions", [])]
    table = node.this.find(exp.Table).name
    return [f"INSERT INTO {table}"] if table in DISTRIBUTED and ORGANIZATION not in columns else []


def unbound(node: exp.Expr) -> list[str]:
    """The distributed tables of a SELECT, UPDATE or DELETE that may be of any organization.

    A table is bound when its organization equals a parameter, or that of a table that is bound,
    be it here or in a statement around this one. Only conditions that must hold count: none in OR.
    """
    tables = tables_in(node)
    bound = set()
    links = list(joined_by_name(node))
    for one, other in equalities(node):
        left, right = (one, other) if isinstance(one, exp.Column) else (other, one)
        if not (isinstance(left, exp.Column) and left.name == ORGANIZATION):
            continue
        first = left.table or "".join(tables if len(tables) == 1 else [])
        if isinstance(right, exp.Placeholder):
            bound.add(first)
        elif isinstance(right, exp.Column) and right.name == ORGANIZATION:
            links.append((first, right.table))
            # Whatever the statement around this one names is looked at there.
            bound |= {name for name in (first, right.table) if name not in sources(node)}
    for _ in links:
        bound |= {name for link in links if bound & set(link) for name in link}
    return [f"{table} AS {alias}" for alias, table in tables.items() if alias not in bound]


def tables_in(node: exp.Expr) -> dict[str, str]:
    """The distributed tables by the names that they have in this statement."""
    hidden = set()
    around: exp.Expr | None = node
    while around is not None:
        hidden |= {part.alias for part in getattr(around.args.get("with_"), "expressions", [])}
        around = around.parent
    return {
        table.alias_or_name: table.name
        for table in own(node, exp.Table)
        if table.name in DISTRIBUTED - hidden
    }


def sources(node: exp.Expr) -> set[str]:
    return {part.alias_or_name for part in own(node, exp.Table | exp.Subquery | exp.Unnest)}


def equalities(node: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    where = node.args.get("where")
    conditions = [where.this] if where is not None else []
    conditions += [join.args["on"] for join in own(node, exp.Join) if join.args.get("on")]
    while conditions:
        condition = conditions.pop().unnest()
        if isinstance(condition, exp.And):
            conditions += [condition.left, condition.right]
        elif isinstance(condition, exp.EQ):
            left, right = condition.left, condition.right
            if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
                yield from zip(left.expressions, right.expressions, strict=True)
            else:
                yield left, right


def joined_by_name(node: exp.Expr) -> Iterator[tuple[str, str]]:
    """JOIN ... USING (organization_id) makes the organizations of both sides equal."""
    for join in own(node, exp.Join):
        if ORGANIZATION in {column.name for column in join.args.get("using") or []}:
            yield node.args["from_"].this.alias_or_name, join.this.alias_or_name


LEADS = "SELECT 1 FROM leads l WHERE l.organization_id = %(o)s"
CALLS_OF = "SELECT 1 FROM calls c WHERE c.lead_id = l.id"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT 1 FROM leads", ["leads AS leads"]),
        ("SELECT 1 FROM leads WHERE id = %s", ["leads AS leads"]),
        ("SELECT 1 FROM leads WHERE organization_id = %(o)s", []),
        ("SELECT 1 FROM leads WHERE organization_id = %(o)s OR id = %(id)s", ["leads AS leads"]),
        ("SELECT 1 FROM leads WHERE organization_id <> %(o)s", ["leads AS leads"]),
        ("SELECT 1 FROM users JOIN api_keys k ON k.user_id = users.id", []),
        (LEADS.replace(" WHERE", ", calls c WHERE"), ["calls AS c"]),
        (LEADS.replace(" WHERE", " JOIN calls c USING (lead_id) WHERE"), ["calls AS c"]),
        (LEADS.replace(" WHERE", " JOIN calls c USING (organization_id) WHERE"), []),
        (f"{LEADS} AND EXISTS ({CALLS_OF})", ["calls AS c"]),
        (f"{LEADS} AND EXISTS ({CALLS_OF} AND c.organization_id = l.organization_id)", []),
        ("WITH x AS (SELECT id FROM leads) SELECT id FROM x", ["leads AS leads"]),
        ("UPDATE leads SET name = 'x' WHERE id = %s", ["leads AS leads"]),
        ("DELETE FROM calls WHERE lead_id = %s", ["calls AS calls"]),
        ("INSERT INTO calls (id) VALUES (%s)", ["INSERT INTO calls"]),
        ("INSERT INTO calls (organization_id, id) VALUES (%s, %s)", []),
        ("WITH x AS (INSERT INTO users (id) VALUES (%s)) SELECT 1", ["INSERT inside WITH"]),
    ],
)
def test_a_statement_that_leaves_its_organization_is_recognised(
    statement: str, found: list[str]
) -> None:
    assert complaints(statement) == found


def test_every_statement_of_every_operation_stays_in_one_organization(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = recorded(monkeypatch)
    # Last what takes a password or a key away.
    ending = ("key", "password")
    for dialect, operation in sorted(
        all_operations(), key=lambda pair: [word in pair[1].name for word in ending]
    ):
        statuses = MATRIX[name_of(dialect, operation)]
        for status, person in ((statuses.super, world.sue), (statuses.admin, world.ada)):
            answer = sample_call(dialect, operation, things_of(world)).send(
                speaking(person, dialect)
            )
            assert answer.status_code == status, answer.text
    run_the_worker(world)
    assert len(statements) > 150
    found = {statement: complaints(statement) for statement in statements}
    across = {
        statement: complained
        for statement, complained in found.items()
        if complained and not statement.startswith(tuple(ACROSS_ORGANIZATIONS))
    }
    assert across == {}
    for known in ACROSS_ORGANIZATIONS:
        assert any(statement.startswith(known) for statement in statements), known


def recorded(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Collects the statements that the product sends from now on, its white space made even."""
    statements: set[str] = set()
    execute = psycopg.AsyncCursor.execute
    ask_behind_the_api = World.sql
    paused: list[str] = []

    async def note(self: Any, query: Any, *arguments: Any, **more: Any) -> Any:
        if not paused:
            text = query.decode() if isinstance(query, bytes) else query
            statements.add(" ".join(text.split()))
        return await execute(self, query, *arguments, **more)

    def unnoted(self: World, statement: str, *parameters: Any) -> list[Any]:
        paused.append(statement)
        try:
            return ask_behind_the_api(self, statement, *parameters)
        finally:
            paused.clear()

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", note)
    monkeypatch.setattr(World, "sql", unnoted)
    return statements


def run_the_worker(world: World) -> None:
    database = world.services.database

    async def work() -> None:
        await Worker(database, JOBS).run_due()
        async with database.connection() as connection:
            await number_events(connection)
            await delete_expired(connection, world.clock.now())

    world.call(work)
