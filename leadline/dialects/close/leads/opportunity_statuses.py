"""Opportunity statuses in the Close dialect: ``/api/v1/status/opportunity/``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import msgspec

from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import ListOf, PipelineId, StatusId
from leadline.features.pipelines.actions import append_stage
from leadline.features.pipelines.inputs import Name, NewStage
from leadline.features.pipelines.queries import stage_book
from leadline.features.pipelines.tables import STAGES, Stage
from leadline.flows.arrange_pipeline import retire_status
from leadline.flows.change_status import change_status
from leadline.kernel.errors import NotFoundError, Problems
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.operation import Request

StatusType = Literal["active", "won", "lost"]


class OpportunityStatusShape(TypedDict):
    id: str
    label: str
    organization_id: str
    pipeline_id: str
    type: str


class NewOpportunityStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Without a pipeline it is the default one. Old clients say ``status_type`` for the type."""

    label: Name
    type: StatusType | None = None
    status_type: StatusType | None = None
    pipeline_id: PipelineId | None = None


class OpportunityStatusChange(msgspec.Struct, frozen=True, kw_only=True):
    """Null changes nothing. A status changes its pipeline where the pipeline is changed."""

    label: Name | None = None
    type: StatusType | None = None
    status_type: StatusType | None = None
    pipeline_id: PipelineId | None = None


def spell_opportunity_status(row: Stage) -> OpportunityStatusShape:
    return {
        "id": spelling.spell_id("stat", row.id),
        "label": row.name,
        "organization_id": spelling.spell_id("orga", row.organization_id),
        "pipeline_id": spelling.spell_id("pipe", row.pipeline_id),
        "type": row.type,
    }


async def show(request: Request[Any], found: list[Stage]) -> list[OpportunityStatusShape]:
    return [spell_opportunity_status(row) for row in found]


RESOURCE = Resource(
    noun="opportunity_status",
    tag="Opportunity statuses",
    path="/api/v1/status/opportunity/",
    prefix=StatusId.prefix,
    table=STAGES,
    shape=OpportunityStatusShape,
    show=show,
    read=Right.PIPELINE_READ,
    write=Right.PIPELINE_WRITE,
)


async def list_opportunity_statuses(request: Request[None]) -> ListOf[OpportunityStatusShape]:
    """All pipelines' statuses, the default pipeline's first."""
    page = spelling.page_of_all(request.query)
    stages = (await stage_book(request.unit, "opportunity")).active()
    shapes = await show(request, stages[page.skip : page.skip + page.fetch])
    return spelling.list_of(shapes, page, request.query)


async def get_opportunity_status(request: Request[None]) -> OpportunityStatusShape:
    stage = await rows.get(request.unit, STAGES, RESOURCE.id_in(request))
    if stage.kind != "opportunity" or not stage.is_active:
        raise NotFoundError(STAGES.noun)
    return await RESOURCE.show_one(request, stage)


async def create_opportunity_status(unit: Unit, body: NewOpportunityStatus) -> Stage:
    new = NewStage(name=body.label, type=body.type or body.status_type or "active")
    return await append_stage(unit, "opportunity", new, body.pipeline_id)


async def update_opportunity_status(
    unit: Unit, stage_id: bytes, body: OpportunityStatusChange
) -> Stage:
    stage = await change_status(unit, stage_id, name=body.label, type=body.type or body.status_type)
    problems = Problems()
    if body.pipeline_id not in (None, stage.pipeline_id):
        problems.add("read_only", "pipeline_id")
    problems.stop_if_any()
    return stage


OPERATIONS = (
    list_operation(RESOURCE, list_opportunity_statuses),
    create_operation(
        RESOURCE,
        action=create_opportunity_status,
        body=NewOpportunityStatus,
        names={"name": "label"},
    ),
    get_operation(RESOURCE, get_opportunity_status),
    update_operation(
        RESOURCE,
        action=update_opportunity_status,
        body=OpportunityStatusChange,
        names={"name": "label"},
    ),
    delete_operation(RESOURCE, action=retire_status),
)
