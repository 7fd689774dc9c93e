"""Reads of opportunities: of some leads, filtered pages, and what all matches are worth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, LiteralString

import msgspec

from leadline.features.opportunities.tables import OPPORTUNITIES, Opportunity
from leadline.features.opportunities.value import annualized_sql, expected_sql
from leadline.store import rows
from leadline.store.conditions import EVERYTHING, Condition, Order, TimeBounds, matching
from leadline.store.unit import Unit

# An active opportunity that nobody changes for so long is stalled.
STALLED_AFTER = timedelta(days=30)

_OWN = b"WHERE organization_id = %(organization_id)s AND "


class Stall(msgspec.Struct, frozen=True):
    """``is_stalled`` wants the active opportunities that have not changed since then, or others."""

    is_stalled: bool
    since: datetime
    active_stage_ids: list[bytes]


class OpportunityFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is None does not matter."""

    organization_ids: list[bytes] | None = None
    lead_ids: list[bytes] | None = None
    user_ids: list[bytes] | None = None
    stage_ids: list[bytes] | None = None
    value_periods: list[str] | None = None
    stall: Stall | None = None
    won: TimeBounds = TimeBounds()
    created: TimeBounds = TimeBounds()
    updated: TimeBounds = TimeBounds()


# The column behind each filter.
_COLUMNS = {
    "organization_ids": "organization_id",
    "lead_ids": "lead_id",
    "user_ids": "user_id",
    "stage_ids": "stage_id",
    "value_periods": "value_period",
    "won": "won_on",
    "created": "created_at",
    "updated": "updated_at",
}
_STALLED = (
    b"(updated_at < %(stalled_since)s AND stage_id = ANY(%(active_stage_ids)s)) = %(is_stalled)s"
)

_VALUE: LiteralString = "opportunities.value_minor"
_ANNUALIZED: LiteralString = annualized_sql("opportunities")
_USER_NAME: LiteralString = (
    "(SELECT lower(coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email)) "
    "FROM users u WHERE u.id = opportunities.user_id)"
)
# What opportunities can be ordered by.
ORDERS: dict[str, LiteralString] = {
    "annualized_expected_value": _ANNUALIZED + " * confidence",
    "annualized_value": _ANNUALIZED,
    "confidence": "confidence",
    "date_created": "created_at",
    "date_updated": "updated_at",
    "date_won": "won_on",
    "user_name": _USER_NAME,
    "value": "value_minor",
}
# What they can be grouped by, and what the groups are ordered by. A period is its first day.
GROUPS: dict[str, LiteralString] = {
    "user_id": "user_id",
    "date_won__week": "date_trunc('week', won_on::timestamp)::date",
    "date_won__month": "date_trunc('month', won_on::timestamp)::date",
    "date_won__quarter": "date_trunc('quarter', won_on::timestamp)::date",
    "date_won__year": "date_trunc('year', won_on::timestamp)::date",
}
_GROUP_ORDERS: dict[str, tuple[LiteralString, ...]] = {
    **{name: (key,) for name, key in GROUPS.items()},
    "user_id": (_USER_NAME, "user_id"),
}


class ValueTotals(msgspec.Struct, frozen=True):
    """What the opportunities of one group and one period are worth together, in minor units."""

    key: Any
    period: str
    count: int
    total: int
    annualized: int
    expected: int
    annualized_expected: int


async def opportunities_of_leads(
    unit: Unit, lead_ids: list[bytes]
) -> dict[bytes, list[Opportunity]]:
    """The opportunities of each lead, oldest first; fetched at once."""
    found: dict[bytes, list[Opportunity]] = {lead_id: [] for lead_id in lead_ids}
    if not lead_ids:
        return found
    for row in await rows.select(
        unit, OPPORTUNITIES, "AND lead_id = ANY(%(lead_ids)s) ORDER BY id", lead_ids=lead_ids
    ):
        found[row.lead_id].append(row)
    return found


async def page_of_opportunities(
    unit: Unit,
    wanted: OpportunityFilter,
    orders: list[Order],
    group: Order | None,
    *,
    limit: int,
    skip: int,
    extra: Condition | None = None,
) -> list[Opportunity]:
    """Some of the matches, group by group if they are grouped; the oldest first otherwise.

    ``orders`` are of ``ORDERS``, ``group`` is of ``GROUPS``; what has no such value comes last.
    ``extra`` is one more condition on ``opportunities``.
    """
    keys = [] if group is None else [_sorted(key, group) for key in _GROUP_ORDERS[group.name]]
    keys += [_sorted(ORDERS[order.name], order) for order in orders]
    page = " ORDER BY " + ", ".join([*keys, "id"]) + " LIMIT %(limit)s OFFSET %(skip)s"
    where = _where(wanted, extra)
    return await unit.fetch_all(
        Opportunity,
        OPPORTUNITIES.select + _OWN + where.sql + page.encode(),
        limit=limit,
        skip=skip,
        **where.parameters,
    )


async def sum_values(
    unit: Unit, wanted: OpportunityFilter, group: Order | None, extra: Condition | None = None
) -> list[ValueTotals]:
    """What all matches are worth: by group (key None without one) and by period.

    ``extra`` is one more condition on ``opportunities``. Expected values are rounded one by one,
    so that the sums are those of what is shown.
    """
    key: LiteralString = "NULL::bytea" if group is None else GROUPS[group.name]
    where = _where(wanted, extra)
    totals: LiteralString = (
        "SELECT "
        + key
        + ", value_period, count(*), sum("
        + _VALUE
        + "), sum("
        + _ANNUALIZED
        + "), "
        "sum(" + expected_sql(_VALUE, "opportunities") + "), "
        "sum(" + expected_sql(_ANNUALIZED, "opportunities") + ") "
    )
    found = await unit.fetch_all(
        lambda *columns: columns,
        totals.encode() + b"FROM opportunities " + _OWN + where.sql + b" GROUP BY 1, 2",
        **where.parameters,
    )
    return [
        ValueTotals(key, period, count, *(int(each or 0) for each in sums))
        for key, period, count, *sums in found
    ]


def _where(wanted: OpportunityFilter, extra: Condition | None) -> Condition:
    where = matching(wanted, _COLUMNS, days=("won",))
    if wanted.stall is not None:
        where &= Condition(
            _STALLED,
            {
                "is_stalled": wanted.stall.is_stalled,
                "stalled_since": wanted.stall.since,
                "active_stage_ids": wanted.stall.active_stage_ids,
            },
        )
    return where & (extra or EVERYTHING)


def _sorted(key: str, order: Order) -> str:
    return order.sql(key + " {way} NULLS LAST")
