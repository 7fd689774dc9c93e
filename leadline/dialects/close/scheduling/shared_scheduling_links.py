"""Shared scheduling links in the Close dialect, and where each leads for whom."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import msgspec

from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import Reference, UserId, spell_id, spell_id_or_null
from leadline.dialects.close.scheduling.scheduling_links import PREFIX
from leadline.features.shared_scheduling_links import actions
from leadline.features.shared_scheduling_links.inputs import (
    NewSharedSchedulingLink,
    SharedSchedulingLinkChange,
)
from leadline.features.shared_scheduling_links.queries import own_addresses
from leadline.features.shared_scheduling_links.tables import (
    SHARED_SCHEDULING_LINKS,
    SharedSchedulingLink,
)
from leadline.kernel.errors import InvalidError, problem
from leadline.kernel.rights import Right
from leadline.wire.operation import Request, operation


class OrganizationId(Reference):
    prefix = "orga"


class SchedulingLinkId(Reference):
    prefix = PREFIX


class SharedSchedulingLinkShape(TypedDict):
    """``url`` is where it leads for the caller, null where that has not been said."""

    description: str | None
    duration_in_minutes: None
    id: str
    name: str
    organization_id: str
    source: Literal["MANUAL"]
    source_id: None
    source_type: None
    template_tag: str
    type: Literal["SHARED"]
    url: str | None
    user_id: None


class SharedLinkAssociationShape(TypedDict):
    """``user_id`` is shown for a link of that user, not for an address."""

    organization_id: str
    shared_scheduling_link_id: str
    url: str | None
    user_id: str | None
    user_scheduling_link_id: str | None


class NoShape(TypedDict):
    """Nothing."""


class SharedLinkRemovalBody(msgspec.Struct, frozen=True, kw_only=True):
    """Without ``user_id`` it is about the caller."""

    shared_scheduling_link_id: SchedulingLinkId
    organization_id: OrganizationId | None = None
    user_id: UserId | None = None


class SharedLinkAssociationBody(SharedLinkRemovalBody, frozen=True, kw_only=True):
    """One of ``user_scheduling_link_id`` and ``url``."""

    user_scheduling_link_id: SchedulingLinkId | None = None
    url: str | None = None


async def show(
    request: Request[Any], found: list[SharedSchedulingLink]
) -> list[SharedSchedulingLinkShape]:
    addresses = await own_addresses(request.unit, [row.id for row in found])
    return [
        {
            "description": row.description,
            "duration_in_minutes": None,
            "id": spell_id(PREFIX, row.id),
            "name": row.name,
            "organization_id": spell_id("orga", row.organization_id),
            "source": "MANUAL",
            "source_id": None,
            "source_type": None,
            "template_tag": row.template_tag,
            "type": "SHARED",
            "url": addresses.get(row.id),
            "user_id": None,
        }
        for row in found
    ]


RESOURCE = Resource(
    noun="shared_scheduling_link",
    tag="Shared scheduling links",
    path="/api/v1/shared_scheduling_link/",
    prefix=PREFIX,
    table=SHARED_SCHEDULING_LINKS,
    shape=SharedSchedulingLinkShape,
    show=show,
    read=Right.SCHEDULING_LINK_READ,
    write=Right.SCHEDULING_LINK_SHARE,
    is_paged=False,
)
ASSOCIATIONS = "/api/v1/shared_scheduling_link_association/"


async def associate(request: Request[SharedLinkAssociationBody]) -> SharedLinkAssociationShape:
    body = request.body
    row = await actions.lead_shared_link(
        request.unit,
        body.shared_scheduling_link_id,
        _user(request),
        link_id=body.user_scheduling_link_id,
        url=body.url,
    )
    is_address = row.link_id is None
    answer: SharedLinkAssociationShape = {
        "organization_id": spell_id("orga", row.organization_id),
        "shared_scheduling_link_id": spell_id(PREFIX, row.shared_link_id),
        "url": row.url,
        "user_id": None if is_address else spell_id("user", row.user_id),
        "user_scheduling_link_id": spell_id_or_null(PREFIX, row.link_id),
    }
    return answer


async def dissociate(request: Request[SharedLinkRemovalBody]) -> NoShape:
    shared_link_id = request.body.shared_scheduling_link_id
    await actions.stop_leading(request.unit, shared_link_id, _user(request))
    answer: NoShape = {}
    return answer


def _user(request: Request[Any]) -> bytes:
    """The user whom it is about, in the caller's organization."""
    organization_id = request.body.organization_id
    if organization_id not in (None, request.scope.organization_id):
        raise InvalidError([problem("not_found", "organization_id")])
    user_id: bytes = request.body.user_id or request.scope.require_user()
    return user_id


_NAMES = {"link_id": "user_scheduling_link_id", "shared_link_id": "shared_scheduling_link_id"}

OPERATIONS = (
    list_operation(RESOURCE),
    create_operation(
        RESOURCE, action=actions.create_shared_link, body=NewSharedSchedulingLink, status=201
    ),
    get_operation(RESOURCE),
    update_operation(RESOURCE, action=actions.update_shared_link, body=SharedSchedulingLinkChange),
    delete_operation(RESOURCE, action=actions.delete_shared_link, status=204),
    operation(
        name="shared_scheduling_link.map",
        method="POST",
        path=ASSOCIATIONS,
        summary="Map a shared scheduling link for a user",
        right=Right.SCHEDULING_LINK_WRITE,
        run=associate,
        tag=RESOURCE.tag,
        body=SharedLinkAssociationBody,
        names=_NAMES,
        answer=SharedLinkAssociationShape,
        status=201,
        description=(
            "To a scheduling link of that user or to any address. For others than oneself "
            "it takes the right to share links."
        ),
    ),
    operation(
        name="shared_scheduling_link.unmap",
        method="POST",
        path=f"{ASSOCIATIONS}unmap/",
        summary="Unmap a shared scheduling link for a user",
        right=Right.SCHEDULING_LINK_WRITE,
        run=dissociate,
        tag=RESOURCE.tag,
        body=SharedLinkRemovalBody,
        names=_NAMES,
        answer=NoShape,
    ),
)
