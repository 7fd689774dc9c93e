"""The first wall: no statement touches a tenant table without binding it to the organization.

The unit of work asks for every statement; each distinct one is looked at once. It is looked at as
words, which is quick and finds what people forget. The tests read every statement that they run
with a real parser as well (tests/strict_scoping.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import LiteralString

Statement = LiteralString | bytes

# Tables whose rows belong to no organization, or are looked up before it is known.
GLOBAL_TABLES = frozenset(
    {
        "failing_tasks",
        "instance_secrets",
        "login_failures",
        "login_networks",
        "organizations",
        "schema_migrations",
        "users",
    }
)

_WORDS = re.compile(r"'(?:[^']|'')*'|%\(\w+\)s|[a-z_]\w*(?:\.\w+)*|\d+|[^\s\w]")
_CTE_NAMES = re.compile(r"\b([a-z_]+)(?:\s*\([^()]*\))?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(")
_BEFORE_TABLES = frozenset({"from", "join", "into", "update", "using"})
# IS DISTINCT FROM value, FOR UPDATE, FOR NO KEY UPDATE, DO UPDATE SET
_NOT_BEFORE_TABLES = frozenset({"distinct", "for", "key", "do"})
_NO_ALIAS = frozenset(
    {"cross", "do", "except", "fetch", "for", "full", "group", "having", "inner", "intersect"}
    | {"join", "left", "limit", "natural", "offset", "on", "order", "overriding", "returning"}
    | {"right", "select", "set", "union", "using", "values", "where", "window"}
)
_PARAMETER = "%(organization_id)s"

# Searches make statements of their own, without end; so this is emptied when it is full.
_checked: set[Statement] = set()
_MAX_CHECKED = 5000
# Statements that look across organizations on purpose, each with its reason.
crossing: dict[Statement, str] = {}


class UnscopedStatementError(Exception):
    """A statement touches a tenant table without its organization. A programming error."""


def across_organizations(sql: LiteralString, why: str) -> LiteralString:
    """The same statement, let through although it looks across organizations."""
    crossing[sql] = why
    return sql


def check_scoped(sql: Statement) -> None:
    """Refuses a statement that mentions a tenant table more often than it binds it."""
    if sql in _checked:
        return
    if sql not in crossing:
        text = (sql.decode() if isinstance(sql, bytes) else sql).lower()
        unbound = unbound_tables(text)
        if unbound:
            raise UnscopedStatementError(f"no organization for {unbound} in: {text}")
    if len(_checked) >= _MAX_CHECKED:
        _checked.clear()
    _checked.add(sql)


def unbound_tables(text: str) -> list[str]:
    """The tenant tables, by alias if they have one, that the lower-case statement leaves open."""
    words = _WORDS.findall(text)
    inside = GLOBAL_TABLES.union(_CTE_NAMES.findall(text))
    needed = Counter(alias for table, alias in _tables(words) if table not in inside)
    if not needed:
        return []
    if _PARAMETER not in text:
        return sorted(needed)
    return sorted((needed - _bindings(words)).elements())


def _tables(words: list[str]) -> Iterator[tuple[str, str]]:
    """Every mention of a table with its alias ("" without)."""
    for index, word in enumerate(words):
        if word not in _BEFORE_TABLES or (index and words[index - 1] in _NOT_BEFORE_TABLES):
            continue
        at = index
        while True:
            at += 1
            while _word(words, at) in ("only", "lateral"):
                at += 1
            name = _word(words, at)
            is_call = word != "into" and _word(words, at + 1) == "("
            if not name.isidentifier() or name in _NO_ALIAS or is_call:
                break
            at += 2 if _word(words, at + 1) == "as" else 1
            alias = _word(words, at)
            has_alias = alias.isidentifier() and alias not in _NO_ALIAS
            yield name, alias if has_alias else ""
            at += has_alias
            if _word(words, at) != ",":
                break


def _bindings(words: list[str]) -> Counter[str]:
    """How often each alias ("" without) has its organization in an equation or is inserted."""
    found: Counter[str] = Counter()
    for index, word in enumerate(words):
        alias, _, column = word.rpartition(".")
        if column == "organization_id":
            if "=" in (_word(words, index - 1), _word(words, index + 1)):
                found[alias] += 1
            elif word == column and _word(words, index - 1) == "(":
                # INSERT INTO table [AS alias] (organization_id, ...
                opened = [_word(words, index - back) for back in (2, 3, 4)]
                if opened[1] == "into":
                    found[""] += 1
                elif opened[1] == "as":
                    found[opened[0]] += 1
    return found


def _word(words: list[str], index: int) -> str:
    return words[index] if 0 <= index < len(words) else ""
