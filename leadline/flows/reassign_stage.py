"""Retiring a stage whose leads or opportunities, and whose configurations, go to another one."""

from __future__ import annotations

from typing import Any

import msgspec

from leadline.features.lead_sources.tables import LEAD_SOURCES, STAGE_COLUMNS
from leadline.features.leads.tables import LEADS
from leadline.features.opportunities.tables import OPPORTUNITIES
from leadline.features.pipelines.queries import StageBook, lock_book
from leadline.features.pipelines.tables import STAGES, Stage
from leadline.flows.move_lead import move_leads
from leadline.flows.move_opportunity import move_opportunities
from leadline.flows.retire_stage import configurations_using, lock_stages
from leadline.kernel.errors import NotFoundError, RefusedError
from leadline.store import rows, writes
from leadline.store.unit import Unit

# So many at a time, so that memory does not grow with the stage.
CHUNK = 500


class Reassigned(msgspec.Struct, frozen=True):
    """What was done: ``count`` leads or opportunities went from ``source`` to ``target``."""

    source: Stage
    target: Stage
    count: int


async def reassign_stage(unit: Unit, source_id: bytes, target_id: bytes) -> Reassigned:
    """Moves everything out of the source stage into the target and retires the source."""
    known = await rows.select_ids(unit, STAGES, [source_id, target_id])
    if source_id not in known or target_id not in known:
        raise NotFoundError(STAGES.noun)
    book = await lock_book(unit, known[source_id].kind)
    source, target = book.by_id.get(source_id), book.by_id.get(target_id)
    if source is None or target is None or source.pipeline_id != target.pipeline_id:
        raise RefusedError("The target stage must belong to the pipeline of the source stage.")
    if source.id == target.id:
        raise RefusedError("The target stage must be another one than the source stage.")
    if not target.is_active:
        raise RefusedError("The target stage must be active.")
    await lock_stages(unit, [source])
    if source.kind == "lead":
        count = await _move_all_leads(unit, source, target, book)
    else:
        count = await _move_all_opportunities(unit, source, target, book)
    for configuration in await configurations_using(unit, [source.id]):
        columns = [name for name in STAGE_COLUMNS if getattr(configuration, name) == source.id]
        changes: dict[str, Any] = dict.fromkeys(columns, target.id)
        await writes.update(unit, LEAD_SOURCES, configuration, **changes)
    await writes.update(unit, STAGES, source, is_active=False)
    return Reassigned(source, target, count)


async def _move_all_leads(unit: Unit, source: Stage, target: Stage, book: StageBook) -> int:
    count = 0
    while leads := await rows.select(
        unit,
        LEADS,
        "AND stage_id = %(stage_id)s ORDER BY id LIMIT %(limit)s FOR UPDATE",
        stage_id=source.id,
        limit=CHUNK,
    ):
        count += len(await move_leads(unit, leads, target, book))
        await unit.flush()
    return count


async def _move_all_opportunities(unit: Unit, source: Stage, target: Stage, book: StageBook) -> int:
    count = 0
    while opportunities := await rows.select(
        unit,
        OPPORTUNITIES,
        "AND stage_id = %(stage_id)s ORDER BY id LIMIT %(limit)s FOR UPDATE",
        stage_id=source.id,
        limit=CHUNK,
    ):
        await move_opportunities(unit, opportunities, target, book)
        await unit.flush()
        count += len(opportunities)
    return count
