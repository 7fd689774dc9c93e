"""Reads of opportunities: of some leads, filtered pages, and what all matches are worth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, LiteralString

import msgspec

from leadline.features.opportunities.tables import OPPORTUNITIES, Opportunity
from leadline.store import rows
from leadline.store.conditions import EVERYTHING, Condition
from leadline.store.unit import Unit

# An active opportunity that nobody changes for so long is stalled.
STALLED_AFTER = timedelta(days=30)

# The part of the statement behind each filter that is given. Bounds of a time have its name.
CONDITIONS: dict[str, LiteralString] = {
    "organization_ids": "AND organization_id = ANY(%(organization_ids)s) ",
    "lead_ids": "AND lead_id = ANY(%(lead_ids)s) ",
    "user_ids": "AND user_id = ANY(%(user_ids)s) ",
    "stage_ids": "AND stage_id = ANY(%(stage_ids)s) ",
    "is_stalled": "AND (updated_at < %(stalled_before)s AND stage_id = ANY(%(active_stage_ids)s)) "
    "= %(is_stalled)s ",
    "stalled_before": "",  # goes with is_stalled, like the next
    "active_stage_ids": "",
    "value_periods": "AND value_period = ANY(%(value_periods)s) ",
    "won": "AND won_on = %(won)s ",
    "won_gt": "AND won_on > %(won_gt)s ",
    "won_gte": "AND won_on >= %(won_gte)s ",
    "won_lt": "AND won_on < %(won_lt)s ",
    "won_lte": "AND won_on <= %(won_lte)s ",
    "created": "AND created_at = %(created)s ",
    "created_day": "AND (created_at AT TIME ZONE 'UTC')::date = %(created_day)s ",
    "created_gt": "AND created_at > %(created_gt)s ",
    "created_gte": "AND created_at >= %(created_gte)s ",
    "created_lt": "AND created_at < %(created_lt)s ",
    "created_lte": "AND created_at <= %(created_lte)s ",
    "updated": "AND updated_at = %(updated)s ",
    "updated_day": "AND (updated_at AT TIME ZONE 'UTC')::date = %(updated_day)s ",
    "updated_gt": "AND updated_at > %(updated_gt)s ",
    "updated_gte": "AND updated_at >= %(updated_gte)s ",
    "updated_lt": "AND updated_at < %(updated_lt)s ",
    "updated_lte": "AND updated_at <= %(updated_lte)s ",
}
# Values of these conditions by their names; what is not there does not matter.
OpportunityFilter = dict[str, Any]

_ANNUALIZED: LiteralString = (
    "CASE WHEN value_period = 'monthly' THEN value_minor * 12 ELSE value_minor END"
)
_USER_NAME: LiteralString = (
    "(SELECT lower(coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email)) "
    "FROM users u WHERE u.id = opportunities.user_id)"
)
# What opportunities can be ordered by.
ORDERS: dict[str, LiteralString] = {
    "annualized_expected_value": f"({_ANNUALIZED}) * confidence",
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


class Order(msgspec.Struct, frozen=True):
    """One of ``ORDERS`` or of ``GROUPS``, and whether it is reversed. What has none comes last."""

    name: str
    is_reversed: bool = False


class Worth(msgspec.Struct, frozen=True):
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

    ``extra`` is one more condition on ``opportunities``.
    """
    keys: list[LiteralString] = []
    if group is not None:
        keys += [_directed(key, group.is_reversed) for key in _GROUP_ORDERS[group.name]]
    keys += [_directed(ORDERS[order.name], order.is_reversed) for order in orders]
    order = " ORDER BY " + ", ".join([*keys, "id"]) + " LIMIT %(limit)s OFFSET %(skip)s"
    extra = extra or EVERYTHING
    return await unit.fetch_all(
        Opportunity,
        OPPORTUNITIES.select + _where(wanted, extra) + order.encode(),
        limit=limit,
        skip=skip,
        **wanted,
        **extra.parameters,
    )


async def worth_of(
    unit: Unit, wanted: OpportunityFilter, group: Order | None, extra: Condition | None = None
) -> list[Worth]:
    """What all matches are worth: by group (key None without one) and by period.

    ``extra`` is one more condition on ``opportunities``. Expected values are rounded one by one,
    so that the sums are those of what is shown.
    """
    key: LiteralString = "NULL::bytea" if group is None else GROUPS[group.name]
    extra = extra or EVERYTHING
    totals: LiteralString = (
        "SELECT " + key + ", value_period, count(*), sum(value_minor), sum(" + _ANNUALIZED + "), "
        "sum(floor((value_minor * confidence + 50) / 100.0)), "
        "sum(floor(((" + _ANNUALIZED + ") * confidence + 50) / 100.0)) "
    )
    found = await unit.fetch_all(
        lambda *columns: columns,
        totals.encode() + b"FROM opportunities " + _where(wanted, extra) + b" GROUP BY 1, 2",
        **wanted,
        **extra.parameters,
    )
    return [
        Worth(key, period, count, *(int(each or 0) for each in sums))
        for key, period, count, *sums in found
    ]


def _where(wanted: OpportunityFilter, extra: Condition) -> bytes:
    conditions = "".join(CONDITIONS[name] for name in wanted)
    own = "WHERE organization_id = %(organization_id)s " + conditions
    return own.encode() + b"AND " + extra.sql


def _directed(key: LiteralString, is_reversed: bool) -> LiteralString:
    """The key as a part of ORDER BY. What has none comes last either way."""
    return key + (" DESC NULLS LAST" if is_reversed else " NULLS LAST")
