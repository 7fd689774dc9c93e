"""Lead statuses in the Close dialect, ``/api/v1/status/lead/``: the stages of lead pipelines."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

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
from leadline.dialects.close.protocol.spelling import ListOf
from leadline.features.pipelines.actions import append_stage
from leadline.features.pipelines.inputs import Color, Name, NewStage
from leadline.features.pipelines.queries import stage_book
from leadline.features.pipelines.tables import STAGES, Stage
from leadline.flows.rename_stage import rename_stage
from leadline.flows.retire_stage import retire_stage
from leadline.kernel.rights import Right
from leadline.store.unit import Unit
from leadline.wire.operation import Request


class LeadStatusShape(TypedDict):
    """``color`` is there when the status has one."""

    id: str
    label: str
    organization_id: str
    color: NotRequired[str]


class NewLeadStatus(msgspec.Struct, frozen=True, kw_only=True):
    label: Name
    color: Color | None = None


class LeadStatusChange(msgspec.Struct, frozen=True, kw_only=True):
    """Null leaves the label as it is and clears the colour."""

    label: Name | None = None
    color: Color | UnsetType | None = UNSET


def spell_lead_status(row: Stage) -> LeadStatusShape:
    shape: LeadStatusShape = {
        "id": spelling.spell_id("stat", row.id),
        "label": row.name,
        "organization_id": spelling.spell_id("orga", row.organization_id),
    }
    if row.color:
        shape["color"] = row.color
    return shape


async def show(request: Request[Any], found: list[Stage]) -> list[LeadStatusShape]:
    return [spell_lead_status(row) for row in found]


RESOURCE = Resource(
    noun="lead_status",
    tag="Lead statuses",
    path="/api/v1/status/lead/",
    prefix="stat",
    table=STAGES,
    shape=LeadStatusShape,
    show=show,
    read=Right.PIPELINE_READ,
    write=Right.PIPELINE_WRITE,
)


async def list_lead_statuses(request: Request[None]) -> ListOf[LeadStatusShape]:
    """All pipelines' statuses, the default pipeline's first."""
    page = spelling.page_of_all(request.query)
    stages = (await stage_book(request.unit, "lead")).active()
    shapes = await show(request, stages[page.skip : page.skip + page.fetch])
    return spelling.list_of(shapes, page, request.query)


async def get_lead_status(request: Request[None]) -> LeadStatusShape:
    stage = (await stage_book(request.unit, "lead")).get_active(RESOURCE.id_in(request))
    return await RESOURCE.show_one(request, stage)


async def create_lead_status(unit: Unit, body: NewLeadStatus) -> Stage:
    new = NewStage(name=body.label, color=body.color or None)
    return await append_stage(unit, "lead", new)


async def update_lead_status(unit: Unit, stage_id: bytes, body: LeadStatusChange) -> Stage:
    return await rename_stage(unit, "lead", stage_id, name=body.label, color=body.color)


async def delete_lead_status(unit: Unit, stage_id: bytes) -> None:
    await retire_stage(unit, "lead", stage_id)


OPERATIONS = (
    list_operation(RESOURCE, list_lead_statuses),
    create_operation(
        RESOURCE, action=create_lead_status, body=NewLeadStatus, names={"name": "label"}
    ),
    get_operation(RESOURCE, get_lead_status),
    update_operation(
        RESOURCE, action=update_lead_status, body=LeadStatusChange, names={"name": "label"}
    ),
    delete_operation(RESOURCE, action=delete_lead_status),
)
