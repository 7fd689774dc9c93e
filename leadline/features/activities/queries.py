"""Reads that all kinds of activities have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from leadline.features.leads.tables import LEADS
from leadline.store.conditions import Condition, Order, TimeBounds, matching
from leadline.store.tables import Row, Table
from leadline.store.unit import Unit

_OWN = b"WHERE organization_id = %(organization_id)s AND "


class ActivityFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is None does not matter.

    ``type_ids`` are custom activity types, and leave activities of other kinds alone.
    """

    ids: list[bytes] | None = None
    organization_ids: list[bytes] | None = None
    lead_ids: list[bytes] | None = None
    contact_ids: list[bytes] | None = None
    opportunity_ids: list[bytes] | None = None
    form_ids: list[bytes] | None = None
    type_ids: list[bytes] | None = None
    user_ids: list[bytes] | None = None
    created: TimeBounds = TimeBounds()
    happened: TimeBounds = TimeBounds()


# The column behind each filter.
_COLUMNS = {
    "ids": "id",
    "organization_ids": "organization_id",
    "lead_ids": "lead_id",
    "contact_ids": "contact_id",
    "opportunity_ids": "opportunity_id",
    "form_ids": "form_id",
    "type_ids": "type_id",
    "user_ids": "user_id",
    "created": "created_at",
    "happened": "happened_at",
}
# Each lead is the activity of its own creation. What activities have stands elsewhere there.
_OF_LEADS = {"lead_id": "id", "user_id": "created_by", "happened_at": "created_at"}


async def page_of_activities(
    unit: Unit, table: Table[Row], wanted: ActivityFilter, limit: int, skip: int
) -> list[Row]:
    """Some of the activities of one kind, those that were noted last first."""
    if not _has(table, wanted):
        return []
    where = _where(table, wanted)
    page = b" ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(skip)s"
    return await unit.fetch_all(
        table.row,
        table.select + _OWN + where.sql + page,
        limit=limit,
        skip=skip,
        **where.parameters,
    )


async def page_of_all(  # noqa: PLR0917 - kinds, a filter, an order and a page, all needed
    unit: Unit,
    tables: Iterable[Table[Any]],
    wanted: ActivityFilter,
    order: Order,
    limit: int,
    skip: int,
) -> list[tuple[str, bytes]]:
    """The table and the id of some of the activities, whatever their kind.

    Each kind gives as many as could be needed, by its own index; so its size does not matter.
    """
    wheres = [(table, _where(table, wanted)) for table in tables if _has(table, wanted)]
    if not wheres:
        return []
    parts = [_part(table, order, where) for table, where in wheres]
    page = order.sql("ORDER BY moment {way}, id {way} LIMIT %(limit)s OFFSET %(skip)s")
    parameters: dict[str, Any] = {}
    for _, where in wheres:
        parameters |= where.parameters
    return await unit.fetch_all(
        lambda kind, object_id: (kind, object_id),
        b"SELECT kind, id FROM (" + b" UNION ALL ".join(parts) + b") AS activity " + page.encode(),
        reach=skip + limit,
        limit=limit,
        skip=skip,
        **parameters,
    )


def _part(table: Table[Any], order: Order, where: Condition) -> bytes:
    column = _column(table, order.name)
    begin = f"(SELECT '{table.name}' AS kind, id, {column} AS moment FROM {table.name} "  # noqa: S608 - our own names
    end = order.sql(f" ORDER BY {column} {{way}}, id {{way}} LIMIT %(reach)s)")
    return begin.encode() + _OWN + where.sql + end.encode()


def _column(table: Table[Any], name: str) -> str:
    return _OF_LEADS.get(name, name) if table is LEADS else name


def _has(table: Table[Any], wanted: ActivityFilter) -> bool:
    """Whether the kind has what is asked for: one without contacts has none with that contact."""
    asked = (name for name in _COLUMNS if getattr(wanted, name) is not None and name != "type_ids")
    return all(_column(table, _COLUMNS[name]) in table.columns for name in asked)


def _where(table: Table[Any], wanted: ActivityFilter) -> Condition:
    columns = {name: _column(table, column) for name, column in _COLUMNS.items()}
    return matching(
        wanted, {name: column for name, column in columns.items() if column in table.columns}
    )
