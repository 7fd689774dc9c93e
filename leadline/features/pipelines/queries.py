"""Reads of pipelines and stages. An organization has few: they are read whole."""

from __future__ import annotations

from leadline.features.pipelines.tables import PIPELINES, STAGES, Kind, Pipeline, Stage
from leadline.kernel.errors import NotFoundError
from leadline.kernel.ids import parse_hex
from leadline.store import rows
from leadline.store.unit import Unit


async def list_pipelines(unit: Unit, kind: Kind) -> list[Pipeline]:
    """The pipelines of a kind, the default first."""
    return await rows.select(
        unit, PIPELINES, "AND kind = %(kind)s ORDER BY is_default DESC, id", kind=kind
    )


async def default_pipeline(unit: Unit, kind: Kind) -> Pipeline:
    """The default pipeline of a kind; every organization has one."""
    found = await rows.select(unit, PIPELINES, "AND kind = %(kind)s AND is_default", kind=kind)
    if not found:
        raise NotFoundError("pipeline")
    return found[0]


async def stages_of(unit: Unit, pipeline_id: bytes) -> list[Stage]:
    """The active stages of a pipeline, in order."""
    return await rows.select(
        unit,
        STAGES,
        "AND pipeline_id = %(pipeline_id)s AND is_active ORDER BY rank, id",
        pipeline_id=pipeline_id,
    )


class StageBook:
    """All stages of one kind, the default pipeline's first: what resolving a stage needs."""

    def __init__(self, pipelines: list[Pipeline], stages: list[Stage]) -> None:
        self.pipelines = {pipeline.id: pipeline for pipeline in pipelines}
        order = {pipeline.id: index for index, pipeline in enumerate(pipelines)}
        self.stages = sorted(
            (stage for stage in stages if stage.pipeline_id in order),
            key=lambda stage: (order[stage.pipeline_id], stage.rank, stage.id),
        )
        self.by_id = {stage.id: stage for stage in self.stages}
        self.default = next(p for p in pipelines if p.is_default)

    def find_active(self, stage_id: bytes) -> Stage | None:
        """The active stage of that id, or None."""
        stage = self.by_id.get(stage_id)
        return stage if stage is not None and stage.is_active else None

    def get_active(self, stage_id: bytes) -> Stage:
        """The active stage of that id; NotFoundError when it is unknown or retired."""
        stage = self.find_active(stage_id)
        if stage is None:
            raise NotFoundError(STAGES.noun)
        return stage

    def active(self, pipeline_id: bytes | None = None) -> list[Stage]:
        """The active stages of a pipeline, or of all."""
        return [
            stage
            for stage in self.stages
            if stage.is_active and pipeline_id in (None, stage.pipeline_id)
        ]

    def first(self, pipeline_id: bytes | None = None) -> Stage | None:
        """The stage that new objects enter: the first of the pipeline.

        Without one it is the default's, or the next pipeline's if that is empty.
        """
        active = self.active(pipeline_id)
        return active[0] if active else None

    def resolve(self, text: str, pipeline_id: bytes | None = None) -> Stage | None:
        """The active stage that ``text`` names by id (hexadecimal) or by name.

        With a pipeline only its stages count; without one the default pipeline's come first.
        Names are compared exactly first, then without case.
        """
        active = self.active(pipeline_id)
        stage_id = parse_hex(text)
        if stage_id is not None:
            for stage in active:
                if stage.id == stage_id:
                    return stage
        wanted = text.strip()
        for stage in active:
            if stage.name == wanted:
                return stage
        for stage in active:
            if stage.name.lower() == wanted.lower():
                return stage
        return None


async def stage_book(unit: Unit, kind: Kind) -> StageBook:
    """Every pipeline and stage of a kind: two statements."""
    pipelines = await list_pipelines(unit, kind)
    stages = await rows.select(unit, STAGES, "AND kind = %(kind)s", kind=kind)
    return StageBook(pipelines, stages)


async def lock_book(unit: Unit, kind: Kind) -> StageBook:
    """Like ``stage_book``, and until the transaction ends nobody else changes these pipelines.

    Leads may still come in and move: the lock is one that their foreign keys do not wait for.
    """
    await unit.execute(
        "SELECT id FROM pipelines WHERE organization_id = %(organization_id)s "
        "AND kind = %(kind)s ORDER BY id FOR NO KEY UPDATE",
        kind=kind,
    )
    return await stage_book(unit, kind)
