"""Reads that all kinds of activities have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from leadline.features.leads.tables import LEADS
from leadline.store.tables import Row, Table
from leadline.store.unit import Unit

Order = Literal["created_at", "-created_at", "happened_at", "-happened_at"]


class ActivityFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is None does not matter. Bounds: after and before are exclusive, from and to not.

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
    created_after: datetime | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    created_to: datetime | None = None
    happened_after: datetime | None = None
    happened_from: datetime | None = None
    happened_before: datetime | None = None
    happened_to: datetime | None = None


# The column behind each filter, and how it is compared.
_CONDITIONS = {
    "ids": ("id", "= ANY({})"),
    "organization_ids": ("organization_id", "= ANY({})"),
    "lead_ids": ("lead_id", "= ANY({})"),
    "contact_ids": ("contact_id", "= ANY({})"),
    "opportunity_ids": ("opportunity_id", "= ANY({})"),
    "form_ids": ("form_id", "= ANY({})"),
    "type_ids": ("type_id", "= ANY({})"),
    "user_ids": ("user_id", "= ANY({})"),
    "created_after": ("created_at", "> {}"),
    "created_from": ("created_at", ">= {}"),
    "created_before": ("created_at", "< {}"),
    "created_to": ("created_at", "<= {}"),
    "happened_after": ("happened_at", "> {}"),
    "happened_from": ("happened_at", ">= {}"),
    "happened_before": ("happened_at", "< {}"),
    "happened_to": ("happened_at", "<= {}"),
}
# Each lead is the activity of its own creation. What activities have stands elsewhere there.
_OF_LEADS = {"lead_id": "id", "user_id": "created_by", "happened_at": "created_at"}


async def page_of_activities(
    unit: Unit, table: Table[Row], wanted: ActivityFilter, limit: int, skip: int
) -> list[Row]:
    """Some of the activities of one kind, those that were noted last first."""
    given = _given(wanted)
    if not _has(table, given):
        return []
    page = b"ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(skip)s"
    return await unit.fetch_all(
        table.row, table.select + _where(table, given) + page, limit=limit, skip=skip, **given
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
    given = _given(wanted)
    direction = "DESC" if order.startswith("-") else "ASC"
    parts = [
        _part(table, order.lstrip("-"), direction, given) for table in tables if _has(table, given)
    ]
    if not parts:
        return []
    page = f"ORDER BY moment {direction}, id {direction} LIMIT %(limit)s OFFSET %(skip)s"
    return await unit.fetch_all(
        lambda kind, object_id: (kind, object_id),
        b"SELECT kind, id FROM (" + b" UNION ALL ".join(parts) + b") AS activity " + page.encode(),
        reach=skip + limit,
        limit=limit,
        skip=skip,
        **given,
    )


def _part(table: Table[Any], order: str, direction: str, given: Collection[str]) -> bytes:
    column = _column(table, order)
    return (
        f"(SELECT '{table.name}' AS kind, id, {column} AS moment FROM {table.name} ".encode()  # noqa: S608 - our own names
        + _where(table, given)
        + f"ORDER BY {column} {direction}, id {direction} LIMIT %(reach)s)".encode()
    )


def _given(wanted: ActivityFilter) -> dict[str, Any]:
    return {
        name: getattr(wanted, name) for name in _CONDITIONS if getattr(wanted, name) is not None
    }


def _column(table: Table[Any], name: str) -> str:
    return _OF_LEADS.get(name, name) if table is LEADS else name


def _has(table: Table[Any], given: Iterable[str]) -> bool:
    """Whether the kind has what is asked for: one without contacts has none with that contact."""
    names = (_column(table, _CONDITIONS[name][0]) for name in given if name != "type_ids")
    return all(name in table.columns for name in names)


def _where(table: Table[Any], given: Collection[str]) -> bytes:
    """``given`` names some of the conditions."""
    text = ""
    for name, (wanted, comparison) in _CONDITIONS.items():
        column = _column(table, wanted)
        if name in given and column in table.columns:
            text += f"AND {column} {comparison.format(f'%({name})s')} "
    return b"WHERE organization_id = %(organization_id)s " + text.encode()
