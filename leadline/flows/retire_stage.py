"""Taking stages out of use, which is refused while anything needs them.

Their rows stay, because transitions and events refer to them.
"""

from __future__ import annotations

from typing import LiteralString

from leadline.features.lead_sources.tables import LEAD_SOURCES, STAGE_COLUMNS, LeadSource
from leadline.features.pipelines.queries import lock_book
from leadline.features.pipelines.tables import STAGES, Kind, Stage
from leadline.kernel.errors import RefusedError
from leadline.store import rows, writes
from leadline.store.unit import Unit

_COUNT: dict[Kind, LiteralString] = {
    "lead": "SELECT stage_id, count(*) FROM leads "
    "WHERE organization_id = %(organization_id)s AND stage_id = ANY(%(ids)s) GROUP BY stage_id",
    "opportunity": "SELECT stage_id, count(*) FROM opportunities "
    "WHERE organization_id = %(organization_id)s AND stage_id = ANY(%(ids)s) GROUP BY stage_id",
}
_NOUNS = {"lead": ("lead", "leads"), "opportunity": ("opportunity", "opportunities")}


async def retire_stage(unit: Unit, kind: Kind, stage_id: bytes) -> None:
    """Takes one stage out of use; a pipeline keeps at least one."""
    book = await lock_book(unit, kind)
    stage = book.get_active(stage_id)
    if len(book.active(stage.pipeline_id)) == 1:
        raise RefusedError(f"'{stage.name}' is the last stage of its pipeline.")
    await retire_stages(unit, [stage])


async def retire_stages(unit: Unit, stages: list[Stage]) -> None:
    """Takes unused stages out of use. The pipelines of their kind must be locked."""
    if not stages:
        return
    await lock_stages(unit, stages)
    await refuse_if_used(unit, stages)
    for stage in stages:
        await writes.update(unit, STAGES, stage, is_active=False)


async def lock_stages(unit: Unit, stages: list[Stage]) -> None:
    """Waits for those who are just placing something into these stages; they are seen then."""
    await unit.execute(
        "SELECT id FROM stages WHERE organization_id = %(organization_id)s "
        "AND id = ANY(%(ids)s) ORDER BY id FOR UPDATE",
        ids=[stage.id for stage in stages],
    )


async def refuse_if_used(unit: Unit, stages: list[Stage]) -> None:
    """RefusedError that names each stage in use, how much is in it and who routes into it."""
    if not stages:
        return
    kind = stages[0].kind
    ids = [stage.id for stage in stages]
    counts = dict(await unit.fetch_all(lambda *pair: pair, _COUNT[kind], ids=ids))
    configurations = await configurations_using(unit, ids)
    reasons = []
    for stage in stages:
        if count := counts.get(stage.id):
            reasons.append(f"The stage '{stage.name}' still has {counted(kind, count)}.")
        names = [
            f"'{source.configuration_name}'"
            for source in configurations
            if any(getattr(source, column) == stage.id for column in STAGE_COLUMNS)
        ]
        if names:
            reasons.append(f"The stage '{stage.name}' is used by {', '.join(names)}.")
    if reasons:
        raise RefusedError(" ".join(reasons))


def counted(kind: Kind, count: int) -> str:
    """``1 lead``, ``2 leads``."""
    one, many = _NOUNS[kind]
    return f"{count} {one if count == 1 else many}"


async def configurations_using(unit: Unit, stage_ids: list[bytes]) -> list[LeadSource]:
    """The lead source configurations that route into these stages, locked."""
    return await rows.select(
        unit,
        LEAD_SOURCES,
        "AND (initial_stage_id = ANY(%(ids)s) OR pipeline_stage_id = ANY(%(ids)s) "
        "OR application_status_id = ANY(%(ids)s) "
        "OR application_pipeline_stage_id = ANY(%(ids)s)) ORDER BY id FOR NO KEY UPDATE",
        ids=stage_ids,
    )
