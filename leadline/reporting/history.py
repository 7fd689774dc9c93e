"""The history report: how many leads entered which stage, per period and source.

Whole days come from the counts that are kept per day, what is left at both ends of the window from
the transitions themselves. So the answer is exact, and costs days instead of transitions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

import msgspec

from leadline.reporting.outreach import Outreach
from leadline.store.unit import Unit

GroupBy = Literal["day", "week", "month"]

# A window without a bound ends here; nothing is older or newer.
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)


class HistoryEntry(msgspec.Struct, frozen=True, gc=False):
    """``count`` transitions into ``stage`` (the name it had) from ``source`` in ``period``."""

    period: str
    stage: str
    source: str
    count: int


class _Counted(msgspec.Struct, frozen=True, gc=False):
    """How many entered a stage from a source: ``counts`` are for ``day`` and the days after it.

    All of them are of one month. ``rank`` is the stage's position in its pipeline; what is no
    stage any more comes last.
    """

    day: date
    stage: str
    source: str
    rank: int
    counts: list[int]


def _clock_changes_after(instant: str) -> str:
    """SQL that says whether the clocks of the zone are changed within a day after ``instant``."""
    day = "interval '24 hours'"
    return f"({instant} + {day}) AT TIME ZONE time_zone <> {instant} AT TIME ZONE time_zone + {day}"


# The days that lie in the window as a whole, and where to look for the rows of the others: before
# head_end and from tail_start on. A clock that is put back at midnight gives one date to instants
# on both sides of another date; near such a change, therefore, a day more is counted row by row.
# (Of a midnight that comes twice PostgreSQL means the second.)
_EDGES = f"""
ends AS MATERIALIZED (
    SELECT time_zone,
        ((%(start)s - interval '1 microsecond') AT TIME ZONE time_zone)::date + 1
            + ({_clock_changes_after("(%(start)s - interval '24 hours')")})::integer AS first_day,
        ((%(end)s + interval '1 microsecond') AT TIME ZONE time_zone)::date - 1
            - ({_clock_changes_after("%(end)s")})::integer AS last_day
    FROM organizations WHERE id = %(organization_id)s
), edges AS MATERIALIZED (
    SELECT time_zone, first_day, last_day, first_day::timestamp AT TIME ZONE time_zone AS head_end,
        day_end - CASE WHEN {_clock_changes_after("(day_end - interval '24 hours')")}
            THEN interval '24 hours' ELSE interval '0' END AS tail_start
    FROM ends, LATERAL (
        SELECT (last_day + 1)::timestamp AT TIME ZONE time_zone AS day_end
    ) whole
)
""".encode()

_WHOLE_DAYS = b"""
SELECT greatest(c.month, e.first_day), c.stage_name, c.source, coalesce(s.rank, 2147483647),
    c.counts[greatest(e.first_day - c.month, 0) + 1 : e.last_day - c.month + 1]
FROM edges e JOIN stage_transition_counts c ON c.month <= e.last_day
    AND c.month >= date_trunc('month', e.first_day::timestamp)::date
LEFT JOIN stages s ON s.organization_id = %(organization_id)s AND s.id = c.stage_id
WHERE {filters} AND e.first_day <= e.last_day
"""

_ROWS = b"""
SELECT t.day, t.stage_name, t.source, coalesce(s.rank, 2147483647), ARRAY[t.count]
FROM (
    SELECT (t.created_at AT TIME ZONE e.time_zone)::date AS day, t.stage_id, t.stage_name, t.source,
        count(*)::integer AS count
    FROM edges e JOIN stage_transitions t ON t.created_at BETWEEN %(start)s AND %(end)s
    WHERE {conditions} AND {part}
    GROUP BY 1, 2, 3, 4
) t LEFT JOIN stages s ON s.organization_id = %(organization_id)s AND s.id = t.stage_id
"""
_HEAD = b"t.created_at < e.head_end AND (t.created_at AT TIME ZONE e.time_zone)::date < e.first_day"
_TAIL = (
    b"t.created_at >= e.tail_start "
    b"AND (t.created_at AT TIME ZONE e.time_zone)::date > greatest(e.last_day, e.first_day - 1)"
)


async def history(unit: Unit, outreach: Outreach, group_by: GroupBy) -> list[HistoryEntry]:
    """Transitions by period, stage and source; sorted by period, stage position, source.

    Days, weeks and months are the organization's. A lead that enters a stage twice counts twice.
    """
    rows = _ROWS.replace(b"{conditions}", outreach.conditions("t"))
    if outreach.owner_id is None:
        parts = [
            _WHOLE_DAYS.replace(b"{filters}", outreach.filters("c")),
            rows.replace(b"{part}", _HEAD),
            rows.replace(b"{part}", _TAIL),
        ]
    else:
        parts = [rows.replace(b"{part}", b"true")]  # counts are not kept by owner
    values = outreach.parameters(unit)
    values["start"] = outreach.start or _EARLIEST
    values["end"] = outreach.end or _LATEST
    counted = await unit.fetch_all(
        _Counted, b"WITH " + _EDGES + b" UNION ALL ".join(parts), **values
    )
    return list(_entries(counted, group_by))


def _entries(counted: list[_Counted], group_by: GroupBy) -> Iterator[HistoryEntry]:
    """Sums up by period. The order of stages and sources is worked out once for all periods."""
    ranks: dict[tuple[str, str], int] = {}
    periods: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    name_of = _PERIODS[group_by]
    for row in counted:
        pair = (row.stage, row.source)
        ranks[pair] = min(row.rank, ranks.get(pair, row.rank))
        first = row.day.toordinal()
        if group_by == "month":
            periods[name_of(first)][pair] += sum(row.counts)
            continue
        for day, count in enumerate(row.counts, first):
            if count:
                periods[name_of(day)][pair] += count
    order = sorted(ranks, key=lambda pair: (ranks[pair], pair))
    for period in sorted(periods):
        counts = periods[period]
        for pair in order:
            total = counts.get(pair)
            if total:
                yield HistoryEntry(period, *pair, total)


# Days are numbers here (date.toordinal). Each is named once and then remembered.


@lru_cache(10_000)
def _day(day: int) -> str:
    return date.fromordinal(day).isoformat()


@lru_cache(10_000)
def _week(day: int) -> str:
    """The ISO week with its ISO year."""
    year, week, _ = date.fromordinal(day).isocalendar()
    return f"{year:04}-{week:02}"


@lru_cache(10_000)
def _month(day: int) -> str:
    return _day(day)[:7]


_PERIODS: dict[GroupBy, Callable[[int], str]] = {"day": _day, "week": _week, "month": _month}
