"""Groups in the Close dialect: ``/api/v1/group/``, and who is in them."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

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
from leadline.dialects.close.protocol.spelling import UserId, id_in_path, spell_id
from leadline.features.groups import actions
from leadline.features.groups.queries import users_in_group
from leadline.features.groups.tables import GROUPS, Group
from leadline.flows.delete_group import delete_group
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.wire.operation import Reply, Request, operation


class GroupMemberShape(TypedDict):
    user_id: str


class GroupShape(TypedDict):
    """``members`` is there for a single group, not in lists."""

    id: str
    members: NotRequired[list[GroupMemberShape]]
    name: str
    organization_id: str


class GroupBody(msgspec.Struct, frozen=True, kw_only=True):
    name: str


class GroupMemberBody(msgspec.Struct, frozen=True, kw_only=True):
    user_id: UserId


READABLE = frozenset(GroupShape.__annotations__)


async def show(request: Request[Any], found: list[Group]) -> list[GroupShape]:
    return [
        {
            "id": spell_id("group", row.id),
            "name": row.name,
            "organization_id": spell_id("orga", row.organization_id),
        }
        for row in found
    ]


async def _show_whole(request: Request[Any], row: Group) -> GroupShape:
    (shape,) = await show(request, [row])
    shape["members"] = [
        {"user_id": spell_id("user", user_id)}
        for user_id in await users_in_group(request.unit, row.id)
    ]
    return spelling.pick(shape, request.query)


async def get_group(request: Request[None]) -> GroupShape:
    return await _show_whole(request, await rows.get(request.unit, GROUPS, RESOURCE.id_in(request)))


async def create_group(request: Request[GroupBody]) -> Reply[GroupShape]:
    row = await actions.create_group(request.unit, request.body.name)
    location = ("Location", RESOURCE.path_of(row))
    return Reply(await _show_whole(request, row), headers=(location,))


async def update_group(request: Request[GroupBody]) -> GroupShape:
    row = await actions.rename_group(request.unit, RESOURCE.id_in(request), request.body.name)
    return await _show_whole(request, row)


async def add_member(request: Request[GroupMemberBody]) -> GroupMemberShape:
    group_id = id_in_path("group", "group", request.path["group_id"])
    await actions.join_group(request.unit, group_id, request.body.user_id)
    answer: GroupMemberShape = {"user_id": spell_id("user", request.body.user_id)}
    return answer


async def remove_member(request: Request[None]) -> None:
    group_id = id_in_path("group", "group", request.path["group_id"])
    user_id = id_in_path("user", "user", request.path["user_id"])
    await actions.leave_group(request.unit, group_id, user_id)


RESOURCE = Resource(
    noun="group",
    tag="Groups",
    path="/api/v1/group/",
    prefix="group",
    table=GROUPS,
    shape=GroupShape,
    show=show,
    read=Right.GROUP_READ,
    write=Right.GROUP_WRITE,
    is_paged=False,
)
_MEMBERS = f"{RESOURCE.path}{{group_id}}/member/"

OPERATIONS = (
    list_operation(RESOURCE),
    create_operation(RESOURCE, create_group, body=GroupBody, status=201, ignored=READABLE),
    get_operation(RESOURCE, get_group),
    update_operation(RESOURCE, update_group, body=GroupBody, ignored=READABLE),
    delete_operation(RESOURCE, action=delete_group, status=204),
    operation(
        name="group.add_member",
        method="POST",
        path=_MEMBERS,
        summary="Add a member to a group",
        right=Right.GROUP_WRITE,
        run=add_member,
        tag=RESOURCE.tag,
        body=GroupMemberBody,
        ignored=frozenset(),
        answer=GroupMemberShape,
        status=201,
    ),
    operation(
        name="group.remove_member",
        method="DELETE",
        path=f"{_MEMBERS}{{user_id}}/",
        summary="Remove a member from a group",
        right=Right.GROUP_WRITE,
        run=remove_member,
        tag=RESOURCE.tag,
        status=204,
    ),
)
