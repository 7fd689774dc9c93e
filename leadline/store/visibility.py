"""What somebody sees who does not see all leads: views in place of the tables.

Each kind of sight has a schema with a view for every table that hangs on a lead, under the table's
own name. A transaction that works for such a person looks there first, so that no statement can
forget to leave out what is hidden: not a read, not a list, not a change. For everybody else nothing
differs and nothing costs more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from leadline.kernel.scope import Sight

# By its table, how a row "t" finds its lead. None: the row is the lead. What has no lead is seen.
SHOWN: dict[str, str | None] = {
    "leads": None,
    "contacts": "t.lead_id",
    "opportunities": "t.lead_id",
    "tasks": "t.lead_id",
    "task_completions": "t.lead_id",
    "calls": "t.lead_id",
    "notes": "t.lead_id",
    "custom_activities": "t.lead_id",
    "custom_objects": "t.lead_id",
    "form_submissions": "t.lead_id",
    "lead_merges": "t.lead_id",
    "lead_status_changes": "t.lead_id",
    "opportunity_status_changes": "t.lead_id",
    "events": "t.lead_id",
    "conversations": "c.lead_id",
    "messages": "c.lead_id",
}
# How those get there that do not name their lead.
_THROUGH = {
    "conversations": "SELECT FROM {base}.contacts c "
    "WHERE c.organization_id = t.organization_id AND c.id = t.contact_id",
    "messages": "SELECT FROM {base}.conversations v JOIN {base}.contacts c "
    "ON c.organization_id = v.organization_id AND c.id = v.contact_id "
    "WHERE v.organization_id = t.organization_id AND v.id = t.conversation_id",
}
_WITHOUT_LEAD = frozenset({"events"})

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
_NOBODY_S = (
    "EXISTS (SELECT FROM {base}.leads l WHERE l.organization_id = t.organization_id "
    "AND l.id = {lead} AND l.owner_id IS NULL)"
)
# The schemas, by what is added to the name of the one with the tables, and what is seen in each.
_RULES = {
    "_assigned": _ASSIGNED,
    "_assigned_or_free": f"({_ASSIGNED} OR NOT EXISTS {_NAMED}))",
    "_owned": _OWNED,
    "_owned_or_free": f"({_OWNED} OR {_NOBODY_S})",
}

# The schema that says in its comment what all of them were made from.
_MARKED = "_owned"

# The name of a view comes along: where it is missing this is an error, and not a look past it.
_LOOK = (
    "SELECT set_config('search_path', %s, true), set_config('leadline.viewer', %s, true), "
    "set_config('leadline.viewer_fields', %s, true), %s::text::regclass"
)
_LOOK_PAST = "SELECT set_config('search_path', %s, true)"


async def base_of(connection: AsyncConnection[Any]) -> tuple[str, str]:
    """The schema with the tables, and the search path that leads there."""
    cursor = await connection.execute("SELECT current_schema(), current_setting('search_path')")
    ((schema, path),) = await cursor.fetchall()
    return schema, path


class Eyes:
    """Lets a transaction see what somebody sees. It is made of what ``base_of`` has found."""

    def __init__(self, schema: str, path: str) -> None:
        self._schema = schema
        self._path = path

    async def narrow(self, connection: AsyncConnection[Any], user_id: bytes, sight: Sight) -> None:
        """From now to the end of the transaction it sees what the user does."""
        schema = self._schema + _suffix(sight)
        name, view = sql.Identifier(schema).as_string(), sql.Identifier(schema, "leads").as_string()
        fields = ",".join(f'"\\\\x{field_id.hex()}"' for field_id in sight.field_ids)
        path = f"{name}, {self._path}"
        await connection.execute(_LOOK, (path, "\\x" + user_id.hex(), "{" + fields + "}", view))

    async def widen(self, connection: AsyncConnection[Any]) -> None:
        """The transaction sees everything again."""
        await connection.execute(_LOOK_PAST, (self._path,))


def _suffix(sight: Sight) -> str:
    kind = "_assigned" if sight.field_ids else "_owned"
    return f"{kind}_or_free" if sight.sees_unassigned else kind


# Made after every migration, by the owner of the tables.


def is_installed(connection: psycopg.Connection[Any], role: str | None) -> bool:
    """Whether the views are there as they should be, and ``role`` may use them."""
    schema = _schema_of(connection)
    ((mark, may_use),) = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace'), "
        "%(role)s::text IS NULL OR has_schema_privilege(%(role)s::text, oid, 'USAGE') "
        "FROM (SELECT to_regnamespace(quote_ident(%(schema)s))::oid) AS found (oid)",
        {"role": role, "schema": schema + _MARKED},
    ).fetchall()
    return bool(may_use and mark == _mark_of(list(_statements(schema))))


def install(connection: psycopg.Connection[Any], role: str | None) -> None:
    """Makes the views, for ``role`` to use and whoever may already, in the present transaction.

    The connection must be the owner's, and the database migrated.
    """
    schema = _schema_of(connection)
    statements = list(_statements(schema))
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


def _statements(schema: str) -> Iterator[sql.Composed]:
    for suffix, rule in _RULES.items():
        yield sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema + suffix))
        for table in SHOWN:
            # As the one who asks: the wall between organizations stands here as well.
            text = (
                "CREATE VIEW {view} WITH (security_invoker) AS "
                f"SELECT t.* FROM {{base}}.{table} t WHERE {_rule_of(table, rule)}"
            )
            yield sql.SQL(text).format(
                view=sql.Identifier(schema + suffix, table), base=sql.Identifier(schema)
            )


def _rule_of(table: str, rule: str) -> str:
    lead = SHOWN[table]
    if lead is None and rule in (_RULES["_owned"], _RULES["_owned_or_free"]):
        # The lead itself: its own column says it, and an index finds it.
        free = " OR t.owner_id IS NULL" if rule == _RULES["_owned_or_free"] else ""
        return f"(t.owner_id = {_VIEWER}{free})"
    seen = rule.replace("{lead}", lead or "t.id")
    if table in _THROUGH:
        return f"EXISTS ({_THROUGH[table]} AND {seen})"
    return f"(t.lead_id IS NULL OR {seen})" if table in _WITHOUT_LEAD else seen


def _schema_of(connection: psycopg.Connection[Any]) -> str:
    ((schema,),) = connection.execute("SELECT current_schema()").fetchall()
    return str(schema)


def _mark_of(statements: list[sql.Composed]) -> str:
    return hashlib.sha256("\n".join(each.as_string() for each in statements).encode()).hexdigest()
