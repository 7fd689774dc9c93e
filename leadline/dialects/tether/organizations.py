"""Organization settings in the Tether dialect: ``/api/organizations/{organizationId}/...``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import msgspec

from leadline.dialects.tether.spelling import id_in_path
from leadline.features.organizations import actions
from leadline.features.organizations.queries import get_organization
from leadline.kernel.errors import ForbiddenError, RefusedError
from leadline.kernel.rights import Right
from leadline.store.unit import Unit
from leadline.wire.operation import Request, operation

TAG = "Organizations"
_CLOSE_STAGES = "/api/organizations/{organizationId}/outreach-close-stages"
_GROSS_PROFIT = "/api/organizations/{organizationId}/outreach-gross-profit-config"


class CloseStagesBody(msgspec.Struct, frozen=True):
    """For the document only: the seed says what a wrong body is answered."""

    stages: list[str]


class CloseStagesShape(TypedDict):
    success: Literal[True]
    data: list[str]


class GrossProfitConfig(TypedDict):
    entityType: Literal["Contact"]
    propertyKey: str


class GrossProfitShape(TypedDict):
    success: Literal[True]
    data: GrossProfitConfig | None


async def of_path(request: Request[Any]) -> Unit:
    """The unit bound to the organization in the path.

    Admins reach their own, super admins any. To everybody else every other organization looks
    the same, whether it exists or not.
    """
    unit = request.unit
    if not unit.scope.is_admin:
        raise ForbiddenError("Admin access required")
    text = request.path["organizationId"]
    if text.lower() == unit.organization_id.hex():
        return unit
    if not unit.scope.is_superadmin:
        raise ForbiddenError("Access denied")
    return await unit.of_organization(id_in_path("organization", text))


async def get_close_stages(request: Request[None]) -> CloseStagesShape:
    organization = await get_organization(await of_path(request))
    return {"success": True, "data": organization.close_stages}


async def set_close_stages(request: Request[dict[str, Any]]) -> CloseStagesShape:
    unit = await of_path(request)
    stages = request.body.get("stages")
    if not isinstance(stages, list) or not all(isinstance(name, str) for name in stages):
        raise RefusedError('"stages" must be an array of strings')
    return {"success": True, "data": await actions.set_close_stages(unit, stages)}


async def get_gross_profit_config(request: Request[None]) -> GrossProfitShape:
    organization = await get_organization(await of_path(request))
    return {"success": True, "data": _spell_config(organization.gross_profit_property)}


async def set_gross_profit_config(request: Request[dict[str, Any]]) -> GrossProfitShape:
    unit = await of_path(request)
    if not request.body:
        return {
            "success": True,
            "data": _spell_config(await actions.set_gross_profit_property(unit, None)),
        }
    if request.body.get("entityType") != "Contact":
        raise RefusedError('"entityType" must be "Contact"')
    key = request.body.get("propertyKey")
    if not isinstance(key, str) or not key.strip():
        raise RefusedError('"propertyKey" must be a non-empty string')
    return {
        "success": True,
        "data": _spell_config(await actions.set_gross_profit_property(unit, key.strip())),
    }


def _spell_config(name: str | None) -> GrossProfitConfig | None:
    return None if name is None else {"entityType": "Contact", "propertyKey": name}


OPERATIONS = (
    operation(
        name="organization.get_close_stages",
        method="GET",
        path=_CLOSE_STAGES,
        summary="Get outreach close stages",
        right=Right.ORGANIZATION_READ,
        run=get_close_stages,
        tag=TAG,
        answer=CloseStagesShape,
        errors={403: "Admin access required"},
    ),
    operation(
        name="organization.set_close_stages",
        method="PUT",
        path=_CLOSE_STAGES,
        summary="Update outreach close stages",
        right=Right.ORGANIZATION_READ,
        run=set_close_stages,
        tag=TAG,
        body=dict,
        body_schema=CloseStagesBody,
        answer=CloseStagesShape,
        errors={400: '"stages" must be an array of strings', 403: "Admin access required"},
    ),
    operation(
        name="organization.get_gross_profit_config",
        method="GET",
        path=_GROSS_PROFIT,
        summary="Get the property that holds the gross profit",
        right=Right.ORGANIZATION_READ,
        run=get_gross_profit_config,
        tag=TAG,
        answer=GrossProfitShape,
        errors={403: "Admin access required"},
    ),
    operation(
        name="organization.set_gross_profit_config",
        method="PUT",
        path=_GROSS_PROFIT,
        summary="Set or clear the property that holds the gross profit",
        right=Right.ORGANIZATION_READ,
        run=set_gross_profit_config,
        tag=TAG,
        body=dict,
        body_required=False,
        body_schema=GrossProfitConfig,
        answer=GrossProfitShape,
        errors={403: "Admin access required"},
    ),
)
