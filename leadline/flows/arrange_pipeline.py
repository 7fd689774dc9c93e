"""Pipelines of opportunities whose statuses are ordered, added and moved from one to another.

Statuses that are not mentioned stay where they are: a pipeline may be empty, and none is lost.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.opportunities.actions import stage_labels
from leadline.features.opportunities.tables import OPPORTUNITIES
from leadline.features.pipelines.actions import (
    check_pipeline_name,
    check_stage_name,
    create_pipeline,
    create_stage,
    set_default_pipeline,
)
from leadline.features.pipelines.inputs import NewPipeline, NewStage
from leadline.features.pipelines.queries import StageBook, lock_book
from leadline.features.pipelines.tables import PIPELINES, STAGES, Pipeline, Stage
from leadline.flows.retire_stage import configurations_using, lock_stages, retire_stages
from leadline.flows.save_pipeline import delete_pipeline
from leadline.kernel.errors import NotFoundError, Problems, RefusedError
from leadline.store import rows, writes
from leadline.store.unit import Unit

# So many opportunities at a time, so that memory does not grow with the status.
CHUNK = 500


class StatusEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One status of a pipeline: an existing one by its id, or else a new one by its name."""

    stage_id: bytes | None = None
    name: str | None = None
    type: Literal["active", "won", "lost"] = "active"


async def add_pipeline(unit: Unit, name: str, entries: list[StatusEntry]) -> Pipeline:
    """Adds a pipeline; its statuses may be new ones, or come from other pipelines."""
    book = await lock_book(unit, "opportunity")
    problems = Problems()
    name = await check_pipeline_name(unit, name, problems)
    chosen = _choose(book, entries, [], problems)
    problems.stop_if_any()
    pipeline = await create_pipeline(unit, NewPipeline(kind="opportunity", name=name))
    await _place(unit, pipeline, chosen, book)
    return pipeline


async def arrange_pipeline(
    unit: Unit, pipeline_id: bytes, name: str | UnsetType, entries: list[StatusEntry] | UnsetType
) -> Pipeline:
    """Renames a pipeline and puts its statuses in order, those that are mentioned first."""
    book = await lock_book(unit, "opportunity")
    pipeline = _pipeline_in(book, pipeline_id)
    problems = Problems()
    changes: dict[str, Any] = {}
    if name is not UNSET:
        changes["name"] = await check_pipeline_name(unit, name, problems, pipeline_id)
    chosen: list[Stage | NewStage] = []
    present = book.active(pipeline_id)
    if entries is not UNSET:
        mentioned = {entry.stage_id for entry in entries}
        rest = [stage for stage in present if stage.id not in mentioned]
        chosen = _choose(book, entries, rest, problems)
    problems.stop_if_any()
    if entries is not UNSET and chosen != present:
        changes["updated_at"] = unit.now
    pipeline = await writes.update(unit, PIPELINES, pipeline, **changes)
    await _place(unit, pipeline, chosen, book)
    return pipeline


async def delete_empty_pipeline(unit: Unit, pipeline_id: bytes) -> None:
    """Removes a pipeline without statuses. If it was the default, the next one is it now."""
    book = await lock_book(unit, "opportunity")
    pipeline = _pipeline_in(book, pipeline_id)
    if book.active(pipeline_id):
        raise RefusedError(f"The pipeline '{pipeline.name}' still has statuses.")
    if pipeline.is_default:
        others = [other for other in book.pipelines.values() if other.id != pipeline_id]
        if not others:
            raise RefusedError("The last pipeline cannot be deleted.")
        await set_default_pipeline(unit, others[0].id)
    await delete_pipeline(unit, pipeline_id)


async def retire_status(unit: Unit, stage_id: bytes) -> None:
    """Takes a status that no opportunity has out of use; one must be left."""
    book = await lock_book(unit, "opportunity")
    stage = book.get_active(stage_id)
    if len(book.active()) == 1:
        raise RefusedError(f"'{stage.name}' is the last status.")
    await retire_stages(unit, [stage])


def _pipeline_in(book: StageBook, pipeline_id: bytes) -> Pipeline:
    pipeline = book.pipelines.get(pipeline_id)
    if pipeline is None:
        raise NotFoundError(PIPELINES.noun)
    return pipeline


def _choose(
    book: StageBook, entries: list[StatusEntry], rest: list[Stage], problems: Problems
) -> list[Stage | NewStage]:
    """What the pipeline shall have, in order: what is mentioned, then the rest."""
    chosen: list[Stage | NewStage] = []
    names: list[str] = []
    seen: set[bytes] = set()
    # The rest comes last, but its names are taken.
    taken = [stage.name for stage in rest]
    for index, entry in enumerate(entries):
        if entry.stage_id is not None:
            stage = book.find_active(entry.stage_id)
            if stage is None or stage.id in seen:
                problems.add("not_found", "stages", index, "stage_id")
                continue
            seen.add(stage.id)
            check_stage_name(stage.name, [*taken, *names], problems, index)
            names.append(stage.name)
            chosen.append(stage)
        elif entry.name is None:
            problems.add("required", "stages", index, "name")
        else:
            name = check_stage_name(entry.name, [*taken, *names], problems, index)
            names.append(name)
            chosen.append(NewStage(name=name, type=entry.type))
    return [*chosen, *rest]


async def _place(
    unit: Unit, pipeline: Pipeline, chosen: list[Stage | NewStage], book: StageBook
) -> None:
    arriving = [
        stage for stage in chosen if isinstance(stage, Stage) and stage.pipeline_id != pipeline.id
    ]
    await _refuse_if_routed(unit, arriving, pipeline)
    for rank, stage in enumerate(chosen):
        if isinstance(stage, Stage):
            await writes.update(unit, STAGES, stage, pipeline_id=pipeline.id, rank=rank)
        else:
            await create_stage(unit, pipeline, stage, rank)
    if arriving:
        await lock_stages(unit, arriving)
    for stage in arriving:
        await _bring_opportunities(unit, stage, pipeline)


async def _refuse_if_routed(unit: Unit, arriving: list[Stage], pipeline: Pipeline) -> None:
    """A configuration that names the pipeline of its stages must not be left with another one."""
    if not arriving:
        return
    ids = [stage.id for stage in arriving]
    names = [
        f"'{source.configuration_name}'"
        for source in await configurations_using(unit, ids)
        if source.application_pipeline_id not in (None, pipeline.id)
    ]
    if names:
        raise RefusedError(f"These statuses are used by {', '.join(names)}.")


async def _bring_opportunities(unit: Unit, stage: Stage, pipeline: Pipeline) -> None:
    """The opportunities of a status go with it into its new pipeline. They stay in their stage."""
    while opportunities := await rows.select(
        unit,
        OPPORTUNITIES,
        "AND stage_id = %(stage_id)s AND pipeline_id <> %(pipeline_id)s "
        "ORDER BY id LIMIT %(limit)s FOR UPDATE",
        stage_id=stage.id,
        pipeline_id=pipeline.id,
        limit=CHUNK,
    ):
        labels = {"before": stage_labels(stage), "after": stage_labels(stage)}
        for opportunity in opportunities:
            await writes.update(
                unit, OPPORTUNITIES, opportunity, labels=labels, pipeline_id=pipeline.id
            )
        await unit.flush()
