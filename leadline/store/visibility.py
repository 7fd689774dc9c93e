"""What somebody sees who does not see all leads: views in place of the tables.

Each kind of visibility has a schema with a view for every table that belongs to leads, under the
table's own name. A transaction that works for such a person looks there first, so that no statement
can forget to leave out what is hidden: not a read, not a list, not a change. For everybody else
nothing differs and nothing costs more.

Which tables belong to leads is read from the catalogue of the database and not from a list, so that
nobody can forget to name a new one: those with a column ``lead_id``, and those that refer to one of
them by a foreign key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import psycopg
from psycopg import AsyncConnection, sql

from leadline.kernel.scope import VisibilityRule

# The only tables of leads that are not restricted, each with its reason.
SEEN_BY_ALL: Mapping[str, str] = {
    "stage_transitions": "Reports count for everybody, and no operation shows a transition.",
    "lead_assignees": "Who sees which lead: the views themselves read it.",
}
# The only tables whose rows without a lead are seen. Elsewhere such a row is hidden.
SEEN_WITHOUT_LEAD: Mapping[str, str] = {
    "events": "What happens to users, settings and the organization concerns no lead.",
}

_WITH_LEAD_ID = """
    SELECT class.relname, count(*) = 2 AND bool_and(atttypid = 'bytea'::regtype)
    FROM pg_class class JOIN pg_attribute ON attrelid = class.oid
    WHERE class.relnamespace = quote_ident(current_schema())::regnamespace
        AND class.relkind IN ('r', 'p') AND NOT class.relispartition
        AND attname IN ('organization_id', 'lead_id') AND NOT attisdropped
    GROUP BY class.relname HAVING bool_or(attname = 'lead_id') ORDER BY class.relname
"""
_REFERENCES = """
    SELECT child.relname, parent.relname,
        array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (number, position)
            JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY position),
        array(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k (number, position)
            JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY position)
    FROM pg_constraint
    JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid
    WHERE contype = 'f' AND conparentid = 0 AND conrelid <> confrelid
        AND child.relnamespace = quote_ident(current_schema())::regnamespace
    ORDER BY child.relname, conname
"""
_KEY = ["organization_id", "id"]

_VIEWER = "(SELECT current_setting('leadline.viewer'))::bytea"
_FIELDS = "(SELECT current_setting('leadline.viewer_fields'))::bytea[]"
_NAMED = (
    "(SELECT FROM {base}.lead_assignees a WHERE a.organization_id = t.organization_id "
    f"AND a.lead_id = {{lead}} AND a.field_id = ANY ({_FIELDS})"
)
_ASSIGNED = f"EXISTS {_NAMED} AND a.user_id = {_VIEWER})"
_OWNED = (
    "EXISTS (SELECT FROM {base}.leads l WHERE l.organization_id = t.organization_id "
    f"AND l.id = {{lead}} AND l.owner_id = {_VIEWER})"
)
_UNOWNED = (
    "EXISTS (SELECT FROM {base}.leads l WHERE l.organization_id = t.organization_id "
    "AND l.id = {lead} AND l.owner_id IS NULL)"
)
# The schemas, by what is added to the name of the one with the tables, and what is seen in each.
_RULES = {
    "_assigned": _ASSIGNED,
    "_assigned_or_free": f"({_ASSIGNED} OR NOT EXISTS {_NAMED}))",
    "_owned": _OWNED,
    "_owned_or_free": f"({_OWNED} OR {_UNOWNED})",
}
# The same of the lead itself where its own column says it, which an index finds.
_OWN_COLUMN = {
    "_owned": f"t.owner_id = {_VIEWER}",
    "_owned_or_free": f"(t.owner_id = {_VIEWER} OR t.owner_id IS NULL)",
}

# The schema that says in its comment what all of them were made from.
_MARKED = "_owned"

# The name of a view comes along: where it is missing this is an error, and not a way past it.
_RESTRICT = (
    "SELECT set_config('search_path', %s, true), set_config('leadline.viewer', %s, true), "
    "set_config('leadline.viewer_fields', %s, true), %s::text::regclass"
)
_LIFT = "SELECT set_config('search_path', %s, true)"


async def base_of(connection: AsyncConnection[Any]) -> tuple[str, str]:
    """The schema with the tables, and the search path that leads there."""
    cursor = await connection.execute("SELECT current_schema(), current_setting('search_path')")
    ((schema, path),) = await cursor.fetchall()
    return schema, path


class LeadVisibility:
    """Restricts transactions to the leads that a user sees. Made of what ``base_of`` has found."""

    def __init__(self, schema: str, path: str) -> None:
        self._schema = schema
        self._path = path

    async def restrict(
        self, connection: AsyncConnection[Any], user_id: bytes, rule: VisibilityRule
    ) -> None:
        """From now to the end of the transaction it sees what the user does."""
        schema = self._schema + _suffix(rule)
        name, view = sql.Identifier(schema).as_string(), sql.Identifier(schema, "leads").as_string()
        fields = ",".join(f'"\\\\x{field_id.hex()}"' for field_id in rule.field_ids)
        path = f"{name}, {self._path}"
        await connection.execute(_RESTRICT, (path, "\\x" + user_id.hex(), "{" + fields + "}", view))

    async def lift(self, connection: AsyncConnection[Any]) -> None:
        """The transaction sees everything again."""
        await connection.execute(_LIFT, (self._path,))


def _suffix(rule: VisibilityRule) -> str:
    kind = "_assigned" if rule.field_ids else "_owned"
    return f"{kind}_or_free" if rule.sees_unassigned else kind


# Which tables belong to leads.


class Link(msgspec.Struct, frozen=True):
    """A column of a table that names a row of another one, which belongs to a lead.

    ``column`` is None where more than an id refers to the row: then no view can follow it.
    """

    column: str | None
    parent: str


_LEAD_ID = (Link("lead_id", "leads"),)
_UNKNOWN = (Link(None, "leads"),)


def tables_of_leads(connection: psycopg.Connection[Any]) -> dict[str, tuple[Link, ...]]:
    """How each table that belongs to leads gets there, parents before children.

    A ``lead_id`` is the way, where there is one. Otherwise it is every foreign key to a table that
    is nearer to the lead.
    """
    found: dict[str, tuple[Link, ...]] = {"leads": ()}
    for name, is_usual in connection.execute(_WITH_LEAD_ID).fetchall():
        found[name] = _LEAD_ID if is_usual else _UNKNOWN
    references = connection.execute(_REFERENCES).fetchall()
    while new := [each for each in references if each[0] not in found and each[1] in found]:
        for child, parent, columns, keys in new:
            is_usual = keys == _KEY and columns[0] == _KEY[0]
            link = Link(columns[1] if is_usual else None, parent)
            found[child] = (*found.get(child, ()), link)
    return found


# The views are made after every migration, by the owner of the tables.


def is_installed(connection: psycopg.Connection[Any], role: str | None) -> bool:
    """Whether the views are there as they should be, and ``role`` may use them."""
    schema = _schema_of(connection)
    ((mark, may_use),) = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace'), "
        "%(role)s::text IS NULL OR has_schema_privilege(%(role)s::text, oid, 'USAGE') "
        "FROM (SELECT to_regnamespace(quote_ident(%(schema)s))::oid) AS found (oid)",
        {"role": role, "schema": schema + _MARKED},
    ).fetchall()
    return bool(may_use and mark == _mark_of(list(_statements(connection, schema))))


def install(connection: psycopg.Connection[Any], role: str | None) -> None:
    """Makes the views, for ``role`` to use and whoever may already, in the present transaction.

    The connection must be the owner's, and the database migrated.
    """
    schema = _schema_of(connection)
    statements = list(_statements(connection, schema))
    remove(connection)
    for statement in statements if role is None else [*statements, *grants(schema, role)]:
        connection.execute(statement)
    mark = sql.Literal(_mark_of(statements))
    connection.execute(
        sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(schema + _MARKED), mark)
    )


def remove(connection: psycopg.Connection[Any]) -> None:
    """Drops the views, which would keep tables from being changed. The schemas stay, and with them
    who may use what is in them."""
    schema = _schema_of(connection)
    found = connection.execute(
        "SELECT schemaname, viewname FROM pg_views WHERE schemaname = ANY (%s)",
        ([schema + suffix for suffix in _RULES],),
    ).fetchall()
    if found:
        views = sql.SQL(", ").join(sql.Identifier(*names) for names in found)
        connection.execute(sql.SQL("DROP VIEW {}").format(views))
        marked = sql.Identifier(schema + _MARKED)
        connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS NULL").format(marked))


def grants(schema: str, role: str) -> Iterator[sql.Composed]:
    """What lets the role of the server use the views, those of later versions too."""
    for suffix in _RULES:
        names = {"schema": sql.Identifier(schema + suffix), "role": sql.Identifier(role)}
        for text in (
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
            (
                "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} "
                "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}"
            ),
        ):
            yield sql.SQL(text).format(**names)


def _statements(connection: psycopg.Connection[Any], schema: str) -> Iterator[sql.Composed]:
    tables = tables_of_leads(connection)
    for suffix in _RULES:
        yield sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema + suffix))
        for table, links in tables.items():
            if table in SEEN_BY_ALL:
                continue
            # As the one who asks: the wall between organizations stands here as well.
            yield sql.SQL(
                "CREATE VIEW {} WITH (security_invoker) AS SELECT t.* FROM {} t WHERE {}"
            ).format(
                sql.Identifier(schema + suffix, table),
                sql.Identifier(schema, table),
                _condition(schema, suffix, table, links),
            )


def _condition(schema: str, suffix: str, table: str, links: tuple[Link, ...]) -> sql.Composable:
    """Which rows ``t`` of the table are seen: those of leads that are seen."""
    if table == "leads" and suffix in _OWN_COLUMN:
        return sql.SQL(_OWN_COLUMN[suffix])
    if table == "leads" or links == _LEAD_ID:
        lead = "t.id" if table == "leads" else "t.lead_id"
        seen = _RULES[suffix].replace("{lead}", lead)
        if table in SEEN_WITHOUT_LEAD:
            seen = f"(t.lead_id IS NULL OR {seen})"
        return sql.SQL(seen).format(base=sql.Identifier(schema))
    return sql.SQL(" AND ").join(_is_seen(schema + suffix, link) for link in links)


def _is_seen(views: str, link: Link) -> sql.Composable:
    if link.column is None or link.parent in SEEN_BY_ALL:
        return sql.SQL("false")
    return sql.SQL(
        "EXISTS (SELECT FROM {} p WHERE p.organization_id = t.organization_id AND p.id = t.{})"
    ).format(sql.Identifier(views, link.parent), sql.Identifier(link.column))


def _schema_of(connection: psycopg.Connection[Any]) -> str:
    ((schema,),) = connection.execute("SELECT current_schema()").fetchall()
    return str(schema)


def _mark_of(statements: list[sql.Composed]) -> str:
    return hashlib.sha256("\n".join(each.as_string() for each in statements).encode()).hexdigest()
