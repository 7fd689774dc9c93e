"""Lists of opportunities: their filters, orders and groups, and what all matches are worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict

from leadline.dialects.close.leads.opportunity_shapes import OpportunityShape
from leadline.dialects.close.protocol import filters
from leadline.dialects.close.protocol.money import format_money
from leadline.dialects.close.protocol.spelling import spell_id_or_null
from leadline.dialects.close.query.parameters import LEAD_QUERY, LEAD_SAVED_SEARCH, QUERY
from leadline.features.opportunities.queries import (
    GROUPS,
    ORDERS,
    STALLED_AFTER,
    OpportunityFilter,
    Stall,
    ValueTotals,
)
from leadline.features.opportunities.tables import Opportunity
from leadline.features.pipelines.queries import StageBook
from leadline.kernel.errors import Problems
from leadline.store.conditions import Order
from leadline.wire.instants import read_day, read_moment
from leadline.wire.operation import Parameter

Query = Mapping[str, str]
_PERIODS = ("annual", "monthly", "one_time")


class CountByPeriodShape(TypedDict):
    annual: int
    monthly: int
    one_time: int


class WorthShape(TypedDict):
    """All matches together, whatever page is shown. Minor units, and as people write them."""

    count_by_value_period: CountByPeriodShape
    expected_value_annual: int
    expected_value_annual_formatted: str
    expected_value_annualized: int
    expected_value_annualized_formatted: str
    expected_value_monthly: int
    expected_value_monthly_formatted: str
    expected_value_one_time: int
    expected_value_one_time_formatted: str
    total_results: int
    total_value_annual: int
    total_value_annual_formatted: str
    total_value_annualized: int
    total_value_annualized_formatted: str
    total_value_monthly: int
    total_value_monthly_formatted: str
    total_value_one_time: int
    total_value_one_time_formatted: str


class OpportunityGroupShape(WorthShape):
    """With ``_group_by``: the objects of a group on this page, and what tells which group it is."""

    key: str | None
    objects: list[OpportunityShape]
    month: NotRequired[int | None]
    quarter: NotRequired[int | None]
    user_id: NotRequired[str | None]
    user_name: NotRequired[str | None]
    week: NotRequired[int | None]
    weekyear: NotRequired[int | None]
    year: NotRequired[int | None]


class OpportunityListShape(WorthShape):
    data: list[OpportunityShape]
    has_more: bool


class OpportunityGroupListShape(WorthShape):
    data: list[OpportunityGroupShape]
    has_more: bool


# Filters.


def read_filter(
    query: Query, book: StageBook, colleagues: list[bytes], now: datetime
) -> OpportunityFilter:
    """What the query asks for; InvalidError when a date in it is none.

    ``colleagues`` are the users of the groups that are given beside users.
    """
    problems = Problems()
    user_ids = filters.ids(query, "user_id", "user")
    wanted = OpportunityFilter(
        organization_ids=filters.ids(query, "organization_id", "orga"),
        lead_ids=filters.ids(query, "lead_id", "lead"),
        user_ids=None if user_ids is None else user_ids + colleagues,
        stage_ids=_stages(query, book),
        value_periods=filters.words(query, "value_period"),
        stall=_stall(query, book, now),
        won=filters.bounds(query, "date_won", problems, read_day, exact=read_day),
        created=filters.bounds(query, "date_created", problems, exact=read_moment),
        updated=filters.bounds(query, "date_updated", problems, exact=read_moment),
    )
    problems.stop_if_any()
    return wanted


def _stall(query: Query, book: StageBook, now: datetime) -> Stall | None:
    is_stalled = filters.flag(query, "is_stalled")
    if is_stalled is None:
        return None
    active = [stage.id for stage in book.stages if stage.type == "active"]
    return Stall(is_stalled, now - STALLED_AFTER, active)


def _stages(query: Query, book: StageBook) -> list[bytes] | None:
    """The stages that all filters of statuses let through; None when there is no such filter.

    Old clients say ``status`` for the label.
    """
    wanted: list[set[bytes]] = []
    ids = filters.ids(query, "status_id", "stat")
    if ids is not None:
        wanted.append(set(ids))
    for name, column in (("status_type", "type"), ("status_label", "name"), ("status", "name")):
        words = filters.words(query, name)
        if words is not None:
            lowered = {word.lower() for word in words}
            wanted.append(
                {stage.id for stage in book.stages if getattr(stage, column).lower() in lowered}
            )
    return list(set.intersection(*wanted)) if wanted else None


def read_orders(query: Query) -> list[Order]:
    """``_order_by``; what nothing can be ordered by is ignored."""
    return filters.orders(query.get("_order_by", ""), ORDERS)


def read_group(query: Query) -> Order | None:
    """``_group_by``; what nothing can be grouped by is ignored."""
    found = filters.orders(query.get("_group_by", ""), GROUPS)
    return found[0] if found else None


# What matches are worth.


def spell_worth(found: Iterable[ValueTotals], currency: str) -> WorthShape:
    """The sums of these."""
    counts = dict.fromkeys(_PERIODS, 0)
    sums: dict[str, int] = {}
    for measure in ("expected_value", "total_value"):
        sums |= {f"{measure}_{period}": 0 for period in ("annualized", *_PERIODS)}
    for worth in found:
        counts[worth.period] += worth.count
        sums[f"total_value_{worth.period}"] += worth.total
        sums[f"expected_value_{worth.period}"] += worth.expected
        sums["total_value_annualized"] += worth.annualized
        sums["expected_value_annualized"] += worth.annualized_expected
    texts = {f"{name}_formatted": format_money(value, currency) for name, value in sums.items()}
    return {
        "count_by_value_period": counts,
        "total_results": sum(counts.values()),
        **sums,  # type: ignore[typeddict-item]  # the keys are made above
        **texts,
    }


# Groups.

# How the key of a period is written, and what else tells which period it is.
_PERIOD_KEYS = {
    "date_won__week": ("{weekyear}-W{week:02}", ("weekyear", "week")),
    "date_won__month": ("{year}-{month:02}", ("year", "month")),
    "date_won__quarter": ("{year}-Q{quarter}", ("year", "quarter")),
    "date_won__year": ("{year}", ("year",)),
}


def group_key(row: Opportunity, group: Order) -> Any:
    """What the group of an opportunity goes by: a user, or the first day of a period."""
    if group.name == "user_id":
        return row.user_id
    day = row.won_on
    if day is None:
        return None
    if group.name == "date_won__week":
        return day - timedelta(days=day.weekday())
    month = {"date_won__month": day.month, "date_won__quarter": (day.month - 1) // 3 * 3 + 1}
    return day.replace(month=month.get(group.name, 1), day=1)


def spell_groups(
    found: Sequence[tuple[Opportunity, OpportunityShape]],
    worths: list[ValueTotals],
    group: Order,
    currency: str,
) -> list[OpportunityGroupShape]:
    """The groups of a page of opportunities, which come with their shapes, in their order."""
    groups: dict[Any, OpportunityGroupShape] = {}
    for row, shape in found:
        key = group_key(row, group)
        if key not in groups:
            groups[key] = {
                **_name_group(key, group, shape),  # type: ignore[typeddict-item]  # by the group
                **spell_worth((worth for worth in worths if worth.key == key), currency),
                "objects": [],
            }
        groups[key]["objects"].append(shape)
    return list(groups.values())


def _name_group(key: Any, group: Order, shape: Mapping[str, Any]) -> dict[str, Any]:
    if group.name == "user_id":
        user_id = spell_id_or_null("user", key)
        return {"key": user_id, "user_id": user_id, "user_name": shape["user_name"]}
    text, names = _PERIOD_KEYS[group.name]
    if key is None:
        return {"key": None, **dict.fromkeys(names)}
    week = key.isocalendar()
    known = {
        "month": key.month,
        "quarter": (key.month + 2) // 3,
        "week": week.week,
        "weekyear": week.year,
        "year": key.year,
    }
    parts = {name: known[name] for name in names}
    return {"key": text.format(**parts), **parts}


FILTERS = (
    Parameter("lead_id", "Filter by lead ids, comma separated."),
    Parameter(
        "organization_id", "Must be your own organization; any other id gives an empty list."
    ),
    Parameter("user_id", "Filter by user or group ids, comma separated."),
    Parameter("user_id__in", "Same as user_id."),
    Parameter("status_id", "Filter by status ids, comma separated."),
    Parameter("status_id__in", "Same as status_id."),
    Parameter("status_label", "Filter by status labels, comma separated."),
    Parameter("status_label__in", "Same as status_label."),
    Parameter("status", "Former name of status_label."),
    Parameter("status__in", "Same as status."),
    Parameter("status_type", "Filter by status types (active, won, lost), comma separated."),
    Parameter("status_type__in", "Same as status_type."),
    Parameter(
        "value_period", "Filter by value periods (one_time, monthly, annual), comma separated."
    ),
    Parameter("value_period__in", "Same as value_period."),
    filters.flag_parameter(
        "is_stalled", f"Active and unchanged for {STALLED_AFTER.days} days, or (false) the others."
    ),
    Parameter("date_won", "Filter by the day on which they were won or are expected to be."),
    *filters.bound_parameters("date_won"),
    Parameter("date_created", "Filter by creation time, or by day (UTC)."),
    *filters.bound_parameters("date_created"),
    Parameter("date_updated", "Filter by the time of the last change, or by its day (UTC)."),
    *filters.bound_parameters("date_updated"),
    QUERY,
    LEAD_QUERY,
    LEAD_SAVED_SEARCH,
    Parameter(
        "_order_by",
        f"Sort by one of {', '.join(ORDERS)}; prefix with a minus for descending order.",
    ),
    Parameter(
        "_group_by",
        f"Group by one of {', '.join(GROUPS)}; prefix with a minus for descending order.",
    ),
)
