"""Adding, changing and deleting a pipeline together with its stages."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from leadline.features.lead_sources.tables import LEAD_SOURCES
from leadline.features.pipelines.actions import (
    check_pipeline_name,
    check_stage_name,
    clear_default,
    create_pipeline,
    create_stage,
)
from leadline.features.pipelines.inputs import NewPipeline, NewStage, PipelineChange, StageEntry
from leadline.features.pipelines.queries import StageBook, lock_book
from leadline.features.pipelines.tables import PIPELINES, STAGES, Kind, Pipeline, Stage
from leadline.flows.rename_stage import follow_renaming
from leadline.flows.retire_stage import lock_stages, refuse_if_used, retire_stages
from leadline.kernel.errors import NotFoundError, Problems, RefusedError
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def add_pipeline(
    unit: Unit,
    kind: Kind,
    *,
    name: str,
    description: str | None,
    stages: list[StageEntry],
    is_default: bool,
) -> Pipeline:
    """Adds a pipeline with its stages; as the default it takes the place of the one before."""
    book = await lock_book(unit, kind)
    problems = Problems()
    name = await check_pipeline_name(unit, name, problems)
    names = _check_names(stages, problems)
    problems.stop_if_any()
    if is_default:
        await clear_default(unit, book)
    new = NewPipeline(
        kind=kind,
        name=name,
        description=description,
        is_default=is_default,
        stages=[
            NewStage(name=name, color=entry.color or None)
            for name, entry in zip(names, stages, strict=True)
        ],
    )
    return await create_pipeline(unit, new)


async def save_pipeline(unit: Unit, pipeline_id: bytes, change: PipelineChange) -> None:
    """Changes what is given. Stages are renamed, added and, when nothing uses them, removed."""
    book, pipeline = await _lock_pipeline(unit, pipeline_id)
    problems = Problems()
    changes: dict[str, Any] = {}
    if change.name is not UNSET:
        changes["name"] = await check_pipeline_name(unit, change.name, problems, pipeline_id)
    if change.description is not UNSET:
        changes["description"] = change.description
    if change.stages is UNSET:
        problems.stop_if_any()
        await writes.update(unit, PIPELINES, pipeline, **changes)
        return
    names = _check_names(change.stages, problems)
    matched = _match(book.active(pipeline_id), change.stages, problems)
    problems.stop_if_any()
    await writes.update(unit, PIPELINES, pipeline, **changes)
    kept = {stage.id for stage in matched if stage is not None}
    await retire_stages(unit, [stage for stage in book.active(pipeline_id) if stage.id not in kept])
    renamed = {
        stage.id: name
        for name, stage in zip(names, matched, strict=True)
        if stage is not None and stage.name != name
    }
    if renamed:
        await _park_names(unit, list(renamed))
        await follow_renaming(unit, book, renamed)
    for rank, (name, entry, stage) in enumerate(zip(names, change.stages, matched, strict=True)):
        if stage is None:
            await create_stage(unit, pipeline, NewStage(name=name, color=entry.color or None), rank)
            continue
        color = stage.color if entry.color is UNSET else entry.color or None
        await writes.update(unit, STAGES, stage, name=name, color=color, rank=rank)


async def delete_pipeline(unit: Unit, pipeline_id: bytes) -> None:
    """Removes a pipeline that nothing uses, with its stages. Transitions keep their names."""
    book, pipeline = await _lock_pipeline(unit, pipeline_id)
    if pipeline.is_default:
        raise RefusedError("The default pipeline cannot be deleted.")
    stages = [stage for stage in book.stages if stage.pipeline_id == pipeline_id]
    await lock_stages(unit, stages)
    await refuse_if_used(unit, stages)
    configurations = await rows.select(
        unit,
        LEAD_SOURCES,
        "AND (pipeline_id = %(pipeline_id)s OR application_pipeline_id = %(pipeline_id)s) "
        "ORDER BY id",
        pipeline_id=pipeline_id,
    )
    if configurations:
        names = ", ".join(f"'{source.configuration_name}'" for source in configurations)
        raise RefusedError(f"The pipeline '{pipeline.name}' is used by {names}.")
    for stage in stages:
        await writes.delete(unit, STAGES, stage)
    await writes.delete(unit, PIPELINES, pipeline)


async def _lock_pipeline(unit: Unit, pipeline_id: bytes) -> tuple[StageBook, Pipeline]:
    kind = (await rows.get(unit, PIPELINES, pipeline_id)).kind
    book = await lock_book(unit, kind)
    pipeline = book.pipelines.get(pipeline_id)
    if pipeline is None:
        raise NotFoundError(PIPELINES.noun)
    return book, pipeline


def _check_names(entries: list[StageEntry], problems: Problems) -> list[str]:
    """The names trimmed; each only once, and there is at least one."""
    if not entries:
        problems.add("blank", "stages", text="A pipeline needs at least one stage.")
    names: list[str] = []
    for index, entry in enumerate(entries):
        names.append(check_stage_name(entry.name, names, problems, index))
    return names


def _match(
    stages: list[Stage], entries: list[StageEntry], problems: Problems
) -> list[Stage | None]:
    """Which stage each entry has been; None: it is new.

    Entries that say which stage they have been come first; what they leave goes by name.
    """
    free = {stage.id: stage for stage in stages}
    ids = {stage.name.lower(): stage.id for stage in stages}
    matched: list[Stage | None] = []
    for entry in entries:
        old_id = entry.stage_id
        if old_id is None and entry.old_name is not None:
            old_id = ids.get(entry.old_name.strip().lower())
        matched.append(None if old_id is None else free.pop(old_id, None))
    for index, entry in enumerate(entries):
        if matched[index] is None:
            name = entry.name.strip().lower()
            matched[index] = stage = free.pop(ids.get(name, b""), None)
            says_old = entry.stage_id or (entry.old_name or "").strip().lower() not in ("", name)
            if stage is None and says_old:
                old = f"'{entry.old_name}'" if entry.old_name else "with that id"
                words = f"There is no stage {old} to rename."
                problems.add("not_found", "stages", index, "name", text=words)
    return matched


async def _park_names(unit: Unit, stage_ids: list[bytes]) -> None:
    """Frees the names of stages about to be renamed, so that two may swap theirs."""
    await unit.execute(
        "UPDATE stages SET name = encode(id, 'hex') "
        "WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s)",
        ids=stage_ids,
    )
