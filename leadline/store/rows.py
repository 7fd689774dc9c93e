"""Generic reads of one table, always inside the scope."""

from __future__ import annotations

from typing import Any, LiteralString

from leadline.kernel.errors import NotFoundError
from leadline.store.tables import Row, Table
from leadline.store.unit import Unit


async def find(unit: Unit, table: Table[Row], object_id: bytes) -> Row | None:
    """The row of that id in this organization, or None."""
    return await unit.fetch_one(table.row, table.get_sql, id=object_id)


async def get(unit: Unit, table: Table[Row], object_id: bytes) -> Row:
    """The row of that id; NotFoundError when it is unknown or another organization's."""
    row = await find(unit, table, object_id)
    if row is None:
        raise NotFoundError(table.noun)
    return row


async def lock(unit: Unit, table: Table[Row], object_id: bytes) -> Row:
    """Like ``get``, and nobody else may change the row until this transaction ends."""
    row = await unit.fetch_one(table.row, table.lock_sql, id=object_id)
    if row is None:
        raise NotFoundError(table.noun)
    return row


async def select(
    unit: Unit, table: Table[Row], where: LiteralString = "", **parameters: Any
) -> list[Row]:
    """Rows of this organization that fulfil ``where`` (which starts with AND or ORDER BY)."""
    sql = table.select + b"WHERE organization_id = %(organization_id)s " + where.encode()
    return await unit.fetch_all(table.row, sql, **parameters)


async def select_ids(unit: Unit, table: Table[Row], ids: list[bytes]) -> dict[bytes, Row]:
    """The rows of these ids, by id; unknown ones are missing."""
    if not ids:
        return {}
    rows = await select(unit, table, "AND id = ANY(%(ids)s)", ids=list(dict.fromkeys(ids)))
    return {row.id: row for row in rows}  # type: ignore[attr-defined]  # every row has an id
