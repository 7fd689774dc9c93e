"""What a search finds: ids in their order, page by page, and how many there are."""

from __future__ import annotations

from typing import Any

import msgspec

from leadline.features.leads.queries import count_leads
from leadline.kernel.errors import RefusedError
from leadline.reporting.search.conditions import condition_for
from leadline.reporting.search.custom_conditions import sort_spec
from leadline.reporting.search.fields import field_of, spec_of
from leadline.reporting.search.nouns import FieldSpec, Kind
from leadline.reporting.search.parameters import Parameters
from leadline.reporting.search.tree import All, CustomFieldOf, Search, SortKey
from leadline.store.unit import Unit

MAX_SORT_KEYS = 5

# The types of what is sorted by.
_TYPES: dict[Kind, str] = {
    "number": "numeric",
    "moment": "timestamptz",
    "due": "timestamptz",
    "day": "date",
    "text": "text",
    "choice": "text",
}


# The kinds of fields whose values are shown when somebody asks for them.
_FIGURES: frozenset[Kind] = frozenset({"number", "moment", "due", "day"})


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended: the id of its last object and what that was sorted by."""

    id: bytes
    values: tuple[str | None, ...] = ()


async def found_ids(unit: Unit, search: Search, *, limit: int, skip: int = 0) -> list[bytes]:
    """The ids of some of what is found, in the order that is asked for; then the oldest first."""
    return [each.id for each in await _found(unit, search, limit=limit, skip=skip)]


async def found_after(
    unit: Unit, search: Search, *, limit: int, after: Position | None
) -> list[Position]:
    """Where some of what is found stands, from the beginning or behind a position.

    Nothing comes twice or is left out because of changes between two pages. RefusedError when it
    is no position in this search.
    """
    return await _found(unit, search, limit=limit, after=after)


async def count_found(unit: Unit, search: Search) -> int:
    """How many objects are found."""
    if search.noun == "lead" and search.query == All() and search.slice is None:
        return await count_leads(unit)
    found = condition_for(unit, search)
    count: int = await unit.fetch_value(
        b"SELECT count(*) " + _rows(search) + found.sql, **found.parameters
    )
    return count


async def found_with_count(
    unit: Unit, search: Search, *, limit: int, skip: int = 0
) -> tuple[list[bytes], int]:
    """A page and how many there are in all. What takes long to find is looked for only once."""
    if search.query == All():
        ids = await found_ids(unit, search, limit=limit, skip=skip) if limit else []
        return ids, await count_found(unit, search)
    if limit == 0:
        return [], await count_found(unit, search)
    found = condition_for(unit, search)
    order = _Sorting(search)
    rows = await unit.fetch_all(
        lambda object_id, count: (object_id, count),
        f"SELECT {order.id}, count(*) OVER () ".encode()
        + _rows(search)
        + found.sql
        + order.by
        + b" LIMIT %(limit)s OFFSET %(skip)s",
        limit=limit,
        skip=skip,
        **found.parameters,
        **order.parameters.values,
    )
    if not rows:
        return [], await count_found(unit, search) if skip else 0
    return [object_id for object_id, _ in rows], rows[0][1]


async def field_values(
    unit: Unit, noun: str, ids: list[bytes], names: list[str]
) -> dict[bytes, dict[str, Any]]:
    """Those of these fields that are numbers, moments or days, of the objects of these ids."""
    spec = spec_of(noun)
    known = [name for name in names if name in spec.fields and spec.fields[name].kind in _FIGURES]
    if not known or not ids:
        return {}
    columns = ", ".join(["{a}.id", *(f"({spec.fields[name].sql})" for name in known)])
    found = await unit.fetch_all(
        lambda object_id, *values: (object_id, values),
        f"SELECT {columns} ".replace("{a}", spec.table).encode()
        + _rows(Search(noun))
        + f"{spec.table}.id = ANY(%(ids)s)".encode(),
        ids=ids,
    )
    return {object_id: dict(zip(known, values, strict=True)) for object_id, values in found}


async def _found(
    unit: Unit, search: Search, *, limit: int, skip: int = 0, after: Position | None = None
) -> list[Position]:
    found = condition_for(unit, search)
    order = _Sorting(search)
    behind = b"" if after is None else b" AND " + order.behind(after).encode()
    return await unit.fetch_all(
        lambda object_id, *values: Position(object_id, values),
        f"SELECT {order.columns} ".encode()
        + _rows(search)
        + found.sql
        + behind
        + order.by
        + b" LIMIT %(limit)s OFFSET %(skip)s",
        limit=limit,
        skip=skip,
        **found.parameters,
        **order.parameters.values,
    )


def _rows(search: Search) -> bytes:
    spec = spec_of(search.noun)
    source = spec.source or f"{spec.table} AS {{a}}"
    return f"FROM {source} WHERE {spec.where} AND ".replace("{a}", spec.table).encode()


class _Sorting:
    """What the objects are sorted by. What has no value comes last, and the id decides."""

    def __init__(self, search: Search) -> None:
        if len(search.sort) > MAX_SORT_KEYS:
            raise RefusedError(f"A search can be sorted by at most {MAX_SORT_KEYS} fields.")
        self.parameters = Parameters("", start="order")
        table = spec_of(search.noun).table
        self.id = f"{table}.id"
        self._keys = [(self._sql(search.noun, table, key), key) for key in search.sort]
        self.columns = ", ".join([self.id, *(f"({sql})::text" for (sql, _), _ in self._keys)])

    def _sql(self, noun: str, table: str, key: SortKey) -> tuple[str, str]:
        """The SQL of a sort key and the type that it has in PostgreSQL."""
        field = key.field
        if field.noun != noun:
            raise RefusedError("Objects can be sorted only by fields of their own.")
        if isinstance(field, CustomFieldOf):
            spec = sort_spec(f"{table}.custom", field, self.parameters)
        else:
            spec = field_of(noun, field.name)
            if not spec.is_sortable:
                raise RefusedError("Only text, number and date fields can be sorted by.")
        return _sortable(spec).replace("{a}", table), _TYPES[spec.kind]

    @property
    def by(self) -> bytes:
        """ORDER BY and what follows."""
        keys = [
            f"{sql} {'DESC' if key.is_descending else 'ASC'} NULLS LAST"
            for (sql, _), key in self._keys
        ]
        return f" ORDER BY {', '.join([*keys, self.id])}".encode()

    def behind(self, position: Position) -> str:
        """The condition that an object comes after that position."""
        if len(position.values) != len(self._keys):
            raise RefusedError("The cursor belongs to another search.")
        last = f"{self.id} > {self.parameters.add(position.id, 'bytea')}"
        pairs = list(zip(self._keys, position.values, strict=True))
        for ((sql, kind), key), value in reversed(pairs):
            if value is None:
                last = f"({sql} IS NULL AND {last})"
                continue
            mark = self.parameters.add(value, "text") + f"::{kind}"
            sign = "<" if key.is_descending else ">"
            last = f"({sql} {sign} {mark} OR {sql} IS NULL OR {sql} = {mark} AND {last})"
        return last


def _sortable(spec: FieldSpec) -> str:
    """Texts are sorted without regard to case."""
    return f"lower({spec.sql})" if spec.kind in ("text", "choice") else spec.sql
