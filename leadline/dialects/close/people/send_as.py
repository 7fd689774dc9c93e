"""Who may send in whose name, in the Close dialect: ``/api/v1/send_as/``."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec

from leadline.dialects.close.protocol.spelling import (
    FIELDS,
    PAGING,
    ListOf,
    UserId,
    id_in_path,
    list_of,
    page_of_all,
    pick,
    spell_id,
)
from leadline.features.send_as import actions, queries
from leadline.features.send_as.tables import SendAs
from leadline.kernel.errors import InvalidError, problem
from leadline.kernel.ids import parse_prefixed
from leadline.kernel.rights import Right
from leadline.wire.operation import Operation, Parameter, Reply, Request, operation

TAG = "Send as"
PATH = "/api/v1/send_as/"


class SendAsShape(TypedDict):
    allowed_user_id: str
    allowing_user_id: str
    id: str
    organization_id: str


class SendAsListShape(TypedDict):
    data: list[SendAsShape]


class NewSendAsBody(msgspec.Struct, frozen=True, kw_only=True):
    """``allowing_user_id`` must be the caller."""

    allowed_user_id: UserId
    allowing_user_id: UserId


class BulkSendAsBody(msgspec.Struct, frozen=True, kw_only=True):
    allowed_user_ids: list[UserId] = []
    disallowed_user_ids: list[UserId] = []


def _spell(row: SendAs) -> SendAsShape:
    return {
        "allowed_user_id": spell_id("user", row.allowed_user_id),
        "allowing_user_id": spell_id("user", row.allowing_user_id),
        "id": spell_id("sdas", row.id),
        "organization_id": spell_id("orga", row.organization_id),
    }


def _users_asked(request: Request[Any], *names: str) -> dict[str, bytes | None]:
    """The users that query parameters name; b"" is nobody."""
    return {
        name: None if not text else (parse_prefixed("user", text) or b"")
        for name, text in ((name, request.query.get(name, "")) for name in names)
    }


def _stop_unless_own(request: Request[Any], user_id: bytes | None, field: str) -> None:
    if user_id is None:
        raise InvalidError([problem("required", field)])
    if user_id != request.scope.user_id:
        raise InvalidError([problem("conflict", field, text="This must be your own user id.")])


async def list_send_as(request: Request[None]) -> ListOf[SendAsShape]:
    """One side must be the caller; without any, it is the one who allows."""
    page = page_of_all(request.query)
    me = request.scope.user_id
    asked = _users_asked(request, "allowing_user_id", "allowed_user_id")
    allowing, allowed = asked["allowing_user_id"], asked["allowed_user_id"]
    if allowing is None and allowed is None:
        allowing = me
    if me not in (allowing, allowed):
        field = "allowing_user_id" if allowing is not None else "allowed_user_id"
        _stop_unless_own(request, allowing if allowing is not None else allowed, field)
    found = await queries.list_send_as(request.unit, allowing, allowed)
    shapes = [_spell(row) for row in found[page.skip : page.skip + page.fetch]]
    return list_of(shapes, page, request.query)


async def get_send_as(request: Request[None]) -> SendAsShape:
    row = await queries.get_send_as(request.unit, id_in_path("send_as", "sdas", request.path["id"]))
    return pick(_spell(row), request.query)


async def create_send_as(request: Request[NewSendAsBody]) -> Reply[SendAsShape]:
    body = request.body
    _stop_unless_own(request, body.allowing_user_id, "allowing_user_id")
    (row,) = await actions.allow(request.unit, [body.allowed_user_id])
    shape = _spell(row)
    return Reply(shape, headers=(("Location", f"{PATH}{shape['id']}/"),))


async def update_many(request: Request[BulkSendAsBody]) -> SendAsListShape:
    unit, body = request.unit, request.body
    await actions.allow(unit, list(body.allowed_user_ids))
    await actions.disallow(unit, list(body.disallowed_user_ids))
    answer: SendAsListShape = {"data": [_spell(row) for row in await actions.list_own(unit)]}
    return answer


async def delete_by_user(request: Request[None]) -> None:
    asked = _users_asked(request, "allowing_user_id", "allowed_user_id")
    _stop_unless_own(request, asked["allowing_user_id"], "allowing_user_id")
    allowed = asked["allowed_user_id"]
    if allowed is None:
        raise InvalidError([problem("required", "allowed_user_id")])
    await actions.disallow(request.unit, [allowed])


async def delete_send_as(request: Request[None]) -> None:
    send_as_id = id_in_path("send_as", "sdas", request.path["id"])
    await actions.delete_send_as(request.unit, send_as_id)


_SIDES = (
    Parameter("allowing_user_id", "Filter by the user who allows it."),
    Parameter("allowed_user_id", "Filter by the user who is allowed."),
)

OPERATIONS = (
    Operation(
        name="send_as.list",
        method="GET",
        path=PATH,
        summary="List send-as associations of the caller",
        right=Right.SELF_READ,
        run=list_send_as,
        tag=TAG,
        answer=SendAsShape,
        is_list=True,
        query=(*PAGING, FIELDS, *_SIDES),
    ),
    operation(
        name="send_as.create",
        method="POST",
        path=PATH,
        summary="Allow a user to send as the caller",
        right=Right.SELF_WRITE,
        run=create_send_as,
        tag=TAG,
        body=NewSendAsBody,
        names={"user_ids.0": "allowed_user_id"},
        answer=SendAsShape,
        status=201,
    ),
    operation(
        name="send_as.delete_by_user",
        method="DELETE",
        path=PATH,
        summary="No longer allow a user to send as the caller",
        right=Right.SELF_WRITE,
        run=delete_by_user,
        tag=TAG,
        status=204,
        query=_SIDES,
    ),
    operation(
        name="send_as.update_many",
        method="POST",
        path=f"{PATH}bulk/",
        summary="Update for several users whether they can send as the caller",
        right=Right.SELF_WRITE,
        run=update_many,
        tag=TAG,
        body=BulkSendAsBody,
        names={"user_ids": "allowed_user_ids"},
        answer=SendAsListShape,
    ),
    operation(
        name="send_as.get",
        method="GET",
        path=f"{PATH}{{id}}/",
        summary="Fetch a send-as association",
        right=Right.SELF_READ,
        run=get_send_as,
        tag=TAG,
        answer=SendAsShape,
        query=(FIELDS,),
    ),
    operation(
        name="send_as.delete",
        method="DELETE",
        path=f"{PATH}{{id}}/",
        summary="Delete a send-as association",
        right=Right.SELF_WRITE,
        run=delete_send_as,
        tag=TAG,
        status=204,
    ),
)
