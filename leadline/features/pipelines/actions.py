"""Every change of pipelines and stages that concerns them alone."""

from __future__ import annotations

from leadline.features.pipelines.inputs import NewPipeline, NewStage
from leadline.features.pipelines.tables import PIPELINES, STAGES, Pipeline, Stage
from leadline.store import writes
from leadline.store.unit import Unit


async def create_pipeline(unit: Unit, new: NewPipeline) -> Pipeline:
    """Adds a pipeline with its stages. The caller has checked the names."""
    row = Pipeline(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        kind=new.kind,
        name=new.name,
        description=new.description,
        is_default=new.is_default,
        created_at=unit.now,
        updated_at=unit.now,
        created_by=unit.scope.user_id or None,
        updated_by=unit.scope.user_id or None,
    )
    await writes.insert(unit, PIPELINES, row)
    for rank, stage in enumerate(new.stages):
        await create_stage(unit, row, stage, rank)
    return row


async def create_stage(unit: Unit, pipeline: Pipeline, new: NewStage, rank: int) -> Stage:
    """Adds a stage to a pipeline at a rank."""
    row = Stage(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        pipeline_id=pipeline.id,
        kind=pipeline.kind,
        name=new.name,
        color=new.color,
        type=new.type,
        rank=rank,
        is_active=True,
        created_at=unit.now,
        updated_at=unit.now,
    )
    return await writes.insert(unit, STAGES, row)
