"""People in the Close dialect: ``/api/v1/me/`` and ``/api/v1/user/``."""

from __future__ import annotations

from typing import LiteralString, TypedDict

from leadline.dialects.close.people.memberships import MembershipShape, roles_of, spell_membership
from leadline.dialects.close.people.organizations import (
    MyOrganizationShape,
    UserShape,
    spell_my_organization,
    spell_user,
)
from leadline.dialects.close.protocol.spelling import (
    FIELDS,
    PAGING,
    ListOf,
    PhoneNumberId,
    id_in_path,
    list_of,
    page_of,
    page_of_all,
    pick,
    spell_id,
    spell_time,
)
from leadline.features.organizations.queries import get_organization
from leadline.features.phone_numbers.queries import personal_numbers
from leadline.features.phone_numbers.tables import PhoneNumber
from leadline.features.pipelines.queries import stage_book
from leadline.features.users.queries import find_member, memberships_of_users, page_of_members
from leadline.kernel.errors import NotFoundError
from leadline.kernel.rights import Right
from leadline.wire.operation import Operation, Parameter, Request, operation

TAG = "Users"
MAX_LIMIT = 1000

# What ``_order_by`` may ask for; anything else means the oldest membership first.
_ORDERS: dict[str, LiteralString] = {
    "last_name,first_name": "u.last_name, u.first_name, m.id",
    "first_name,last_name": "u.first_name, u.last_name, m.id",
}


class MyPhoneNumberShape(TypedDict):
    date_created: str
    date_updated: str
    id: str
    number: str
    organization_id: str


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
    phone_numbers: list[MyPhoneNumberShape]


class DeviceShape(TypedDict):
    active_calls: list[str]
    status: str
    type: str


class AvailabilityShape(TypedDict):
    """Calls are not made here, so nobody is ever online."""

    availability: list[DeviceShape]
    user_id: str


def _spell_number(row: PhoneNumber) -> MyPhoneNumberShape:
    return {
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "id": spell_id(PhoneNumberId.prefix, row.id),
        "number": row.number,
        "organization_id": spell_id("orga", row.organization_id),
    }


async def get_me(request: Request[None]) -> MeShape:
    unit = request.unit
    member = await find_member(unit, unit.scope.require_user())
    if member is None:
        raise NotFoundError("user")
    memberships = await memberships_of_users(unit, [member.id])
    roles = await roles_of(unit, memberships)
    personal = await personal_numbers(unit, member.id)
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
        "memberships": [spell_membership(row, roles, personal) for row in memberships],
        "organizations": [spell_my_organization(organization, leads, opportunities)],
        "phone_numbers": [_spell_number(row) for row in personal],
    }
    return pick(me, request.query)


async def list_users(request: Request[None]) -> ListOf[UserShape]:
    page = page_of(request.query, MAX_LIMIT)
    order = _ORDERS.get(request.query.get("_order_by", ""), "m.id")
    members = await page_of_members(request.unit, order, limit=page.fetch, skip=page.skip)
    shapes = [spell_user(one, request.unit.organization_id) for one in members]
    return list_of(shapes, page, request.query)


async def get_user(request: Request[None]) -> UserShape:
    user_id = id_in_path("user", "user", request.path["id"])
    member = await find_member(request.unit, user_id)
    if member is None:
        raise NotFoundError("user")
    return pick(spell_user(member, request.unit.organization_id), request.query)


async def list_availability(request: Request[None]) -> ListOf[AvailabilityShape]:
    """Everybody, on every kind of device. Another organization has nobody."""
    page = page_of_all(request.query)
    unit = request.unit
    wanted = request.query.get("organization_id")
    is_here = not wanted or wanted == spell_id("orga", unit.organization_id)
    found = await page_of_members(unit, "m.id", limit=page.fetch, skip=page.skip)
    shapes: list[AvailabilityShape] = [
        {
            "availability": [
                {"active_calls": [], "status": "offline", "type": device}
                for device in ("mobile", "native", "web")
            ],
            "user_id": spell_id("user", member.id),
        }
        for member in (found if is_here else [])
    ]
    return list_of(shapes, page, request.query)


OPERATIONS = (
    operation(
        name="user.me",
        method="GET",
        path="/api/v1/me/",
        summary="Fetch the calling user and their organization",
        right=Right.SELF_READ,
        run=get_me,
        tag=TAG,
        answer=MeShape,
        query=(FIELDS,),
    ),
    Operation(
        name="user.list",
        method="GET",
        path="/api/v1/user/",
        summary="List users",
        right=Right.USER_READ,
        run=list_users,
        tag=TAG,
        answer=UserShape,
        is_list=True,
        query=(
            *PAGING,
            FIELDS,
            Parameter(
                "_order_by", "Field to sort users by.", {"type": "string", "enum": list(_ORDERS)}
            ),
        ),
    ),
    Operation(
        name="user.list_availability",
        method="GET",
        path="/api/v1/user/availability/",
        summary="List the availability of users by device",
        right=Right.USER_READ,
        run=list_availability,
        tag=TAG,
        answer=AvailabilityShape,
        is_list=True,
        query=(*PAGING, FIELDS, Parameter("organization_id", "Must be your own organization.")),
    ),
    operation(
        name="user.get",
        method="GET",
        path="/api/v1/user/{id}/",
        summary="Fetch a user",
        right=Right.USER_READ,
        run=get_user,
        tag=TAG,
        answer=UserShape,
        query=(FIELDS,),
    ),
)
