"""Pipelines of opportunities in the Close dialect: ``/api/v1/pipeline/``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    ListOf,
    PipelineId,
    StatusId,
    spell_id,
    spell_id_or_null,
)
from leadline.features.pipelines.inputs import Name
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.features.pipelines.tables import PIPELINES, Pipeline
from leadline.flows.arrange_pipeline import (
    StatusEntry,
    add_pipeline,
    arrange_pipeline,
    delete_empty_pipeline,
)
from leadline.kernel.errors import NotFoundError
from leadline.kernel.rights import Right
from leadline.store.unit import Unit
from leadline.wire.operation import Request


class PipelineStatusShape(TypedDict):
    id: str
    label: str
    type: str


class PipelineShape(TypedDict):
    created_by: str | None
    date_created: str
    date_updated: str
    id: str
    name: str
    organization_id: str
    statuses: list[PipelineStatusShape]
    updated_by: str | None


class PipelineStatusBody(msgspec.Struct, frozen=True, kw_only=True):
    """A status by its id, wherever it is now, or a new one with a label and a type.

    The label and the type of a status with an id are not changed here.
    """

    id: StatusId | None = None
    label: Name | None = None
    type: Literal["active", "won", "lost"] | None = None


class NewPipelineBody(msgspec.Struct, frozen=True, kw_only=True):
    name: Name
    statuses: list[PipelineStatusBody] | None = None


class PipelineChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Statuses that are not in the list stay, after those that are."""

    name: Name | UnsetType = UNSET
    statuses: list[PipelineStatusBody] | UnsetType = UNSET


def spell_pipeline(row: Pipeline, book: StageBook) -> PipelineShape:
    return {
        "created_by": spell_id_or_null("user", row.created_by),
        "date_created": spelling.spell_time_without_zone(row.created_at),
        "date_updated": spelling.spell_time_without_zone(row.updated_at),
        "id": spell_id("pipe", row.id),
        "name": row.name,
        "organization_id": spell_id("orga", row.organization_id),
        "statuses": [
            {"id": spell_id("stat", stage.id), "label": stage.name, "type": stage.type}
            for stage in book.active(row.id)
        ],
        "updated_by": spell_id_or_null("user", row.updated_by),
    }


async def show(request: Request[Any], found: list[Pipeline]) -> list[PipelineShape]:
    book = await stage_book(request.unit, "opportunity")
    return [spell_pipeline(row, book) for row in found]


RESOURCE = Resource(
    noun="pipeline",
    tag="Pipelines",
    path="/api/v1/pipeline/",
    prefix=PipelineId.prefix,
    table=PIPELINES,
    shape=PipelineShape,
    show=show,
    read=Right.PIPELINE_READ,
    write=Right.PIPELINE_WRITE,
)


async def list_pipelines(request: Request[None]) -> ListOf[PipelineShape]:
    """The default pipeline first."""
    page = spelling.page_of_all(request.query)
    book = await stage_book(request.unit, "opportunity")
    found = list(book.pipelines.values())[page.skip : page.skip + page.fetch]
    return spelling.list_of([spell_pipeline(row, book) for row in found], page, request.query)


async def get_pipeline(request: Request[None]) -> PipelineShape:
    book = await stage_book(request.unit, "opportunity")
    row = book.pipelines.get(RESOURCE.id_in(request))
    if row is None:
        raise NotFoundError(PIPELINES.noun)
    return spelling.pick(spell_pipeline(row, book), request.query)


def _entries(given: list[PipelineStatusBody]) -> list[StatusEntry]:
    return [
        StatusEntry(stage_id=each.id, name=each.label, type=each.type or "active") for each in given
    ]


async def create_pipeline(unit: Unit, body: NewPipelineBody) -> Pipeline:
    return await add_pipeline(unit, body.name, _entries(body.statuses or []))


async def update_pipeline(unit: Unit, pipeline_id: bytes, body: PipelineChangeBody) -> Pipeline:
    entries = UNSET if body.statuses is UNSET else _entries(body.statuses)
    return await arrange_pipeline(unit, pipeline_id, body.name, entries)


_NAMES = {
    "stages": "statuses",
    "stages.*.name": "statuses.*.label",
    "stages.*.stage_id": "statuses.*.id",
}

OPERATIONS = (
    list_operation(RESOURCE, list_pipelines),
    create_operation(
        RESOURCE, action=create_pipeline, body=NewPipelineBody, names=_NAMES, status=201
    ),
    get_operation(RESOURCE, get_pipeline),
    update_operation(RESOURCE, action=update_pipeline, body=PipelineChangeBody, names=_NAMES),
    delete_operation(RESOURCE, action=delete_empty_pipeline, status=204),
)
