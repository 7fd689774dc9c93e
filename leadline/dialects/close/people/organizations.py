"""The organization in the Close dialect: ``/api/v1/organization/{id}/``, with all its people."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.people.memberships import permissions_of, role_id_of, roles_of
from leadline.dialects.close.protocol.spelling import (
    FIELDS,
    StatusId,
    id_in_path,
    pick,
    spell_id,
    spell_id_or_null,
    spell_time,
    spell_time_without_zone,
)
from leadline.features.custom_fields.queries import fields_of
from leadline.features.custom_fields.tables import CustomField
from leadline.features.organizations import queries
from leadline.features.organizations.tables import Organization
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.features.pipelines.tables import Pipeline, Stage
from leadline.features.roles.tables import CustomRole
from leadline.features.users.queries import Member, list_members, memberships_of_users
from leadline.features.users.tables import Membership
from leadline.flows.change_organization import OrganizationChange, change_organization
from leadline.kernel.errors import NotFoundError, Problems
from leadline.kernel.names import check_count
from leadline.kernel.rights import Right
from leadline.platform.currencies import is_currency, sign_of
from leadline.store.unit import Unit
from leadline.wire.operation import Parameter, Request, operation

TAG = "Organizations"
PATH = "/api/v1/organization/{id}/"
MAX_STATUSES = 1000


class UserShape(TypedDict):
    date_created: str
    date_updated: str
    email: str
    first_name: str
    id: str
    image: None
    last_name: str
    organizations: list[str]


class LeadStatusLabel(TypedDict):
    id: str
    label: str


class OpportunityStatusLabel(LeadStatusLabel):
    type: str


class OrganizationPipelineShape(TypedDict):
    created_by: str | None
    date_created: str
    date_updated: str
    id: str
    name: str
    organization_id: str
    statuses: list[OpportunityStatusLabel]
    updated_by: str | None


class MyOrganizationShape(TypedDict):
    """What everybody sees of the organization, without its people."""

    created_by: None
    currency: str
    currency_symbol: str
    date_created: str
    date_updated: str
    enable_unsubscribe_link: bool
    id: str
    lead_statuses: list[LeadStatusLabel]
    name: str
    opportunity_statuses: list[OpportunityStatusLabel]
    pipelines: list[OrganizationPipelineShape]
    plan_type: str
    require_unsubscribe_link: bool
    updated_by: None


class OrganizationMemberShape(TypedDict):
    """The person stands under ``user_..`` keys, or with ``_expand`` as ``user``."""

    auto_record_calls: str
    id: str
    permissions_granted: list[str]
    role_id: str
    track_email_opens: bool
    user: NotRequired[UserShape]
    user_email: NotRequired[str]
    user_first_name: NotRequired[str]
    user_full_name: NotRequired[str]
    user_id: str
    user_image: NotRequired[None]
    user_last_name: NotRequired[str]
    user_phone: NotRequired[str | None]


class CustomFieldLabel(TypedDict):
    id: str
    name: str
    type: str


class OrganizationShape(MyOrganizationShape):
    contact_custom_fields: list[CustomFieldLabel]
    inactive_memberships: list[OrganizationMemberShape]
    lead_custom_fields: list[CustomFieldLabel]
    memberships: list[OrganizationMemberShape]
    opportunity_custom_fields: list[CustomFieldLabel]


READABLE = frozenset(OrganizationShape.__annotations__)


class StatusEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A status in the wished order; its label is shown and not read."""

    id: StatusId


class OrganizationBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes."""

    name: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    lead_statuses: list[StatusEntry] | UnsetType = UNSET
    enable_unsubscribe_link: bool | UnsetType = UNSET
    require_unsubscribe_link: bool | UnsetType = UNSET


# On the way out.


def spell_user(member: Member, organization_id: bytes) -> UserShape:
    return {
        "date_created": spell_time(member.created_at),
        "date_updated": spell_time(member.updated_at),
        "email": member.email,
        "first_name": member.first_name,
        "id": spell_id("user", member.id),
        "image": None,
        "last_name": member.last_name,
        "organizations": [spell_id("orga", organization_id)],
    }


def spell_my_organization(
    organization: Organization, leads: StageBook, opportunities: StageBook
) -> MyOrganizationShape:
    return {
        "created_by": None,
        "currency": organization.currency,
        "currency_symbol": sign_of(organization.currency).strip(),
        "date_created": spell_time(organization.created_at),
        "date_updated": spell_time(organization.updated_at),
        "enable_unsubscribe_link": organization.enable_unsubscribe_link,
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
        "plan_type": "self_hosted",
        "require_unsubscribe_link": organization.require_unsubscribe_link,
        "updated_by": None,
    }


def _spell_pipeline(pipeline: Pipeline, stages: list[Stage]) -> OrganizationPipelineShape:
    return {
        "created_by": spell_id_or_null("user", pipeline.created_by),
        "date_created": spell_time_without_zone(pipeline.created_at),
        "date_updated": spell_time_without_zone(pipeline.updated_at),
        "id": spell_id("pipe", pipeline.id),
        "name": pipeline.name,
        "organization_id": spell_id("orga", pipeline.organization_id),
        "statuses": [_spell_status(stage) for stage in stages],
        "updated_by": spell_id_or_null("user", pipeline.updated_by),
    }


def _spell_status(stage: Stage) -> OpportunityStatusLabel:
    return {"id": spell_id("stat", stage.id), "label": stage.name, "type": stage.type}


def _spell_member(
    row: Membership, member: Member, roles: dict[bytes, CustomRole], *, is_expanded: bool
) -> OrganizationMemberShape:
    shape: OrganizationMemberShape = {
        "auto_record_calls": row.auto_record_calls,
        "id": spell_id("memb", row.id),
        "permissions_granted": permissions_of(row, roles),
        "role_id": role_id_of(row),
        "track_email_opens": row.track_email_opens,
        "user_id": spell_id("user", row.user_id),
    }
    if is_expanded:
        shape["user"] = spell_user(member, row.organization_id)
        return shape
    shape["user_email"] = member.email
    shape["user_first_name"] = member.first_name
    shape["user_full_name"] = member.full_name
    shape["user_image"] = None
    shape["user_last_name"] = member.last_name
    shape["user_phone"] = member.phone_number
    return shape


def _spell_fields(fields: list[CustomField]) -> list[CustomFieldLabel]:
    return [
        {"id": spell_id("cf", field.id), "name": field.name, "type": field.type} for field in fields
    ]


async def _show(request: Request[Any]) -> OrganizationShape:
    unit = request.unit
    members = {member.id: member for member in await list_members(unit)}
    memberships = await memberships_of_users(unit, list(members))
    roles = await roles_of(unit, memberships)
    expanded = {word.strip() for word in request.query.get("_expand", "").split(",")}

    def people(name: str, is_active: bool) -> list[OrganizationMemberShape]:
        is_expanded = f"{name}__user" in expanded
        return [
            _spell_member(row, members[row.user_id], roles, is_expanded=is_expanded)
            for row in memberships
            if row.is_active == is_active
        ]

    shape: OrganizationShape = {
        **spell_my_organization(
            await queries.get_organization(unit),
            await stage_book(unit, "lead"),
            await stage_book(unit, "opportunity"),
        ),
        "contact_custom_fields": _spell_fields(await fields_of(unit, "contact")),
        "inactive_memberships": people("inactive_memberships", is_active=False),
        "lead_custom_fields": _spell_fields(await fields_of(unit, "lead")),
        "memberships": people("memberships", is_active=True),
        "opportunity_custom_fields": _spell_fields(await fields_of(unit, "opportunity")),
    }
    return pick(shape, request.query)


# The operations.


def _check_own(unit: Unit, request: Request[Any]) -> None:
    """Any other organization is not there."""
    wanted = id_in_path("organization", "orga", request.path["id"])
    if wanted != unit.organization_id:
        raise NotFoundError("organization")


async def get_organization(request: Request[None]) -> OrganizationShape:
    _check_own(request.unit, request)
    return await _show(request)


async def update_organization(request: Request[OrganizationBody]) -> OrganizationShape:
    _check_own(request.unit, request)
    body, statuses = request.body, request.body.lead_statuses
    problems = Problems()
    if body.currency is not UNSET and not is_currency(body.currency):
        problems.add("choice", "currency", text="Give the three letters of a currency, as in USD.")
    if statuses is not UNSET:
        check_count(statuses, MAX_STATUSES, problems, "lead_statuses")
    problems.stop_if_any()
    change = OrganizationChange(
        name=body.name,
        currency=body.currency,
        enable_unsubscribe_link=body.enable_unsubscribe_link,
        require_unsubscribe_link=body.require_unsubscribe_link,
        stage_ids=UNSET if statuses is UNSET else [entry.id for entry in statuses],
    )
    await change_organization(request.unit, change)
    # Scopes know the currency of their organization.
    request.unit.after_commit(request.services.authentication.forget_all)
    return await _show(request)


_EXPAND = Parameter(
    "_expand", "``memberships__user``, ``inactive_memberships__user``: people as objects."
)

OPERATIONS = (
    operation(
        name="organization.get",
        method="GET",
        path=PATH,
        summary="Fetch the organization, with its people and statuses",
        right=Right.ORGANIZATION_READ,
        run=get_organization,
        tag=TAG,
        answer=OrganizationShape,
        query=(_EXPAND, FIELDS),
    ),
    operation(
        name="organization.update",
        method="PUT",
        path=PATH,
        summary="Update the organization, or the order of its lead statuses",
        right=Right.ORGANIZATION_CONFIGURE,
        run=update_organization,
        tag=TAG,
        body=OrganizationBody,
        names={"stage_ids.*": "lead_statuses.*.id"},
        ignored=READABLE,
        answer=OrganizationShape,
        query=(_EXPAND, FIELDS),
    ),
)
