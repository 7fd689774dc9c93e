"""Pipelines and their stages in the Tether dialect: ``/api/pipelines``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.tether.spelling import (
    ObjectId,
    envelope_error,
    id_in_path,
    spell_id_or_null,
    spell_time,
)
from leadline.features.pipelines import actions
from leadline.features.pipelines.inputs import (
    Color,
    Description,
    Name,
    PipelineChange,
    StageEntry,
)
from leadline.features.pipelines.queries import StageBook, default_pipeline, stage_book
from leadline.features.pipelines.tables import PIPELINES, Kind
from leadline.flows import reassign_stage as flow
from leadline.flows import save_pipeline as flows
from leadline.kernel.errors import InvalidError, problem
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.operation import Answer, Body, Handler, Operation, Parameter, Request, operation

TAG = "Pipelines"
PATH = "/api/pipelines"
KINDS: dict[str, Kind] = {"Contact": "lead", "Application": "opportunity"}
TYPES: dict[Kind, Literal["Contact", "Application"]] = {
    "lead": "Contact",
    "opportunity": "Application",
}
TYPE = Parameter(
    "type",
    "Type of the records in the pipeline.",
    {"type": "string", "enum": list(KINDS), "default": "Contact"},
)


# Bodies.


class StageBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """``newStage`` and ``name`` say the same. ``_id`` or ``oldStage`` is the stage to rename."""

    id: ObjectId | None = msgspec.field(default=None, name="_id")
    old_stage: Name | None = None
    new_stage: Name | None = None
    name: Name | None = None
    color: Color | UnsetType | None = UNSET
    position: int | None = None


class PipelineBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is absent stays. ``pipelineStages`` takes precedence over ``stages``."""

    name: Name | None = None
    description: Description | UnsetType | None = UNSET
    is_default: bool = False
    stages: list[StageBody] | None = None
    pipeline_stages: list[StageBody] | None = None


class NewPipelineBody(PipelineBody, frozen=True, kw_only=True, rename="camel"):
    name: Name


class DefaultBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pipeline_id: ObjectId


class ReassignBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    source_stage_id: ObjectId
    target_stage_id: ObjectId


def read_stages(body: PipelineBody) -> list[StageEntry] | None:
    """The stages that a body lists, by position where it is given; None without a list."""
    given = _listed(body)
    if given is None:
        return None
    return [
        StageEntry(
            name=stage.new_stage or stage.name or "",
            color=stage.color,
            stage_id=stage.id,
            old_name=stage.old_stage,
        )
        for _, stage in _in_order(given)
    ]


def sent_names(body: PipelineBody) -> dict[str, str]:
    """Where the stages stand in the body that have these indexes in their order."""
    field = "stages" if body.pipeline_stages is None else "pipelineStages"
    names = {}
    for index, (sent, stage) in enumerate(_in_order(_listed(body) or [])):
        name = "name" if stage.new_stage is None and stage.name else "newStage"
        names[f"stages.{index}.name"] = f"{field}.{sent}.{name}"
    return names


def _listed(body: PipelineBody) -> list[StageBody] | None:
    return body.stages if body.pipeline_stages is None else body.pipeline_stages


def _in_order(given: list[StageBody]) -> list[tuple[int, StageBody]]:
    """The stages by their positions, each with its index in the list."""
    pairs = list(enumerate(given))
    return sorted(
        pairs, key=lambda pair: len(given) if pair[1].position is None else pair[1].position
    )


# Answers.


class StageName(TypedDict):
    name: str
    color: str | None


class StageShape(TypedDict):
    _id: str
    name: str
    color: str | None
    position: int


class PipelineShape(TypedDict):
    _id: str
    name: str
    description: str | None
    organizationId: str
    type: Literal["Contact", "Application"]
    isDefault: bool
    isActive: bool
    stages: list[StageName]
    pipelineStageIds: list[str]
    pipelineStages: list[StageShape]
    createdBy: str | None
    updatedBy: str | None
    createdAt: str
    updatedAt: str


class PipelineAnswer(PipelineShape):
    """A pipeline by itself, and once more under ``data`` for those who expect an envelope."""

    success: Literal[True]
    data: PipelineShape


class PipelinesAnswer(TypedDict):
    success: Literal[True]
    data: list[PipelineShape]


class DoneAnswer(TypedDict):
    success: Literal[True]
    message: str


class StageReference(TypedDict):
    id: str
    name: str


class ReassignAnswer(TypedDict):
    success: Literal[True]
    recordsTransferred: int
    sourceStage: StageReference
    targetStage: StageReference


def spell_pipeline(book: StageBook, pipeline_id: bytes) -> PipelineShape:
    """A pipeline with its active stages. A changed stage changes its pipeline."""
    row = book.pipelines[pipeline_id]
    stages = book.active(pipeline_id)
    changes = [stage.updated_at for stage in book.stages if stage.pipeline_id == pipeline_id]
    return {
        "_id": row.id.hex(),
        "name": row.name,
        "description": row.description,
        "organizationId": row.organization_id.hex(),
        "type": TYPES[row.kind],
        "isDefault": row.is_default,
        "isActive": True,
        "stages": [{"name": stage.name, "color": stage.color} for stage in stages],
        "pipelineStageIds": [stage.id.hex() for stage in stages],
        "pipelineStages": [
            {"_id": stage.id.hex(), "name": stage.name, "color": stage.color, "position": index}
            for index, stage in enumerate(stages)
        ],
        "createdBy": spell_id_or_null(row.created_by),
        "updatedBy": spell_id_or_null(row.updated_by),
        "createdAt": spell_time(row.created_at),
        "updatedAt": spell_time(max([row.updated_at, *changes])),
    }


async def _answer(unit: Unit, kind: Kind, pipeline_id: bytes) -> PipelineAnswer:
    shape = spell_pipeline(await stage_book(unit, kind), pipeline_id)
    return {**shape, "success": True, "data": shape}


# Operations.


def kind_in(request: Request[Any]) -> Kind:
    """What ``type`` asks for; contacts when it is absent."""
    kind = KINDS.get(request.query.get("type") or "Contact")
    if kind is None:
        words = f"Value must be one of: {', '.join(KINDS)}."
        raise InvalidError([problem("choice", "type", text=words)])
    return kind


async def get_default_pipeline(request: Request[None]) -> PipelineAnswer:
    kind = kind_in(request)
    book = await stage_book(request.unit, kind)
    shape = spell_pipeline(book, book.default.id)
    return {**shape, "success": True, "data": shape}


async def list_pipelines(request: Request[None]) -> PipelinesAnswer:
    kinds = [kind_in(request)] if request.query.get("type") else list(TYPES)
    books = [await stage_book(request.unit, kind) for kind in kinds]
    return {
        "success": True,
        "data": [spell_pipeline(book, each) for book in books for each in book.pipelines],
    }


async def get_pipeline(request: Request[None]) -> PipelineAnswer:
    pipeline_id = id_in_path("pipeline", request.path["id"])
    pipeline = await rows.get(request.unit, PIPELINES, pipeline_id)
    return await _answer(request.unit, pipeline.kind, pipeline_id)


async def create_pipeline(request: Request[NewPipelineBody]) -> PipelineAnswer:
    kind, body = kind_in(request), request.body
    pipeline = await flows.add_pipeline(
        request.unit,
        kind,
        name=body.name,
        description=body.description or None,
        stages=read_stages(body) or [],
        is_default=body.is_default,
    )
    return await _answer(request.unit, kind, pipeline.id)


async def save_default_pipeline(request: Request[PipelineBody]) -> PipelineAnswer:
    kind = kind_in(request)
    pipeline = await default_pipeline(request.unit, kind)
    return await _save(request, kind, pipeline.id)


async def update_pipeline(request: Request[PipelineBody]) -> PipelineAnswer:
    pipeline_id = id_in_path("pipeline", request.path["id"])
    pipeline = await rows.get(request.unit, PIPELINES, pipeline_id)
    return await _save(request, pipeline.kind, pipeline_id)


async def _save(request: Request[PipelineBody], kind: Kind, pipeline_id: bytes) -> PipelineAnswer:
    body = request.body
    stages = read_stages(body)
    change = PipelineChange(
        name=UNSET if body.name is None else body.name,
        description=body.description,
        stages=UNSET if stages is None else stages,
    )
    await flows.save_pipeline(request.unit, pipeline_id, change)
    if body.is_default:
        await actions.set_default_pipeline(request.unit, pipeline_id)
    return await _answer(request.unit, kind, pipeline_id)


async def delete_pipeline(request: Request[None]) -> DoneAnswer:
    await flows.delete_pipeline(request.unit, id_in_path("pipeline", request.path["id"]))
    return {"success": True, "message": "Pipeline deleted"}


async def set_default_pipeline(request: Request[DefaultBody]) -> PipelineAnswer:
    pipeline = await actions.set_default_pipeline(request.unit, request.body.pipeline_id)
    return await _answer(request.unit, pipeline.kind, pipeline.id)


async def reassign_stage(request: Request[ReassignBody]) -> ReassignAnswer:
    body = request.body
    result = await flow.reassign_stage(request.unit, body.source_stage_id, body.target_stage_id)
    return {
        "success": True,
        "recordsTransferred": result.count,
        "sourceStage": {"id": result.source.id.hex(), "name": result.source.name},
        "targetStage": {"id": result.target.id.hex(), "name": result.target.name},
    }


def _operation(
    name: str,
    method: str,
    path: str,
    summary: str,
    run: Handler[Body, Answer],
    *,
    answer: type[Answer],
    body: type[Body] | None = None,
    **more: Any,
) -> Operation:
    right = Right.PIPELINE_READ if method == "GET" else Right.PIPELINE_WRITE
    return operation(
        name=f"pipeline.{name}",
        method=method,
        path=PATH + path,
        summary=summary,
        right=right,
        run=run,
        tag=TAG,
        body=body,
        answer=answer,
        error_body=envelope_error,
        **more,
    )


OPERATIONS = (
    _operation(
        "get_default",
        "GET",
        "",
        "Get the default pipeline",
        get_default_pipeline,
        answer=PipelineAnswer,
        query=(TYPE,),
    ),
    _operation(
        "save_default",
        "POST",
        "",
        "Change the default pipeline",
        save_default_pipeline,
        answer=PipelineAnswer,
        body=PipelineBody,
        names=sent_names,
        query=(TYPE,),
        description="Stages stand in the order given. With oldStage a stage is renamed; one that "
        "is left out is removed, unless something still uses it.",
    ),
    _operation(
        "create",
        "POST",
        "/create",
        "Create a pipeline",
        create_pipeline,
        answer=PipelineAnswer,
        body=NewPipelineBody,
        names=sent_names,
        query=(TYPE,),
        status=201,
    ),
    _operation(
        "list",
        "GET",
        "/list",
        "List all pipelines",
        list_pipelines,
        answer=PipelinesAnswer,
        query=(Parameter("type", "Filter by type.", {"enum": list(KINDS)}),),
    ),
    *(
        _operation(
            name,
            method,
            "/set-default",
            "Choose the default pipeline of its type",
            set_default_pipeline,
            answer=PipelineAnswer,
            body=DefaultBody,
        )
        for name, method in (("set_default", "POST"), ("put_default", "PUT"))
    ),
    _operation(
        "reassign_stage",
        "POST",
        "/stages/reassign",
        "Move all records to another stage and retire this one",
        reassign_stage,
        answer=ReassignAnswer,
        body=ReassignBody,
    ),
    _operation("get", "GET", "/{id}", "Get a pipeline", get_pipeline, answer=PipelineAnswer),
    _operation(
        "update",
        "PUT",
        "/{id}",
        "Change a pipeline and its stages",
        update_pipeline,
        answer=PipelineAnswer,
        body=PipelineBody,
        names=sent_names,
    ),
    _operation(
        "delete", "DELETE", "/{id}", "Delete an unused pipeline", delete_pipeline, answer=DoneAnswer
    ),
)
