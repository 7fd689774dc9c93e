"""The history report: how many leads entered which stage, per period and source."""

from __future__ import annotations

from typing import Literal

import msgspec

from leadline.reporting.outreach import Outreach
from leadline.store.unit import Unit

GroupBy = Literal["day", "week", "month"]

# Period keys in the organization's time zone; weeks are ISO weeks with their ISO year.
_FORMATS: dict[GroupBy, str] = {"day": "YYYY-MM-DD", "week": "IYYY-IW", "month": "YYYY-MM"}


class HistoryEntry(msgspec.Struct, frozen=True):
    """``count`` transitions into ``stage`` (the name it had) from ``source`` in ``period``."""

    period: str
    stage: str
    source: str
    count: int


async def history(unit: Unit, outreach: Outreach, group_by: GroupBy) -> list[HistoryEntry]:
    """Transitions by period, stage and source; sorted by period, stage position, source.

    Days, weeks and months are the organization's. A lead that enters a stage twice counts twice.
    """
    sql = (
        b"SELECT counted.period, counted.stage, counted.source, sum(counted.count)::bigint "
        b"FROM (SELECT to_char(date_trunc(%(unit)s, t.created_at AT TIME ZONE %(time_zone)s), "
        b"%(format)s) AS period, t.stage_id, t.stage_name AS stage, t.source, count(*) AS count "
        b"FROM stage_transitions t WHERE "
        + outreach.conditions("t")
        + b" AND "
        + outreach.within("t.created_at")
        + b" GROUP BY 1, 2, 3, 4) counted "
        b"LEFT JOIN stages s "
        b"ON s.organization_id = %(organization_id)s AND s.id = counted.stage_id "
        b"GROUP BY 1, 2, 3 ORDER BY 1, min(s.rank) NULLS LAST, 2, 3"
    )
    return await unit.fetch_all(
        HistoryEntry,
        sql,
        unit=group_by,
        format=_FORMATS[group_by],
        time_zone=unit.scope.time_zone,
        **outreach.parameters(unit),
    )
