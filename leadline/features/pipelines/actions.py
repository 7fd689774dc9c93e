"""Every change of pipelines and stages that concerns them alone."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.features.pipelines.inputs import NewPipeline, NewStage
from leadline.features.pipelines.queries import StageBook, lock_book
from leadline.features.pipelines.tables import PIPELINES, STAGES, Kind, Pipeline, Stage
from leadline.kernel.errors import NotFoundError, Path, Problems
from leadline.kernel.names import read_name
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_pipeline(unit: Unit, new: NewPipeline) -> Pipeline:
    """Adds a pipeline with its stages. The caller has checked the names."""
    row = Pipeline(
        **unit.stamps(),
        kind=new.kind,
        name=new.name,
        description=new.description,
        is_default=new.is_default,
    )
    await writes.insert(unit, PIPELINES, row)
    for rank, stage in enumerate(new.stages):
        await create_stage(unit, row, stage, rank)
    return row


async def create_stage(unit: Unit, pipeline: Pipeline, new: NewStage, rank: int) -> Stage:
    """Adds a stage to a pipeline at a rank."""
    row = Stage(
        **unit.time_stamps(),
        pipeline_id=pipeline.id,
        kind=pipeline.kind,
        name=new.name,
        color=new.color,
        type=new.type,
        rank=rank,
        is_active=True,
    )
    return await writes.insert(unit, STAGES, row)


async def append_stage(
    unit: Unit, kind: Kind, new: NewStage, pipeline_id: bytes | None = None
) -> Stage:
    """Adds a stage at the end of a pipeline (None: the default one)."""
    book = await lock_book(unit, kind)
    problems = Problems()
    pipeline = book.default if pipeline_id is None else book.pipelines.get(pipeline_id)
    if pipeline is None:
        problems.add("not_found", "pipeline_id")
    others = book.active(pipeline.id) if pipeline else []
    name = check_stage_name(new.name, (stage.name for stage in others), problems)
    problems.stop_if_any()
    assert pipeline is not None  # noqa: S101 - a missing one is a problem
    rank = max((stage.rank for stage in others), default=-1) + 1
    return await create_stage(
        unit, pipeline, NewStage(name=name, color=new.color, type=new.type), rank
    )


async def set_default_pipeline(unit: Unit, pipeline_id: bytes) -> Pipeline:
    """Makes a pipeline the default of its kind; the one before is it no more."""
    kind = (await rows.get(unit, PIPELINES, pipeline_id)).kind
    book = await lock_book(unit, kind)
    pipeline = book.pipelines.get(pipeline_id)
    if pipeline is None:
        raise NotFoundError(PIPELINES.noun)
    if pipeline.is_default:
        return pipeline
    await clear_default(unit, book)
    return await writes.update(unit, PIPELINES, pipeline, is_default=True)


async def clear_default(unit: Unit, book: StageBook) -> None:
    """First half of changing the default: a kind never has two. ``book`` must be locked."""
    await writes.update(unit, PIPELINES, book.default, is_default=False)


async def check_pipeline_name(
    unit: Unit, name: str, problems: Problems, pipeline_id: bytes | None = None
) -> str:
    """The name trimmed. It must not be blank, nor, without case, another pipeline's."""
    trimmed = read_name(name, problems)
    if trimmed and await unit.fetch_value(
        "SELECT id FROM pipelines WHERE organization_id = %(organization_id)s "
        "AND lower(name) = lower(%(name)s) AND id IS DISTINCT FROM %(pipeline_id)s",
        name=trimmed,
        pipeline_id=pipeline_id,
    ):
        problems.add("duplicate", "name", text=f"There is already a pipeline named '{trimmed}'.")
    return trimmed


def check_stage_name(
    name: str, others: Iterable[str], problems: Problems, index: int | None = None
) -> str:
    """The name trimmed. It must not be blank, nor, without case, that of one of the ``others``.

    ``index`` is that of the stage, if it is one of several.
    """
    path: Path = ("name",) if index is None else ("stages", index, "name")
    trimmed = read_name(name, problems, *path)
    if trimmed and trimmed.lower() in {other.lower() for other in others}:
        words = f"The pipeline already has a stage named '{trimmed}'."
        problems.add("duplicate", *path, text=words)
    return trimmed


def read_new_name(book: StageBook, stage: Stage, name: str) -> str:
    """The name trimmed that an active stage gets; InvalidError unless it can have it."""
    problems = Problems()
    others = (other.name for other in book.active(stage.pipeline_id) if other.id != stage.id)
    name = check_stage_name(name, others, problems)
    problems.stop_if_any()
    return name
