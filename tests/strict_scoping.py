"""Reads a statement with a real parser, and says which tenant tables it does not bind.

A table is bound when every row that can come of it, or go into it, has to be the organization's: by
an equation that nothing but AND stands around, in the query that names the table or, for an outer
join, in its own ON; or through another table that is bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp

from leadline.store.scoping import GLOBAL_TABLES

COLUMN = "organization_id"
# Read for time zones and names; changed only where its own id is the organization's.
OWN_ID = {"organizations": "id"}


@cache
def open_tables(sql: str) -> tuple[str, ...]:
    """The tenant tables of a statement that are not bound to ``%(organization_id)s``."""
    tree = sqlglot.parse_one(sql, read="postgres")
    return tuple(_in_statement(tree, frozenset(), frozenset()))


def _in_statement(tree: Any, bound: frozenset[str], derived: frozenset[str]) -> Iterator[str]:
    """``bound`` are aliases of the query around it, ``derived`` the names of WITH."""
    clause = tree.args.get("with_")
    for cte in clause.expressions if clause is not None else ():
        if isinstance(cte.this, exp.Insert):
            yield f"{cte.alias}: INSERT inside WITH"
        yield from _in_statement(cte.this, bound, derived)
        derived |= {cte.alias}
    if isinstance(tree, exp.SetOperation):
        yield from _in_statement(tree.left, bound, derived)
        yield from _in_statement(tree.right, bound, derived)
        return
    if isinstance(tree, exp.Subquery):
        yield from _in_statement(tree.this, bound, derived)
        return
    if isinstance(tree, exp.Insert):
        yield from _in_insert(tree, derived)
    found = _Sources(tree, derived)
    bound = bound - set(found.aliases)  # a name hides the same name outside
    bound |= found.bind(bound)
    yield from (alias for alias in found.tenant if alias not in bound)
    if isinstance(tree, exp.Update):
        for each in tree.expressions:
            if each.this.name == COLUMN:
                yield f"{COLUMN} is changed"
    for query in _inner_queries(tree):
        yield from _in_statement(query, bound, derived)


class _Sources:
    """The tables of one query, without those of the queries inside it."""

    def __init__(self, tree: Any, derived: frozenset[str]) -> None:
        self.aliases: list[str] = []
        self.tenant: dict[str, str] = {}  # alias: the column that has to be the organization
        self._equations: list[tuple[str | None, Any]] = []  # (only this alias, equation)
        changed = tree.this if isinstance(tree, exp.Update | exp.Delete) else None
        for node in _own_nodes(tree):
            if isinstance(node, exp.Table) and node.name:
                self._add(node, derived, is_changed=node is changed)
            elif isinstance(node, exp.Join):
                self._add_join(node)
            elif isinstance(node, exp.Where):
                self._equations += [(None, each) for each in _conjuncts(node.this)]

    def _add(self, table: Any, derived: frozenset[str], *, is_changed: bool) -> None:
        self.aliases.append(table.alias_or_name)
        if isinstance(table.this, exp.Func) or table.name in derived:
            return
        if is_changed and table.name in OWN_ID:
            self.tenant[table.alias_or_name] = OWN_ID[table.name]
        elif table.name not in GLOBAL_TABLES:
            assert table.alias_or_name not in self.tenant, "two tables of one name"
            self.tenant[table.alias_or_name] = COLUMN

    def _add_join(self, join: Any) -> None:
        assert join.side in ("", "LEFT"), f"{join.side} JOIN is not understood"
        assert not join.args.get("using"), "USING is not understood"
        only = join.this.alias_or_name if join.side == "LEFT" else None
        if join.args.get("on") is not None:
            self._equations += [(only, each) for each in _conjuncts(join.args["on"])]

    def bind(self, outer: frozenset[str]) -> frozenset[str]:
        bound: set[str] = set()
        while True:
            before = len(bound)
            for only, equation in self._equations:
                left, right = equation.left, equation.right
                for mine, theirs in ((left, right), (right, left)):
                    alias = self._alias_of(mine)
                    partner = self._alias_of(theirs) or _qualifier(theirs)
                    is_safe = _is_parameter(theirs) or partner in bound or partner in outer
                    if alias is not None and only in (None, alias) and is_safe:
                        bound.add(alias)
            if len(bound) == before:
                return frozenset(bound)

    def _alias_of(self, node: Any) -> str | None:
        """Which of these tables has this column as its organization."""
        if not isinstance(node, exp.Column):
            return None
        if node.table:
            return node.table if self.tenant.get(node.table) == node.name else None
        fitting = [alias for alias, column in self.tenant.items() if column == node.name]
        return fitting[0] if len(fitting) == 1 else None


def _in_insert(tree: Any, derived: frozenset[str]) -> Iterator[str]:
    """The place of the organization in what is inserted holds nothing but the parameter."""
    table = tree.find(exp.Table)
    if table.name in GLOBAL_TABLES:
        return
    columns = [column.name for column in tree.this.expressions]
    if COLUMN not in columns:
        yield table.name
        return
    place = columns.index(COLUMN)
    source = tree.expression
    rows = source.expressions if isinstance(source, exp.Values) else [source]
    if not rows or not all(_is_parameter(row.expressions[place]) for row in rows):
        yield table.name
    conflict = tree.args.get("conflict")
    if conflict is not None and conflict.args.get("conflict_keys"):
        keys = [key.name for key in conflict.args["conflict_keys"]]
        if COLUMN not in keys:
            yield f"{table.name}: ON CONFLICT without {COLUMN}"


def _own_nodes(tree: Any) -> Iterator[Any]:
    """The nodes of a query; not those of the queries inside it."""
    if isinstance(tree, exp.Insert):
        return  # what it inserts is a query inside it, or VALUES
    for node in tree.walk(prune=lambda node: node is not tree and _is_query(node)):
        if node is tree or not _is_query(node):
            yield node


def _inner_queries(tree: Any) -> Iterator[Any]:
    for node in tree.walk(prune=lambda node: node is not tree and _is_query(node)):
        if node is not tree and _is_query(node) and not isinstance(node.parent, exp.CTE):
            yield node


def _is_query(node: Any) -> bool:
    return isinstance(node, exp.Select | exp.SetOperation | exp.DML)


def _conjuncts(condition: Any) -> Iterator[Any]:
    """The equations that must all hold."""
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    elif isinstance(condition, exp.EQ):
        yield condition


def _qualifier(node: Any) -> str | None:
    return node.table if isinstance(node, exp.Column) and node.name == COLUMN else None


def _is_parameter(node: Any) -> bool:
    node = node.this if isinstance(node, exp.Cast) else node
    return isinstance(node, exp.Placeholder) and node.name == COLUMN
