"""Structured searches: the JSON tree of Close as a search of ours.

``null`` counts as absent and unknown keys do not matter, so that copied filters can be sent as they
are. Whatever is wrong is told by its path in the tree, all at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from leadline.dialects.close.query.tree_fields import (
    SearchFields,
    id_of,
    known_fields,
    noun_of,
    read_field,
    read_ids,
    read_test,
    read_text,
)
from leadline.dialects.close.query.tree_moments import Clock, read_range
from leadline.features.custom_fields.inputs import MULTIPLE
from leadline.kernel.errors import NotFoundError, Path, Problems
from leadline.kernel.ids import parse_prefixed
from leadline.reporting.search.fields import field_of, link_between
from leadline.reporting.search.nouns import with_article
from leadline.reporting.search.tree import (
    All,
    AnyOf,
    CustomFieldOf,
    Field,
    FieldTest,
    HasId,
    HasRelated,
    HasText,
    Not,
    OneOf,
    Query,
    Search,
    SortKey,
    WasInStage,
)
from leadline.store.unit import Unit

Json = Mapping[str, Any]
# Gives what the saved search of that id, of that noun, searches for, or raises NotFoundError.
Named = Callable[[bytes, str], Awaitable[Search]]

_EVERYTHING = All()


async def read_search(
    unit: Unit,
    tree: Any,
    offset: timedelta,
    named: Named,
    *,
    sort: Any = None,
    path: Path = ("query",),
) -> Search:
    """The search that a tree asks for; InvalidError with the path of everything that is wrong.

    ``offset`` is how far the caller's clock is ahead of UTC. ``path`` is where the tree stands in
    what was sent; ``sort``, beside it, is a list of sort keys or None.
    """
    problems = Problems()
    known = await known_fields(unit, Clock(unit.now, offset), tree, sort)
    noun = _object_type(tree, path, problems)
    if noun is None:
        problems.stop_if_any()
        raise AssertionError("unreachable")
    reader = _Reader(known, named, problems)
    query = await reader.read(tree, noun, path)
    keys = _read_sort(sort, noun, known, (*path[:-1], "sort"), problems)
    problems.stop_if_any()
    return Search(noun, query, keys)


def _object_type(tree: Any, path: Path, problems: Problems) -> str | None:
    """What is looked for: the ``object_type`` clause at the top."""
    if not isinstance(tree, dict):
        problems.add("required" if tree is None else "type", *path)
        return None
    inner = tree.get("queries") if tree.get("type") == "and" else None
    clauses: list[tuple[Path, Any]] = [(path, tree)]
    for index, each in enumerate(inner if isinstance(inner, list) else []):
        clauses.append(((*path, "queries", index), each))
    for where, clause in clauses:
        if isinstance(clause, dict) and clause.get("type") == "object_type":
            noun = noun_of(clause.get("object_type"))
            if noun is None:
                problems.add("choice", *where, "object_type", text="There is no such object type.")
                return None
            return noun
    words = "There must be an object_type clause at the top of the query."
    problems.add("required", *path, "object_type", text=words)
    return None


class _Reader:
    """Reads the nodes of one tree."""

    def __init__(self, known: SearchFields, named: Named, problems: Problems) -> None:
        self._known = known
        self._named = named
        self._problems = problems

    async def read(self, node: Any, noun: str, path: Path) -> Query:
        """The query that a node is; where something is wrong, a problem and any query."""
        if not isinstance(node, dict):
            self._problems.add("required" if node is None else "type", *path)
            return _EVERYTHING
        kind = node.get("type")
        if not isinstance(kind, str) or kind not in _NODES:
            words = f"Value must be one of: {', '.join(_NODES)}."
            self._problems.add("choice", *path, "type", text=words)
            return _EVERYTHING
        query: Query = await _NODES[kind](self, node, noun, path)
        negate = node.get("negate")
        if not isinstance(negate, bool | None):
            self._problems.add("type", *path, "negate", text="Value must be of bool type.")
        return Not(query) if negate else query

    async def _several(self, node: Json, noun: str, path: Path) -> Query:
        given = node.get("queries")
        if given is None:
            return _EVERYTHING
        if not isinstance(given, list):
            words = "Value must be of list type."
            self._problems.add("type", *path, "queries", text=words)
            return _EVERYTHING
        queries = tuple(
            [
                await self.read(each, noun, (*path, "queries", index))
                for index, each in enumerate(given)
            ]
        )
        if node["type"] == "or" and queries:
            return AnyOf(queries)
        # What always fits says nothing; without anything else, all objects are quickly counted.
        said = tuple(query for query in queries if query != _EVERYTHING)
        return said[0] if len(said) == 1 else All(said)

    async def _not(self, node: Json, noun: str, path: Path) -> Query:
        return Not(await self.read(node.get("query"), noun, (*path, "query")))

    async def _object_type(self, node: Json, noun: str, path: Path) -> Query:
        if noun_of(node.get("object_type")) != noun:
            words = f"The object here is {with_article(noun)}."
            self._problems.add("conflict", *path, "object_type", text=words)
        return self._of_type(node.get("object_type"))

    @staticmethod
    def _of_type(given: Any) -> Query:
        """``task.lead`` and the like are tasks of one type."""
        if not isinstance(given, str) or not given.startswith("task."):
            return _EVERYTHING
        return FieldTest(Field("task", "type"), OneOf((given.removeprefix("task."),)))

    async def _id(self, node: Json, noun: str, path: Path) -> Query:
        given = node.get("value")
        found = id_of(given)
        if found is None:
            self._problems.add("required" if given is None else "not_found", *path, "value")
            return _EVERYTHING
        return HasId((found,))

    async def _match_all(self, node: Json, noun: str, path: Path) -> Query:
        return _EVERYTHING

    async def _text(self, node: Json, noun: str, path: Path) -> Query:
        test = read_text(node, path, self._problems)
        if test is None:
            return _EVERYTHING
        found = id_of(test.value.strip()) if test.mode == "exact_value" else None
        return HasText(test) if found is None else AnyOf((HasId((found,)), HasText(test)))

    async def _field(self, node: Json, noun: str, path: Path) -> Query:
        known, problems = self._known, self._problems
        found = read_field(node.get("field"), noun, known, (*path, "field"), problems)
        if found is None:
            return _EVERYTHING
        test = read_test(node.get("condition"), found, known, (*path, "condition"), problems)
        return _EVERYTHING if test is None else FieldTest(found.field, test)

    async def _has_related(self, node: Json, noun: str, path: Path) -> Query:
        this, given = node.get("this_object_type"), node.get("related_object_type")
        if this is not None and noun_of(this) != noun:
            words = f"The object here is {with_article(noun)}."
            self._problems.add("conflict", *path, "this_object_type", text=words)
        related = noun_of(given)
        if related is None or link_between(noun, related) is None:
            words = f"{with_article(noun).capitalize()} has no related objects of this type."
            self._problems.add("choice", *path, "related_object_type", text=words)
            return _EVERYTHING
        query: Query = self._of_type(given)
        if node.get("related_query") is not None:
            where = (*path, "related_query")
            inner = await self.read(node["related_query"], related, where)
            query = All((query, inner)) if query != _EVERYTHING else inner
        return HasRelated(related, query)

    async def _in_status(self, node: Json, noun: str, path: Path) -> Query:
        if noun not in ("lead", "opportunity"):
            words = "Only leads and opportunities have a status."
            self._problems.add("conflict", *path, "type", text=words)
            return _EVERYTHING
        ids = read_ids(node.get("status_ids"), (*path, "status_ids"), self._problems)
        when = read_range(node, self._known.clock, path, self._problems)
        if when is None:
            return _EVERYTHING
        return WasInStage(tuple(ids), when.on_or_after, when.before)

    async def _saved_search(self, node: Json, noun: str, path: Path) -> Query:
        given = node.get("saved_search_id")
        saved_id = parse_prefixed("save", given) if isinstance(given, str) else None
        try:
            if saved_id is None:
                raise NotFoundError("saved_search")
            return (await self._named(saved_id, noun)).query
        except NotFoundError:
            self._problems.add("not_found", *path, "saved_search_id")
            return _EVERYTHING


_NODES: dict[str, Any] = {
    "and": _Reader._several,
    "or": _Reader._several,
    "not": _Reader._not,
    "object_type": _Reader._object_type,
    "id": _Reader._id,
    "match_all": _Reader._match_all,
    "text": _Reader._text,
    "field_condition": _Reader._field,
    "has_related": _Reader._has_related,
    "in_status": _Reader._in_status,
    "saved_search": _Reader._saved_search,
}


def _read_sort(
    given: Any, noun: str, known: SearchFields, path: Path, problems: Problems
) -> tuple[SortKey, ...]:
    """The sort keys; what cannot be sorted by is a problem."""
    if given is None:
        return ()
    if not isinstance(given, list):
        problems.add("type", *path, text="Value must be of list type.")
        return ()
    keys = []
    for index, each in enumerate(given):
        where = (*path, index)
        if not isinstance(each, dict):
            problems.add("type", *where, text="Value must be of dict type.")
            continue
        direction = each.get("direction") or "asc"
        if direction not in ("asc", "desc"):
            problems.add("choice", *where, "direction", text="Value must be one of: asc, desc.")
        found = read_field(each.get("field"), noun, known, (*where, "field"), problems)
        if found is None:
            continue
        if not _is_sortable(found.field):
            words = "Only text, number and date fields of the object itself can be sorted by."
            problems.add("choice", *where, "field", text=words)
            continue
        keys.append(SortKey(found.field, direction == "desc"))
    return tuple(keys)


def _is_sortable(field: Field | CustomFieldOf) -> bool:
    if isinstance(field, CustomFieldOf):
        return field.type not in MULTIPLE
    return field_of(field.noun, field.name).is_sortable
