"""Lead source configurations in the Tether dialect: ``/api/lead-management``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, cast

import msgspec

from leadline.dialects.tether.spelling import (
    hook,
    page_of,
    plain_error,
    spell_id_or_null,
    spell_number,
    spell_time,
)
from leadline.features.lead_sources import actions
from leadline.features.lead_sources.inputs import LeadSourceFields, NewLeadSource
from leadline.features.lead_sources.queries import (
    get_own_lead_source,
    list_own_lead_sources,
    not_found,
)
from leadline.features.lead_sources.tables import STAGE_COLUMNS, LeadSource
from leadline.features.pipelines.tables import STAGES, Stage
from leadline.kernel.errors import Problems
from leadline.kernel.ids import parse_hex
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.decode import collect
from leadline.wire.operation import Parameter, Request, operation

TAG = "Lead Management"
_PATH = "/api/lead-management"
_MOST = 1000
_MISSING = "Lead management configuration not found"


class LeadManagementShape(TypedDict):
    _id: str
    organizationId: str
    userId: str
    configurationName: str
    name: str | None
    description: str | None
    source: str
    inboundEmail: str | None
    initialStage: str
    defaultProcess: str
    isAutopilot: bool
    allowRecontact: bool
    starterMessage: str | None
    costPerLead: float
    status: Literal["active", "inactive"]
    pipelineId: str | None
    pipelineStage: str | None
    createApplication: bool
    applicationName: str | None
    applicationStatus: str | None
    applicationPipelineId: str | None
    applicationPipelineStage: str | None
    forwardToOutreach: bool
    useWorkflowOnly: bool
    createdAt: str
    updatedAt: str


class LeadManagementOneShape(TypedDict):
    success: Literal[True]
    data: LeadManagementShape


class LeadManagementMutationShape(TypedDict):
    success: Literal[True]
    message: str
    data: LeadManagementShape


class LeadManagementListShape(TypedDict):
    success: Literal[True]
    data: list[LeadManagementShape]


class LeadManagementDeletedShape(TypedDict):
    success: Literal[True]
    message: str


async def show(unit: Unit, found: list[LeadSource]) -> list[LeadManagementShape]:
    """Configurations in their wire shape; their stages are fetched once for all of them."""
    ids = [getattr(row, column) for row in found for column in STAGE_COLUMNS]
    stages = await rows.select_ids(unit, STAGES, [stage_id for stage_id in ids if stage_id])
    return [_spell(row, stages) for row in found]


def _spell(row: LeadSource, stages: dict[bytes, Stage]) -> LeadManagementShape:
    def stage(field: str) -> str | None:
        """As it was given: the id, or the name, which is the present one."""
        stage_id = getattr(row, f"{field}_id")
        if stage_id is None or field in row.stages_by_id:
            return spell_id_or_null(stage_id)
        return stages[stage_id].name

    return {
        "_id": row.id.hex(),
        "organizationId": row.organization_id.hex(),
        "userId": row.user_id.hex(),
        "configurationName": row.configuration_name,
        "name": row.name,
        "description": row.description,
        "source": row.source,
        "inboundEmail": row.inbound_email,
        "initialStage": cast(str, stage("initial_stage")),  # every configuration has one
        "defaultProcess": row.default_process_id.hex(),
        "isAutopilot": row.is_autopilot,
        "allowRecontact": row.allow_recontact,
        "starterMessage": row.starter_message,
        "costPerLead": spell_number(row.cost_per_lead),
        "status": row.status,
        "pipelineId": spell_id_or_null(row.pipeline_id),
        "pipelineStage": stage("pipeline_stage"),
        "createApplication": row.create_application,
        "applicationName": row.application_name,
        "applicationStatus": stage("application_status"),
        "applicationPipelineId": spell_id_or_null(row.application_pipeline_id),
        "applicationPipelineStage": stage("application_pipeline_stage"),
        "forwardToOutreach": row.forward_to_outreach,
        "useWorkflowOnly": row.use_workflow_only,
        "createdAt": spell_time(row.created_at),
        "updatedAt": spell_time(row.updated_at),
    }


def _id_in(request: Request[Any]) -> bytes:
    found = parse_hex(request.path["id"])
    if found is None:
        raise not_found()
    return found


def _read(kind: type[LeadSourceFields], body: dict[str, Any]) -> tuple[LeadSourceFields, Problems]:
    """The sound fields of a body, and what is wrong with the others as a ``kind``.

    The gate would refuse a body with a wrong type at once. Here each field is checked by itself,
    so that the answer also names what is wrong with fields of the right type.
    """
    problems = Problems()
    collect(kind, body, (), hook, problems.found)
    wrong = {found.path[0] for found in problems.found}
    sound = {name: value for name, value in body.items() if name not in wrong}
    return msgspec.convert(sound, LeadSourceFields), problems


async def list_lead_sources(request: Request[None]) -> LeadManagementListShape:
    size, skip = page_of(request.query, _MOST, _MOST)
    found = await list_own_lead_sources(request.unit, size, skip)
    return {"success": True, "data": await show(request.unit, found)}


async def get_lead_source(request: Request[None]) -> LeadManagementOneShape:
    row = await get_own_lead_source(request.unit, _id_in(request))
    (shape,) = await show(request.unit, [row])
    return {"success": True, "data": shape}


async def create_lead_source(request: Request[dict[str, Any]]) -> LeadManagementMutationShape:
    given, problems = _read(NewLeadSource, request.body)
    row = await actions.create_lead_source(request.unit, given, problems)
    (shape,) = await show(request.unit, [row])
    return {"success": True, "message": "Lead management configuration created", "data": shape}


async def update_lead_source(request: Request[dict[str, Any]]) -> LeadManagementMutationShape:
    given, problems = _read(LeadSourceFields, request.body)
    row = await actions.update_lead_source(request.unit, _id_in(request), given, problems)
    (shape,) = await show(request.unit, [row])
    return {"success": True, "message": "Lead management configuration updated", "data": shape}


async def delete_lead_source(request: Request[None]) -> LeadManagementDeletedShape:
    await actions.delete_lead_source(request.unit, _id_in(request))
    return {"success": True, "message": "Lead management configuration deleted"}


OPERATIONS = (
    operation(
        name="lead_source.list",
        method="GET",
        path=_PATH,
        summary="List your lead management configurations",
        right=Right.LEAD_SOURCE_READ,
        run=list_lead_sources,
        tag=TAG,
        answer=LeadManagementListShape,
        query=(
            Parameter("page", "Page number, starting at 1.", {"type": "integer"}),
            Parameter("size", f"Configurations per page, at most {_MOST}.", {"type": "integer"}),
        ),
        error_body=plain_error,
    ),
    operation(
        name="lead_source.create",
        method="POST",
        path=_PATH,
        summary="Create a lead management configuration",
        right=Right.LEAD_SOURCE_WRITE,
        run=create_lead_source,
        tag=TAG,
        body=dict,
        body_required=False,
        body_schema=NewLeadSource,
        answer=LeadManagementMutationShape,
        status=201,
        error_body=plain_error,
        errors={400: "Validation error"},
    ),
    operation(
        name="lead_source.get",
        method="GET",
        path=f"{_PATH}/{{id}}",
        summary="Get one of your lead management configurations",
        right=Right.LEAD_SOURCE_READ,
        run=get_lead_source,
        tag=TAG,
        answer=LeadManagementOneShape,
        error_body=plain_error,
        errors={404: _MISSING},
    ),
    operation(
        name="lead_source.update",
        method="PUT",
        path=f"{_PATH}/{{id}}",
        summary="Update one of your lead management configurations",
        right=Right.LEAD_SOURCE_WRITE,
        run=update_lead_source,
        tag=TAG,
        body=dict,
        body_required=False,
        body_schema=LeadSourceFields,
        answer=LeadManagementMutationShape,
        error_body=plain_error,
        errors={400: "Validation error", 403: "Permission denied", 404: _MISSING},
        description=(
            "Only the fields that are sent change. Null clears the fields that may be empty. A "
            "stage is given by its id or its name and answered in the same way; a name is always "
            "the present one. A stage has to be in the configuration's pipeline, if it has one."
        ),
    ),
    operation(
        name="lead_source.delete",
        method="DELETE",
        path=f"{_PATH}/{{id}}",
        summary="Delete one of your lead management configurations",
        right=Right.LEAD_SOURCE_WRITE,
        run=delete_lead_source,
        tag=TAG,
        answer=LeadManagementDeletedShape,
        error_body=plain_error,
        errors={403: "Permission denied", 404: _MISSING},
    ),
)
