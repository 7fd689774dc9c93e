"""Writing transitions, and how many there are of each day. Transitions are never changed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from leadline.features.leads.tables import Lead
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.tables import STAGE_TRANSITIONS, StageTransition
from leadline.store import writes
from leadline.store.locks import lock_key
from leadline.store.unit import Unit


class _Entry(NamedTuple):
    """What transitions have in common that are counted together."""

    created_at: datetime
    stage_id: bytes
    stage_name: str
    source: str
    configuration_id: bytes


async def record_lead_transition(
    unit: Unit,
    lead: Lead,
    stage: Stage,
    came_from: Stage | None,
    *,
    is_intake: bool = False,
    cost: Decimal | None = None,
    at: datetime | None = None,
) -> StageTransition:
    """Notes that a lead has entered ``stage``, with what is true of the lead at this moment."""
    row = StageTransition(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        kind="lead",
        lead_id=lead.id,
        opportunity_id=None,
        pipeline_id=stage.pipeline_id,
        from_stage_id=None if came_from is None else came_from.id,
        from_stage_name=None if came_from is None else came_from.name,
        stage_id=stage.id,
        stage_name=stage.name,
        source=lead.source,
        configuration_id=lead.configuration_id,
        owner_id=lead.owner_id,
        is_intake=is_intake,
        cost=cost,
        actor_id=unit.scope.user_id,
        created_at=at or unit.now,
    )
    if lead.configuration_id is not None:
        entry = _Entry(row.created_at, stage.id, stage.name, row.source, lead.configuration_id)
        unit.tally(_count, entry)
    return await writes.insert(unit, STAGE_TRANSITIONS, row)


async def record_opportunity_transition(
    unit: Unit,
    lead: Lead,
    opportunity_id: bytes,
    stage: Stage,
    came_from: Stage | None,
    *,
    at: datetime | None = None,
) -> StageTransition:
    """Notes that an opportunity of ``lead`` has entered ``stage``."""
    row = StageTransition(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        kind="opportunity",
        lead_id=lead.id,
        opportunity_id=opportunity_id,
        pipeline_id=stage.pipeline_id,
        from_stage_id=None if came_from is None else came_from.id,
        from_stage_name=None if came_from is None else came_from.name,
        stage_id=stage.id,
        stage_name=stage.name,
        source=lead.source,
        configuration_id=lead.configuration_id,
        owner_id=lead.owner_id,
        is_intake=False,
        cost=None,
        actor_id=unit.scope.user_id,
        created_at=at or unit.now,
    )
    return await writes.insert(unit, STAGE_TRANSITIONS, row)


async def _count(unit: Unit, entries: Counter[_Entry]) -> None:
    """Adds the entries to the counts of their days.

    A day is one of the zone that the organization has at our commit: until then nobody can lock its
    row to change it. The slot is the first that no other transaction of the organization holds; so
    nobody waits for another's count unless all are held, and never in a circle.
    """
    lock = lock_key(unit, "stage_transition_counts")
    for entry, count in entries.items():
        await unit.execute(
            "INSERT INTO stage_transition_counts AS known (organization_id, month, stage_id, "
            "stage_name, source, configuration_id, slot, counts) "
            "SELECT %(organization_id)s, date_trunc('month', at)::date, %(stage_id)s, "
            "%(stage_name)s, %(source)s, %(configuration_id)s, coalesce("
            "(SELECT slot FROM generate_series(0, 15) slot "
            "WHERE pg_try_advisory_xact_lock(%(lock)s::bigint + slot) LIMIT 1), "
            "(SELECT 15 FROM pg_advisory_xact_lock(%(lock)s::bigint + 15))), "
            "array_fill(0, ARRAY[date_part('day', at)::integer - 1]) || %(count)s::integer "
            "|| array_fill(0, ARRAY[31 - date_part('day', at)::integer]) "
            "FROM (SELECT %(created_at)s AT TIME ZONE time_zone AS at FROM organizations "
            "WHERE id = %(organization_id)s FOR KEY SHARE) there "
            "ON CONFLICT (organization_id, month, stage_id, stage_name, source, configuration_id, "
            "slot) DO UPDATE SET counts[array_position(excluded.counts, %(count)s)] = "
            "known.counts[array_position(excluded.counts, %(count)s)] + %(count)s",
            lock=lock,
            count=count,
            **entry._asdict(),
        )


async def count_anew(unit: Unit) -> None:
    """Counts all transitions of the organization anew, by the days of its time zone.

    Call it with the organization locked: then nobody else is counting.
    """
    await unit.execute(
        "DELETE FROM stage_transition_counts WHERE organization_id = %(organization_id)s"
    )
    await unit.execute(_COUNT_ANEW)


_OF_EACH_DAY = ", ".join(f"coalesce(sum(count) FILTER (WHERE day = {n}), 0)" for n in range(1, 32))
_COUNT_ANEW = f"""
INSERT INTO stage_transition_counts (organization_id, month, stage_id, stage_name, source,
    configuration_id, slot, counts)
SELECT %(organization_id)s, month, stage_id, stage_name, source, configuration_id, 0,
    ARRAY[{_OF_EACH_DAY}]::integer[]
FROM (
    SELECT date_trunc('month', t.created_at AT TIME ZONE o.time_zone)::date AS month,
        date_part('day', t.created_at AT TIME ZONE o.time_zone) AS day,
        t.stage_id, t.stage_name, t.source, t.configuration_id, count(*) AS count
    FROM stage_transitions t JOIN organizations o ON o.id = t.organization_id
    WHERE t.organization_id = %(organization_id)s AND t.kind = 'lead'
        AND t.configuration_id IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6
) days
GROUP BY month, stage_id, stage_name, source, configuration_id
ORDER BY month
""".encode()  # noqa: S608 - of numbers
