"""People in the Close dialect: ``/api/v1/me/`` and ``/api/v1/user/``."""

from __future__ import annotations

from typing import Any, LiteralString, TypedDict

from leadline.dialects.close.spelling import (
    FIELDS,
    PAGING,
    id_in_path,
    list_of,
    page_of,
    pick,
    spell_id,
    spell_id_or_null,
    spell_time,
)
from leadline.dialects.wire.operation import Operation, Parameter, Request
from leadline.features.organizations.queries import get_organization
from leadline.features.organizations.tables import Organization
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.features.pipelines.tables import Pipeline, Stage
from leadline.features.users.queries import Member, find_member, page_of_members
from leadline.kernel.errors import NotFoundError
from leadline.kernel.rights import Right, Role
from leadline.store.unit import Unit

TAG = "Users"

# The built-in roles of Close that come nearest to ours.
ROLE_IDS = {
    Role.SUPERADMIN: "admin",
    Role.ADMIN: "admin",
    Role.DEPARTMENT_HEAD: "superuser",
    Role.SALES_REP: "user",
}
# What ``_order_by`` may ask for; anything else means the oldest membership first.
_ORDERS: dict[str, LiteralString] = {
    "last_name,first_name": "u.last_name, u.first_name, m.id",
    "first_name,last_name": "u.first_name, u.last_name, m.id",
}


class UserShape(TypedDict):
    date_created: str
    date_updated: str
    email: str
    first_name: str
    id: str
    image: None
    last_name: str
    organizations: list[str]


class MembershipShape(TypedDict):
    auto_record_calls: str
    id: str
    organization_id: str
    role_id: str
    track_email_opens: bool
    user_id: str


class LeadStatusLabel(TypedDict):
    id: str
    label: str


class OpportunityStatusLabel(LeadStatusLabel):
    type: str


class MyPipelineShape(TypedDict):
    created_by: str | None
    date_created: str
    date_updated: str
    id: str
    name: str
    organization_id: str
    statuses: list[OpportunityStatusLabel]
    updated_by: str | None


class MyOrganizationShape(TypedDict):
    created_by: None
    currency: str
    date_created: str
    date_updated: str
    id: str
    lead_statuses: list[LeadStatusLabel]
    name: str
    opportunity_statuses: list[OpportunityStatusLabel]
    pipelines: list[MyPipelineShape]
    updated_by: None


class MeShape(TypedDict):
    date_created: str
    date_updated: str
    email: str
    email_accounts: list[str]
    first_name: str
    id: str
    image: None
    last_name: str
    last_used_timezone: str
    memberships: list[MembershipShape]
    organizations: list[MyOrganizationShape]
    phone_numbers: list[str]


async def get_me(request: Request[None]) -> Any:
    unit = request.unit
    member = await find_member(unit, unit.scope.user_id)
    if member is None:
        raise NotFoundError("user")
    organization = await get_organization(unit)
    leads = await stage_book(unit, "lead")
    opportunities = await stage_book(unit, "opportunity")
    me: MeShape = {
        "date_created": spell_time(member.created_at),
        "date_updated": spell_time(member.updated_at),
        "email": member.email,
        "email_accounts": [],
        "first_name": member.first_name,
        "id": spell_id("user", member.id),
        "image": None,
        "last_name": member.last_name,
        "last_used_timezone": organization.time_zone,
        "memberships": [_spell_membership(organization, member)],
        "organizations": [_spell_organization(organization, leads, opportunities)],
        "phone_numbers": [],
    }
    return pick(me, request.query)


async def list_users(request: Request[None]) -> Any:
    page = page_of(request.query)
    order = _ORDERS.get(request.query.get("_order_by", ""), "m.id")
    members = await page_of_members(request.unit, order, limit=page.fetch, skip=page.skip)
    return list_of([_spell_user(request.unit, one) for one in members], page, request.query)


async def get_user(request: Request[None]) -> Any:
    user_id = id_in_path("user", "user", request.path["id"])
    member = await find_member(request.unit, user_id)
    if member is None:
        raise NotFoundError("user")
    return pick(_spell_user(request.unit, member), request.query)


def _spell_user(unit: Unit, member: Member) -> UserShape:
    return {
        "date_created": spell_time(member.created_at),
        "date_updated": spell_time(member.updated_at),
        "email": member.email,
        "first_name": member.first_name,
        "id": spell_id("user", member.id),
        "image": None,
        "last_name": member.last_name,
        "organizations": [spell_id("orga", unit.organization_id)],
    }


def _spell_membership(organization: Organization, member: Member) -> MembershipShape:
    return {
        "auto_record_calls": "unset",
        "id": spell_id("memb", member.membership_id),
        "organization_id": spell_id("orga", organization.id),
        "role_id": ROLE_IDS[Role(member.role)],
        "track_email_opens": False,
        "user_id": spell_id("user", member.id),
    }


def _spell_organization(
    organization: Organization, leads: StageBook, opportunities: StageBook
) -> MyOrganizationShape:
    return {
        "created_by": None,
        "currency": organization.currency,
        "date_created": spell_time(organization.created_at),
        "date_updated": spell_time(organization.updated_at),
        "id": spell_id("orga", organization.id),
        "lead_statuses": [
            {"id": spell_id("stat", stage.id), "label": stage.name} for stage in leads.active()
        ],
        "name": organization.name,
        "opportunity_statuses": [_spell_status(stage) for stage in opportunities.active()],
        "pipelines": [
            _spell_pipeline(pipeline, opportunities.active(pipeline.id))
            for pipeline in opportunities.pipelines.values()
        ],
        "updated_by": None,
    }


def _spell_pipeline(pipeline: Pipeline, stages: list[Stage]) -> MyPipelineShape:
    return {
        "created_by": spell_id_or_null("user", pipeline.created_by),
        "date_created": _without_zone(spell_time(pipeline.created_at)),
        "date_updated": _without_zone(spell_time(pipeline.updated_at)),
        "id": spell_id("pipe", pipeline.id),
        "name": pipeline.name,
        "organization_id": spell_id("orga", pipeline.organization_id),
        "statuses": [_spell_status(stage) for stage in stages],
        "updated_by": spell_id_or_null("user", pipeline.updated_by),
    }


def _spell_status(stage: Stage) -> OpportunityStatusLabel:
    return {"id": spell_id("stat", stage.id), "label": stage.name, "type": stage.type}


def _without_zone(time: str) -> str:
    """Pipelines print UTC without saying so."""
    return time.removesuffix("+00:00")


OPERATIONS = (
    Operation(
        "user.me",
        "GET",
        "/api/v1/me/",
        "Fetch oneself, with the organization that the key belongs to",
        Right.SELF_READ,
        get_me,
        TAG,
        answer=MeShape,
        query=(FIELDS,),
    ),
    Operation(
        "user.list",
        "GET",
        "/api/v1/user/",
        "List users",
        Right.USER_READ,
        list_users,
        TAG,
        answer=UserShape,
        is_list=True,
        query=(
            *PAGING,
            FIELDS,
            Parameter(
                "_order_by", "How to sort the users.", {"type": "string", "enum": list(_ORDERS)}
            ),
        ),
    ),
    Operation(
        "user.get",
        "GET",
        "/api/v1/user/{id}/",
        "Fetch one of the users",
        Right.USER_READ,
        get_user,
        TAG,
        answer=UserShape,
        query=(FIELDS,),
    ),
)
